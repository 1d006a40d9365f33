"""Cuts a release: `make release VERSION=X.Y.Z`.

Writes the version into pyproject.toml, the changelog fragments into CHANGELOG.md and src/waypost/sources/releases.toml,
the templates of this commit into src/waypost/sources/history.bundle, and commits and tags all that. Needs nothing but
Python and git; a fresh clone gives the same hashes.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "src"))  # the checkout's own, whatever is installed

from waypost.sources.releases import (  # noqa: E402
    Release,
    alone,
    commit_content,
    commit_hash,
    extract,
    open_bundle,
    read_register,
)
from waypost.system import git  # noqa: E402

KINDS = ("security", "added", "changed", "fixed", "removed")
PROJECT = ROOT / "pyproject.toml"
CHANGELOG = ROOT / "CHANGELOG.md"
FRAGMENTS = ROOT / "changelog.d"
REGISTER = ROOT / "src/waypost/sources/releases.toml"
BUNDLE = ROOT / "src/waypost/sources/history.bundle"
WRITTEN = (PROJECT, CHANGELOG, FRAGMENTS, REGISTER, BUNDLE)


class RefusedError(Exception):
    """The release cannot be cut; nothing was changed."""


@dataclass(frozen=True, kw_only=True)
class Fragment:
    """One change: its kind and its text, on one line."""

    path: Path
    kind: str
    text: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Cut the release that the command line names; return the exit code."""
    parser = argparse.ArgumentParser(description="Cut a release of Waypost.")
    parser.add_argument("version", metavar="X.Y.Z")
    parser.add_argument("--date", default=datetime.now(UTC).date().isoformat(), help="its day; today by default")
    options = parser.parse_args(arguments)
    try:
        release = cut(options.version.removeprefix("v"), options.date)
    except (RefusedError, git.GitError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    print(f"Released {release.version}: commit and tag are made here, and nothing is published yet.")
    return 0


def cut(version: str, date: str) -> Release:
    """Cut the release and return it. Raises ``RefusedError`` or ``GitError``; then everything is as it was."""
    known = read_register(REGISTER)
    _check_version(version, known)
    _check_date(date, known)
    _check_checkout(f"v{version}")
    fragments = _fragments()
    try:
        release = _bundle(f"v{version}", date, known, fragments)
        _write(release, fragments)
        paths = [str(path.relative_to(ROOT)) for path in WRITTEN]
        _git("add", "--", *paths)
        _git("commit", "--quiet", "--message", f"Release {release.version}", "--", *paths)
    except BaseException:
        _restore()
        raise
    _git("tag", "--annotate", "--message", release.version, release.version)
    return release


def _check_version(version: str, known: Sequence[Release]) -> None:
    if not re.fullmatch(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", version):
        raise RefusedError(f"{version!r} is not a version of the form X.Y.Z")
    if known and _numbers(version) <= _numbers(known[-1].version):
        raise RefusedError(f"{version} does not come after {known[-1].version}, the last release")


def _check_date(date: str, known: Sequence[Release]) -> None:
    try:
        datetime.strptime(date, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise RefusedError(f"{date!r} is not a day of the form YYYY-MM-DD") from error
    if known and date < known[-1].date:
        raise RefusedError(f"{date} is before {known[-1].date}, the day of {known[-1].version}")


def _check_checkout(tag: str) -> None:
    changed = _git("status", "--porcelain", "--untracked-files=all").strip()
    if changed:
        raise RefusedError(f"the checkout has changes that are not committed:\n{changed}")
    if _git("tag", "--list", tag).strip():
        raise RefusedError(f"the tag {tag} is there already")
    _git("var", "GIT_COMMITTER_IDENT")
    strange = [
        line
        for line in _git("ls-tree", "-r", "HEAD", "--", "copier.yml", "templates").splitlines()
        if line.partition(" ")[0] not in ("100644", "100755")
    ]
    if strange:
        raise RefusedError("templates are plain files; these are links or repositories:\n" + "\n".join(strange))


def _fragments() -> tuple[Fragment, ...]:
    found: list[Fragment] = []
    for path in sorted(FRAGMENTS.glob("*.md")):
        if path.name == "README.md":
            continue
        kind = path.name.removesuffix(".md").rpartition(".")[2]
        text = " ".join(path.read_text(encoding="utf-8").split())
        if kind not in KINDS:
            raise RefusedError(f"{path.relative_to(ROOT)}: the kind is one of {', '.join(KINDS)}, as in name.added.md")
        if not text:
            raise RefusedError(f"{path.relative_to(ROOT)} is empty")
        found.append(Fragment(path=path, kind=kind, text=text))
    if not found:
        raise RefusedError("changelog.d holds no change; a release says what it changes")
    return tuple(sorted(found, key=lambda fragment: KINDS.index(fragment.kind)))


def _bundle(version: str, date: str, known: Sequence[Release], fragments: Sequence[Fragment]) -> Release:
    """Add the templates of HEAD to the bundle as one commit on top of the last release."""
    entries = _git("ls-tree", "HEAD", "--", "copier.yml", "templates")
    parent = known[-1].commit if known else None
    with tempfile.TemporaryDirectory(prefix="waypost-release-") as scratch:
        folder = Path(scratch)
        repository = folder / "history.git"
        if known:
            open_bundle(repository, bundle=BUNDLE)
        else:
            alone("init", "--quiet", "--bare", "--template=", "--object-format=sha1", str(repository), cwd=folder)

        # The objects of this checkout are borrowed while the bundle is made.
        objects = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": str(ROOT / _git("rev-parse", "--git-path", "objects").strip())}

        def there(*arguments: str, given: bytes = b"") -> str:
            where = f"--git-dir={repository}"
            return alone(where, *arguments, cwd=folder, given=given, environment=objects).decode().strip()

        tree = there("mktree", given=entries.encode())
        content = commit_content(version=version, date=date, tree=tree, parent=parent)
        commit = there("hash-object", "-t", "commit", "-w", "--stdin", given=content)
        release = Release(
            version=version,
            date=date,
            tree=tree,
            commit=commit,
            changes=tuple(f"{fragment.kind.capitalize()}: {fragment.text}" for fragment in fragments),
            is_security_fix=any(fragment.kind == "security" for fragment in fragments),
        )
        there("symbolic-ref", "HEAD", "refs/heads/main")
        there("update-ref", "refs/heads/main", commit)
        for each in (*known, release):
            there("update-ref", f"refs/tags/{each.version}", each.commit)
        made = folder / BUNDLE.name
        there("-c", "pack.threads=1", "bundle", "create", "--quiet", str(made), "HEAD", "--branches", "--tags")
        _check_bundle(made, (*known, release), folder)
        BUNDLE.write_bytes(made.read_bytes())
    return release


def _check_bundle(bundle: Path, releases: Sequence[Release], folder: Path) -> None:
    """Take every release out of the new bundle again: none may have changed."""
    parent = None
    for release in releases:
        content = commit_content(version=release.version, date=release.date, tree=release.tree, parent=parent)
        if commit_hash(content) != release.commit:
            raise RefusedError(f"{release.version} is not recorded as it was released; restore {REGISTER.name}")
        extract(release, folder / release.version, bundle=bundle)
        parent = release.commit


def _write(release: Release, fragments: Sequence[Fragment]) -> None:
    version = release.version.removeprefix("v")
    project, count = re.subn(
        r'(?m)^version = "[^"]*"$', f'version = "{version}"', PROJECT.read_text(encoding="utf-8"), count=1
    )
    if not count:
        raise RefusedError("pyproject.toml has no line that begins with: version =")
    PROJECT.write_text(project, encoding="utf-8")
    with REGISTER.open("a", encoding="utf-8") as register:
        register.write(_row(release))
    head, separator, rest = CHANGELOG.read_text(encoding="utf-8").partition("\n## ")
    CHANGELOG.write_text(f"{head.rstrip()}\n\n{_section(release, fragments)}{separator}{rest}", encoding="utf-8")
    for fragment in fragments:
        fragment.path.unlink()


def _restore() -> None:
    """Put back what a release writes: all of it was committed before."""
    for path in (str(path.relative_to(ROOT)) for path in WRITTEN):
        _git("rm", "--cached", "-r", "--quiet", "--ignore-unmatch", "--", path)
        if _git("ls-tree", "HEAD", "--", path):
            _git("checkout", "--quiet", "HEAD", "--", path)
        else:
            (ROOT / path).unlink(missing_ok=True)


def _row(release: Release) -> str:
    lines = [
        "",
        "[[release]]",
        f'version = "{release.version}"',
        f'date = "{release.date}"',
        f'tree = "{release.tree}"',
        f'commit = "{release.commit}"',
        f"is_security_fix = {str(release.is_security_fix).lower()}",
        "changes = [",
        *(f"  {_quoted(change)}," for change in release.changes),
        "]",
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _section(release: Release, fragments: Sequence[Fragment]) -> str:
    parts = [f"## {release.version} ({release.date})"]
    for kind in KINDS:
        texts = [f"- {fragment.text}" for fragment in fragments if fragment.kind == kind]
        if texts:
            parts.append("\n".join([f"### {kind.capitalize()}", "", *texts]))
    return "\n\n".join(parts) + "\n"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.removeprefix("v").split("."))


def _git(*arguments: str) -> str:
    return git.run(*arguments, cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main())
