"""Trees of files as git objects, and their three-way merge, in a bare repository that is there for a while.

The repository sees the objects of a project's own and writes none of them there. Neither the user's settings nor
attributes, hooks, filters or merge drivers change a byte in it. The attributes that a project has committed are its own
and hold.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from waypost.system import git
from waypost.system.scratch import temporary_folder

REGULAR, EXECUTABLE, LINK, SUBMODULE = "100644", "100755", "120000", "160000"
"""The modes that git knows."""
_ALONE: Mapping[str, str] = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_ATTR_NOSYSTEM": "1"}
# What git looks for at $XDG_CONFIG_HOME/git/attributes or ~/.config/git/attributes without any configuration.
_NO_ATTRIBUTES = ("-c", f"core.attributesFile={os.devnull}")
_COMMITTER = b"committer Waypost <waypost@localhost.invalid> 0 +0000\n"


@dataclass(frozen=True, slots=True)
class File:
    """A file as git keeps it: its mode and its bytes, which for a symbolic link are where it leads."""

    mode: str
    content: bytes


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """A file in a tree: its mode and the name of its object."""

    mode: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Commit:
    """A commit to write: ``files`` over the tree named ``tree``, if any, without what is ``removed``."""

    label: str
    parent: str = ""
    tree: str = ""
    files: Mapping[str, File] = field(default_factory=dict)
    removed: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class MergedTree:
    """What a merge comes to: the ``tree`` with git's markers where it conflicts.

    ``stages`` holds for each path in conflict its entries by stage (1 the base, 2 ours, 3 theirs), and ``messages``
    what git says of a path: the kind of message and its text.
    """

    tree: str
    stages: Mapping[str, Mapping[int, TreeEntry]]
    messages: Sequence[tuple[tuple[str, ...], str, str]]


def read_file(path: Path) -> File:
    """Return the file or link at ``path``."""
    if path.is_symlink():
        return File(LINK, os.fsencode(path.readlink()))
    is_executable = path.stat().st_mode & stat.S_IXUSR
    return File(EXECUTABLE if is_executable else REGULAR, path.read_bytes())


@contextmanager
def trees_beside(objects: Path, object_format: str) -> Iterator[Trees]:
    """Provide an empty repository that sees the objects in the folder ``objects``, for the time of a ``with`` block."""
    with temporary_folder("waypost-merge-") as scratch:
        folder = scratch / "trees.git"
        git.run(
            "init", "--quiet", "--bare", "--template=", f"--object-format={object_format}", "--", str(folder),
            cwd=scratch, environment=_ALONE,
        )  # fmt: skip
        alternates = folder / "objects" / "info" / "alternates"
        alternates.parent.mkdir(exist_ok=True)
        alternates.write_bytes(_quoted(os.fsencode(objects)) + b"\n")
        yield Trees(folder=folder)


@dataclass(frozen=True, kw_only=True)
class Trees:
    """The repository in ``folder``. Raises ``GitError`` where git fails."""

    folder: Path

    @property
    def objects(self) -> Path:
        """Where the new objects are; the project's own are its alternates."""
        return self.folder / "objects"

    def write(self, commits: Iterable[Commit]) -> None:
        """Write the commits, each on a branch named by its label."""
        stream: list[bytes] = []
        for commit in commits:
            stream += [b"commit refs/heads/", commit.label.encode(), b"\n", _COMMITTER, b"data 0\n"]
            if commit.parent:
                stream += [b"from refs/heads/", commit.parent.encode(), b"\n"]
            stream += [b"M 040000 ", commit.tree.encode(), b' ""\n'] if commit.tree else [b"deleteall\n"]
            stream += [b"D " + _quoted(os.fsencode(path)) + b"\n" for path in commit.removed]
            for path, file in commit.files.items():
                stream += [b"M ", file.mode.encode(), b" inline ", _quoted(os.fsencode(path))]
                stream += [b"\ndata ", str(len(file.content)).encode(), b"\n", file.content, b"\n"]
        stream.append(b"done\n")
        self._run("fast-import", "--quiet", "--done", given=b"".join(stream))

    def merge(self, ours: str, theirs: str, *, attributes: Mapping[str, File]) -> MergedTree:
        """Merge two branches that have one parent. Their labels stand in git's markers.

        ``attributes`` are the ``.gitattributes`` of ours, by their path, and all that hold. They name no merge driver
        but git's own: one that is somebody's setting counts as none.
        """
        settings = ("-c", "merge.renameLimit=30000", "-c", "merge.directoryRenames=conflict")
        # Git reads attributes in a work tree and, from 2.41 on, rather in the tree that a variable names.
        work_tree = self.folder.with_name("attributes")
        for path, file in attributes.items():
            (work_tree / path).parent.mkdir(parents=True, exist_ok=True)
            (work_tree / path).write_bytes(file.content)
        work_tree.mkdir(exist_ok=True)
        output = self._run(
            *settings, f"--work-tree={work_tree}", "merge-tree", "--write-tree", "-z", "--messages", ours, theirs,
            accepted=(0, 1), environment={"GIT_ATTR_SOURCE": ours}, cwd=work_tree,
        )  # fmt: skip
        tokens = iter(output.decode(errors="surrogateescape").split("\0"))
        tree = next(tokens)
        stages: dict[str, dict[int, TreeEntry]] = {}
        for token in iter(lambda: next(tokens, ""), ""):
            described, _, path = token.partition("\t")
            mode, name, stage = described.split(" ")
            stages.setdefault(path, {})[int(stage)] = TreeEntry(mode, name)
        return MergedTree(tree=tree, stages=stages, messages=tuple(_messages(tokens)))

    def entries(self, tree: str) -> dict[str, TreeEntry]:
        """Return every file of a tree or commit by its path."""
        listed = self._run("ls-tree", "-r", "-z", "--full-tree", tree).decode(errors="surrogateescape")
        rows = (row.partition("\t") for row in listed.split("\0") if row)
        return {path: TreeEntry(*_mode_and_name(described)) for described, _, path in rows}

    def contents(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return the bytes of the named objects."""
        wanted = tuple(dict.fromkeys(names))
        if not wanted:
            return {}
        answer = self._run("cat-file", "--batch", given=b"".join(name.encode() + b"\n" for name in wanted))
        return dict(zip(wanted, git.objects_of(answer), strict=True))

    def files(self, entries: Mapping[str, TreeEntry]) -> dict[str, File]:
        """Return the files of the entries by their path, but for submodules."""
        kept = {path: entry for path, entry in entries.items() if entry.mode != SUBMODULE}
        contents = self.contents(entry.name for entry in kept.values())
        return {path: File(entry.mode, contents[entry.name]) for path, entry in kept.items()}

    def difference(self, one: str, other: str) -> bytes:
        """Return the unified difference of two trees or branches, as ``git diff`` prints it."""
        return self._run("diff", "--no-ext-diff", "--no-color", "--find-renames", one, other)

    def differing(self, one: str, other: str) -> list[str]:
        """Return the paths of the files that ``difference`` shows, in its order: of moved ones where they are now."""
        tokens = self._run("diff", "--no-ext-diff", "--find-renames", "--name-only", "-z", one, other)
        return tokens.decode(errors="surrogateescape").split("\0")[:-1]

    def renames(self, one: str, other: str) -> dict[str, str]:
        """Return where files went from one tree to the other: the new path of each that moved."""
        tokens = self._run("diff-tree", "-r", "-z", "-M", "-l30000", "--diff-filter=R", "--name-status", one, other)
        parts = tokens.decode(errors="surrogateescape").split("\0")[:-1]
        return {parts[index + 1]: parts[index + 2] for index in range(0, len(parts), 3)}

    def _run(
        self,
        *arguments: str,
        given: bytes = b"",
        accepted: Sequence[int] = (0,),
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> bytes:
        return git.run_bytes(
            f"--git-dir={self.folder}", *_NO_ATTRIBUTES, *arguments,
            cwd=cwd or self.folder, environment={**_ALONE, **(environment or {})}, given=given, accepted=accepted,
        )  # fmt: skip


def _messages(tokens: Iterator[str]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    for count in tokens:
        if count:
            paths = tuple(next(tokens) for _ in range(int(count)))
            yield paths, next(tokens), next(tokens).strip()


def _mode_and_name(described: str) -> tuple[str, str]:
    mode, _, name = described.split(" ")
    return mode, name


def _quoted(path: bytes) -> bytes:
    """Return a path as fast-import and alternates read it: in quotes, so that any byte may stand in it."""
    return b'"' + path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
