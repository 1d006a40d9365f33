"""Where templates come from: the source that Waypost carries, or another git repository."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from waypost.address import without_credentials
from waypost.errors import ErrorCode, SourceError, WaypostError
from waypost.sources.embedded import TemplateSource, embedded, is_canonical
from waypost.sources.failures import unreachable, working_folder, writing_temporarily
from waypost.sources.releases import Release, extract, releases
from waypost.system import git

if TYPE_CHECKING:
    from packaging.version import Version

# A source is a URL with one of these schemes, git's `user@host:path`, or a path of this machine.
_URL = re.compile(r"(?:https?|ssh|git|file)://\S+|[\w.-]+@[\w.-]+:\S+")


_shared: dict[tuple[str, str | None], TemplateSource] = {}


@contextmanager
def shared_sources(wanted: Iterable[tuple[str, str | None]]) -> Iterator[tuple[TemplateSource, ...]]:
    """Provide sources, each by address and version, once for all that asks for them within the block.

    So many projects, and the processes that are forked for them, take them from one folder. One that cannot be had is
    left out: whoever asks for it gets the reason. Of two addresses that differ in their credentials alone the first
    that is let in counts.
    """
    with ExitStack() as stack:
        for url, version in dict.fromkeys(wanted):
            with suppress(WaypostError):
                _shared[without_credentials(url), version] = stack.enter_context(source_at(url, version))
        try:
            yield tuple(_shared.values())
        finally:
            _shared.clear()


@contextmanager
def source_at(url: str, version: str | None) -> Iterator[TemplateSource]:
    """Provide the template source of the address ``url`` at ``version``, or at its newest, for a ``with`` block.

    The canonical address is never asked: its releases are carried along, with or without the v of their tag, and the
    version of this Waypost is its own. Credentials in another address are for git alone. Raises ``SourceError`` where
    the version is not known or another address cannot be reached, and ``StateError`` where there is no room for it.
    """
    shared = _shared.get((without_credentials(url), version))
    if shared is not None:
        yield shared
        return
    if not is_canonical(url):
        with fetched(url, version) as source:
            yield source
        return
    newest = embedded()
    named = (None, version, f"v{version}")
    if version is None or newest.version in named:
        yield newest
        return
    release = next((release for release in releases() if release.version in named), None)
    if release is None:
        raise _unknown_version(str(version), newest.version)
    with working_folder("waypost-release-") as folder:
        with writing_temporarily():
            extract(release, folder / "source")
        yield TemplateSource(root=folder / "source", url=without_credentials(url), version=release.version)


def newer_than(url: str, version: str) -> tuple[Release, ...]:
    """Return the releases at the address ``url`` that come after ``version``, the oldest first.

    Only the tags of another address are asked for; their releases have nothing but a version. A version of this Waypost
    that is not released yet counts as its newest. Raises ``SourceError`` where ``version`` is not known or the address
    cannot be reached.
    """
    if not is_canonical(url):
        return _newer_tags(url, version)
    newest = embedded().version
    if version == newest:
        return ()
    if _as_version(version) is None or _is_newer(version, newest):
        raise _unknown_version(version, newest)
    later = tuple(release for release in releases() if _is_newer(release.version, version))
    is_released = any(release.version == newest for release in later)
    return later if is_released else (*later, _only_named(newest))


@contextmanager
def fetched(url: str, ref: str | None) -> Iterator[TemplateSource]:
    """Provide the template source at ``url`` for the time of a ``with`` block, at ``ref`` or its newest version tag.

    Raises ``SourceError`` where the address is not one that is safe to give to git, the repository cannot be reached,
    or it has no such version, and ``StateError`` where it cannot be fetched into the temporary folder.
    """
    address = _checked_address(url)
    url = without_credentials(address)
    if (url, ref) in _shared:
        yield _shared[url, ref]
        return
    wanted = ref or _newest_version(address)
    with working_folder("waypost-source-") as folder:
        root = folder / "source"
        try:
            version = git.clone(address, wanted, root)
        except git.GitError as error:
            raise unreachable(
                error,
                url=url,
                doing=f"cannot be had at {wanted}",
                hint="Check the address and the version; `git ls-remote --tags URL` lists the versions.",
                folder=folder,
            ) from error
        # Copier takes what has a repository for one to be cloned, uncommitted changes and all.
        shutil.rmtree(root / ".git")
        if not (root / "copier.yml").is_file():
            raise SourceError(
                f"{url} is not a template source: at {version} it has no copier.yml at its root",
                hint="Name the git repository of a copier template whose versions are tags.",
            )
        yield TemplateSource(root=root, url=url, version=version)


def _newer_tags(url: str, version: str) -> tuple[Release, ...]:
    # A commit after a tag is recorded as git describes it, such as v1.2.0-3-g1a2b3c4.
    recorded = _as_version(re.sub(r"-\d+-g[0-9a-f]+$", "", version))
    if recorded is None:
        raise SourceError(
            f"the recorded version {version} is no version tag, so nobody can say what is newer",
            hint="Update to one that is: waypost update --to VERSION",
            code=ErrorCode.UNKNOWN_VERSION,
        )
    tags = _versions_at(_checked_address(url))
    later = sorted(each for each in tags if each > recorded and (recorded.is_prerelease or not each.is_prerelease))
    return tuple(_only_named(tags[each]) for each in later)


def _only_named(version: str) -> Release:
    return Release(version=version, date="", tree="", commit="", changes=(), is_security_fix=False)


def _unknown_version(version: str, newest: str) -> SourceError:
    """Say why the templates of a recorded version cannot be had, and what helps."""
    known = [release.version for release in releases()]
    if _is_newer(version, newest):
        return SourceError(
            f"the version {version} is newer than this Waypost, which is {newest}",
            hint="Install a newer Waypost.",
            code=ErrorCode.UNKNOWN_VERSION,
        )
    nearest = next((name for name in reversed(known) if not _is_newer(name, version)), known[0] if known else newest)
    return SourceError(
        f"there is no release {version}; this Waypost knows {', '.join([*known, newest][-5:])}",
        hint="A version between two releases is not kept. If a project records it: write the nearest release, "
        f"{nearest}, behind _commit: in its .copier-answers.yml, commit that, and try again; look closely at the "
        "changes then.",
        code=ErrorCode.UNKNOWN_VERSION,
    )


def _is_newer(version: str, other: str) -> bool:
    """Whether ``version`` comes after ``other``; what is no version comes after nothing."""
    later, earlier = _as_version(version), _as_version(other)
    return later is not None and earlier is not None and later > earlier


def _checked_address(url: str) -> str:
    """Return the address as a project records it: the path of a folder from the root, so that it holds anywhere."""
    is_path = url and not url.startswith("-") and "::" not in url and "://" not in url and Path(url).is_dir()
    if url.startswith("-") or not (_URL.fullmatch(url) or is_path):
        raise SourceError(
            f"{without_credentials(url)!r} is not an address of a template source",
            hint="Give an https://, ssh:// or file:// address of a git repository, or the path of one.",
            code=ErrorCode.SOURCE_ADDRESS,
        )
    return str(Path(url).resolve()) if is_path else url


def _newest_version(url: str) -> str:
    versions = _versions_at(url)
    released = {version: name for version, name in versions.items() if not version.is_prerelease} or versions
    if not released:
        raise SourceError(
            f"the template source {without_credentials(url)} has no version tag",
            hint="Name a version with --ref.",
            code=ErrorCode.UNKNOWN_VERSION,
        )
    return released[max(released)]


def _versions_at(url: str) -> dict[Version, str]:
    """Return the tags at ``url`` that are versions, by what they mean. Raises ``SourceError``."""
    try:
        names = git.tags(url)
    except git.GitError as error:
        raise unreachable(
            error, url=url, doing="cannot be reached", hint="Check the address and your access to it."
        ) from error
    versions = {_as_version(name): name for name in names}
    return {version: name for version, name in versions.items() if version is not None}


def _as_version(name: str) -> Version | None:
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415 - only where versions are compared

    try:
        return Version(name)
    except InvalidVersion:
        return None
