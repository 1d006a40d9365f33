"""Runs git: the only module that does.

Git gets an environment of its own: nothing that points at another repository, no prompts, no translated messages.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import pairwise
from pathlib import Path

from waypost.address import git_settings, without_credentials
from waypost.errors import WaypostError
from waypost.system.scratch import uninterrupted

# What `git rev-parse --local-env-vars` lists: set while git runs a hook, and then meant for that repository alone. And
# GIT_ATTR_SOURCE, from which git reads attributes instead of from its files.
_LOCAL_VARIABLES = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_ATTR_SOURCE",
        "GIT_COMMON_DIR",
        "GIT_CONFIG",
        "GIT_CONFIG_COUNT",
        "GIT_CONFIG_PARAMETERS",
        "GIT_DIR",
        "GIT_GRAFT_FILE",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_INTERNAL_SUPER_PREFIX",
        "GIT_NO_REPLACE_OBJECTS",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_REPLACE_REF_BASE",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
    }
)
_PROTOCOLS_VARIABLE = "GIT_ALLOW_PROTOCOL"
_NO_HOOKS = ("-c", f"core.hooksPath={os.devnull}")
# What a user allows beyond these with GIT_ALLOW_PROTOCOL, no template source needs.
_PROTOCOLS = frozenset({"file", "git", "http", "https", "ssh"})


class GitError(WaypostError):
    """A git command failed; the message is git's own."""

    @property
    def cause(self) -> str:
        """The line of the message that says what is wrong; advice that fits every failure follows it."""
        lines = [line for line in self.message.splitlines() if line.strip()]
        cause = next((line for line in lines if not line.lower().startswith("warning: ")), self.message)
        return cause.removeprefix("fatal: ").removeprefix("error: ")


def is_available() -> bool:
    """Whether there is a git to run."""
    return shutil.which("git") is not None


def is_inside_work_tree(folder: Path) -> bool:
    """Whether the existing ``folder`` belongs to a git work tree."""
    if not any(os.path.lexists(parent / ".git") for parent in (folder.resolve(), *folder.resolve().parents)):
        return False  # nor would git look anywhere else, as it gets no variable that names a repository
    try:
        return run("rev-parse", "--is-inside-work-tree", cwd=folder).strip() == "true"
    except GitError:
        return False


def is_ignored(path: Path, *, folder: Path) -> bool:
    """Whether the repository that ``folder`` belongs to ignores the folder ``path``, which need not exist yet."""
    try:
        run("check-ignore", "--quiet", "--", f"{path}/", cwd=folder)
    except GitError:
        return False
    return True


def ignored(paths: Sequence[str], *, folder: Path) -> tuple[str, ...]:
    """Return those of the paths, relative to ``folder``, that git does not know and that somebody's rules ignore."""
    if not paths:
        return ()
    given = b"".join(os.fsencode(path) + b"\0" for path in paths)
    found = run_bytes("check-ignore", "-z", "--stdin", cwd=folder, given=given, accepted=(0, 1))
    return tuple(os.fsdecode(path) for path in found.split(b"\0") if path)


def looks_at_modes(folder: Path) -> bool:
    """Whether git looks at who may run a file in the repository that ``folder`` belongs to."""
    return run("config", "--type=bool", "--default=true", "--get", "core.fileMode", cwd=folder).strip() == "true"


def start_repository(
    folder: Path, *, files: Iterable[str], executables: Collection[str], message: str, author: tuple[str, str]
) -> None:
    """Make ``folder`` a repository with one commit of all ``files``, whatever rules of the user ignore them.

    ``executables`` are those of them that are executable, also on a file system that keeps no such bits.

    The branch is the user's ``init.defaultBranch``, or main. Where git knows no identity, ``author`` (name, e-mail)
    signs this one commit. No hooks run and nothing is signed: a first commit must not ask for a passphrase.
    Raises ``GitError``.
    """
    branch = () if _names_first_branch() else ("--initial-branch=main",)
    run("init", "--quiet", *branch, cwd=folder)
    # Nor does git tidy up in the background, in a folder that is about to be moved.
    options = [*_NO_HOOKS, "-c", "commit.gpgSign=false", "-c", "maintenance.auto=false", "-c", "gc.auto=0"]
    _add(folder, tuple(files), executables, options)
    commit = ("commit", "--quiet", "--message", message)
    try:
        run(*options, *commit, cwd=folder)
    except GitError:
        if _knows_identities(folder):
            raise
        name, email = author
        run(*options, "-c", f"user.name={name}", "-c", f"user.email={email}", *commit, cwd=folder)


def _add(folder: Path, files: Sequence[str], executables: Collection[str], options: Sequence[str]) -> None:
    keeps_bits = all(os.access(folder / path, os.X_OK) == (path in executables) for path in files)
    # All files into one pack instead of a file for each, which takes git four times as long.
    settings = ("core.bigFileThreshold=1", "core.safeCRLF=false", f"core.fileMode={str(keeps_bits).lower()}")
    given = b"".join(os.fsencode(path) + b"\0" for path in files)
    run_bytes(
        *options, *(word for setting in settings for word in ("-c", setting)),
        "add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul",
        cwd=folder, environment={"GIT_LITERAL_PATHSPECS": "1"}, given=given,
    )  # fmt: skip
    if executables and not keeps_bits:
        run(*options, "update-index", "--chmod=+x", "--", *sorted(executables), cwd=folder)


def tags(url: str) -> tuple[str, ...]:
    """Return the names of the tags of the repository at ``url``. Raises ``GitError`` where it cannot be reached."""
    address = without_credentials(url)
    found = run("ls-remote", "--tags", "--refs", "--", address, cwd=Path("/"), environment=git_settings(url))
    lines = found.splitlines()
    return tuple(line.partition("refs/tags/")[2] for line in lines)


def clone(url: str, ref: str, folder: Path) -> str:
    """Clone the repository at ``url`` at the tag, branch or commit ``ref`` into ``folder``; return what it is called.

    Raises ``GitError`` where it cannot be reached or has no such version.
    """
    fetching = (*_NO_HOOKS, "clone", "--quiet", "--no-checkout", "--", without_credentials(url), str(folder))
    run(*fetching, cwd=folder.parent, environment=git_settings(url))
    try:
        commit = run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}", cwd=folder).strip()
    except GitError as error:
        raise GitError("it has no such version") from error
    run(*_NO_HOOKS, "-c", "advice.detachedHead=false", "checkout", "--quiet", "--detach", commit, cwd=folder)
    # A tag is called what it was asked for as: the same commit can have others, such as a moving `latest`.
    is_tag = bool(run("tag", "--list", "--points-at", commit, ref, cwd=folder).strip())
    return ref if is_tag else run("describe", "--tags", "--always", commit, cwd=folder).strip()


def run(*arguments: str, cwd: Path, environment: Mapping[str, str] | None = None) -> str:
    """Run ``git ARGUMENTS`` in the folder ``cwd`` and return what it printed.

    Raises ``GitError`` where git is missing or fails.
    """
    return run_bytes(*arguments, cwd=cwd, environment=environment).decode(errors="surrogateescape")


def run_bytes(
    *arguments: str | bytes,
    cwd: Path,
    environment: Mapping[str, str] | None = None,
    given: bytes = b"",
    accepted: Collection[int] = (0,),
) -> bytes:
    """Run ``git ARGUMENTS`` with ``given`` as its standard input and return exactly what it printed.

    Raises ``GitError`` where git is missing or ends with an exit code that is not ``accepted``.
    """
    started: list[subprocess.Popen[bytes]] = []
    try:
        with uninterrupted():  # a git that nobody knows of would go on writing
            started.append(_start(arguments, cwd, _environment() | dict(environment or {})))
        out, err = started[0].communicate(given)
    except FileNotFoundError as error:
        if error.filename != "git":
            raise
        raise GitError("git was not found", hint="Install git, or put it on PATH.") from error
    finally:
        with uninterrupted():
            for process in started:
                _stop(process)
    code = started[0].returncode
    if code not in accepted:
        said = err.decode(errors="replace").strip()
        raise GitError(said or f"git {_command_in(arguments)} {_ended(code)}")
    return out


def _command_in(arguments: Sequence[str | bytes]) -> str:
    """Return the name of the git command, which options of git itself may precede."""
    words = [os.fsdecode(argument) for argument in arguments]
    return next((word for before, word in pairwise(["", *words]) if word[:1] != "-" and before != "-c"), words[0])


def _ended(code: int) -> str:
    if code > 0:
        return f"failed with exit code {code}"
    try:
        return f"was ended by the signal {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by the signal {-code}"


def _start(arguments: Sequence[str | bytes], cwd: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - a list of arguments, no shell
        ["git", *arguments],  # noqa: S607 - the user's own git
        cwd=cwd,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    """See a git that was interrupted to its end: asked, it takes its lock files with it."""
    if process.returncode is None:
        process.terminate()
        process.communicate()
    for stream in (process.stdin, process.stdout, process.stderr):
        # Git may have ended while it was being interrupted, and then nobody has closed them.
        if stream is not None:
            with suppress(OSError):
                stream.close()


def _environment() -> dict[str, str]:
    """Return the variables that git gets: the user's, but for those that point elsewhere.

    Git's own settings say which protocols it may use. The variable of that name puts them all out of force, so it is
    only narrowed where the user has set it.
    """
    kept = {name: value for name, value in os.environ.items() if name not in _LOCAL_VARIABLES}
    if _PROTOCOLS_VARIABLE in kept:
        allowed = kept[_PROTOCOLS_VARIABLE].split(":")
        kept[_PROTOCOLS_VARIABLE] = ":".join(name for name in allowed if name in _PROTOCOLS)
    return kept | {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}


@cache
def _names_first_branch() -> bool:
    """Whether the user's settings name the first branch of a new repository."""
    try:
        return bool(run("config", "--get", "init.defaultBranch", cwd=Path("/")).strip())
    except GitError:
        return False


def _knows_identities(folder: Path) -> bool:
    try:
        for identity in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
            run("var", identity, cwd=folder)
    except GitError:
        return False
    return True


def objects_of(answer: bytes) -> Iterator[bytes]:
    """Yield the contents in an answer of ``git cat-file --batch``, in the order in which they were asked for.

    Raises ``GitError`` where the repository lacks an object.
    """
    position = 0
    while position < len(answer):
        end_of_line = answer.index(b"\n", position)
        name, *described = answer[position:end_of_line].split()
        if described[-1:] == [b"missing"]:
            raise GitError(
                f"the repository lacks the object {name.decode(errors='replace')}",
                hint="Fetch what is missing (git fetch --refetch), or look for damage with git fsck.",
            )
        start = end_of_line + 1
        end = start + int(described[1])
        yield answer[start:end]
        position = end + 1
