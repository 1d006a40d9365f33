#!/usr/bin/env bash
# A Debian testing system in a folder, which has Python 3.14 and 3.15: to run the checks there from a machine without them.
# Needs root and debootstrap; docs/contributing/newer-pythons.md says how to use it. Removing the folder removes it all.
#   scripts/newer-pythons.sh make FOLDER                     once: some three minutes and 1.5 GB
#   scripts/newer-pythons.sh test FOLDER VERSION [COMMAND]   in a clone of the last commit; COMMAND is .ci/run unless given
#   scripts/newer-pythons.sh run FOLDER COMMAND              any other command in it
#   scripts/newer-pythons.sh unmount FOLDER                  before the folder is removed
set -euo pipefail

suite=forky
certificates=/etc/ssl/certs/ca-certificates.crt

fail() {
  echo "newer-pythons.sh: $1" >&2
  exit 1
}

make_system() {
  command -v debootstrap >/dev/null || fail "debootstrap is missing; install it with apt-get"
  # The mirror that this machine uses, or debootstrap's own choice.
  local mirror packages=ca-certificates,git,locales,make,python3,python3-venv version file
  mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
    sed -nE 's/^URIs: *//p; s/^deb (\[[^]]*\] )?([^ ]+) .*/\2/p' | sed -n 1p || true)
  for version in 3.14 3.15; do
    packages+=,python$version,python$version-venv
  done
  debootstrap --variant=minbase --include="$packages" "$suite" "$folder" "$mirror" /usr/share/debootstrap/scripts/sid
  for file in /etc/resolv.conf /etc/hosts /etc/pip.conf "$certificates"; do
    if [[ -e $file ]]; then
      cp -L "$file" "$folder$file"
    fi
  done
}

run_inside() {
  mount_unless_mounted proc proc proc
  mount_unless_mounted dev/shm tmpfs tmpfs
  mount_unless_mounted dev/pts devpts devpts
  chroot "$folder" env -i HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    PIP_CERT=$certificates SSL_CERT_FILE=$certificates PIP_DISABLE_PIP_VERSION_CHECK=1 bash -c "$1"
}

mount_unless_mounted() {
  mkdir -p "$folder/$1"
  mountpoint -q "$folder/$1" || mount -t "$2" "$3" "$folder/$1"
}

test_checkout() {
  local version=$1 command=${2:-.ci/run} name=waypost-$1 checkout
  checkout=$(git -C "$(dirname "${BASH_SOURCE[0]}")" rev-parse --show-toplevel)
  rm -rf "${folder:?}/root/$name"
  git clone --quiet "$checkout" "$folder/root/$name"
  run_inside "cd ~/$name && make setup PYTHON=python$version && $command"
}

unmount() {
  local place
  for place in dev/pts dev/shm proc; do
    if mountpoint -q "$folder/$place"; then
      umount "$folder/$place"
    fi
  done
}

usage="usage: newer-pythons.sh make|test|run|unmount FOLDER [VERSION] [COMMAND]"
action=${1:?$usage} folder=${2:?$usage}
[[ $EUID -eq 0 ]] || fail "only root can do this"
case $action in
  make) make_system ;;
  test) test_checkout "${3:?$usage}" "${4:-}" ;;
  run) run_inside "${3:?$usage}" ;;
  unmount) unmount ;;
  *) fail "$usage" ;;
esac
