"""Projects to update in tests: a git repository with files, and everything that could be lost from one."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from waypost.projects.project import find_project
from waypost.questions.record import RECORD
from waypost.update.merge.changes import Merge
from waypost.update.merge.merge import merge
from waypost.update.merge.trees import EXECUTABLE, LINK, REGULAR, File
from waypost.update.writing.worktree import write

Files = Mapping[str, File | bytes | str | None]
_RECORD = File(REGULAR, b"_commit: v1\n_src_path: x\n")
_ALONE = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@localhost.invalid",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@localhost.invalid",
}


def git(*arguments: str, cwd: Path) -> str:
    """What git prints, with an identity and without anybody's settings."""
    done = subprocess.run(["git", *arguments], cwd=cwd, env=os.environ | _ALONE, capture_output=True, check=True)
    return done.stdout.decode(errors="surrogateescape")


def files(entries: Files) -> dict[str, File]:
    """Files by path, with text and bytes as regular files; what is None is not there."""
    result = {}
    for path, entry in entries.items():
        match entry:
            case File():
                result[path] = entry
            case bytes():
                result[path] = File(REGULAR, entry)
            case str():
                result[path] = File(REGULAR, entry.encode())
    return result


def put(folder: Path, entries: Files) -> None:
    """Make the folder's files, but for git's own and the record, exactly these."""
    wanted = files(entries)
    for path in sorted(folder.rglob("*"), reverse=True):
        relative = path.relative_to(folder)
        if relative.parts[0] == ".git" or str(relative) == RECORD or str(relative) in wanted:
            continue
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        else:
            path.unlink()
    for name, file in wanted.items():
        target = folder / name
        if target.is_symlink():
            target.unlink()
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.mode == LINK:
            target.unlink(missing_ok=True)
            target.symlink_to(os.fsdecode(file.content))
        else:
            target.write_bytes(file.content)
            target.chmod(0o755 if file.mode == EXECUTABLE else 0o644)


def project_of(folder: Path, entries: Files, *, prefix: str = "") -> Path:
    """A repository with one commit of a project that has these files, and the project's folder in it."""
    folder.mkdir(parents=True, exist_ok=True)
    git("init", "--quiet", "--initial-branch=main", cwd=folder)
    project = folder / prefix
    put(project, {RECORD: _RECORD, **entries})
    commit(folder)
    return project


def commit(folder: Path) -> None:
    """Commit everything."""
    git("add", "--all", "--force", cwd=folder)
    git("commit", "--quiet", "--allow-empty", "--message", "x", cwd=folder)


def update(project: Path, old: Files, new: Files, *, follows_renames: bool = True) -> Merge:
    """Merge the change of a template into the project, and write it."""
    found = find_project(project)
    record = {RECORD: _RECORD}
    merged = merge(
        found, files({**record, **old}), files({**record, **new}), label="v2", follows_renames=follows_renames
    )
    write(found, merged, title="Update")
    return merged


@dataclass(frozen=True)
class Snapshot:
    """All that undo has to bring back: every path with its kind, mode and bytes; the index; HEAD."""

    paths: Mapping[str, tuple[int, bytes]]
    index: bytes
    head: str


def snapshot(top: Path) -> Snapshot:
    """A snapshot of the work tree at ``top``, the folders without their files' times."""
    paths = {}
    for root, folders, names in os.walk(top):
        folders[:] = [name for name in folders if name != ".git"]
        for name in [*folders, *names]:
            path = Path(root, name)
            mode = path.lstat().st_mode
            content = (
                os.fsencode(path.readlink()) if stat.S_ISLNK(mode) else path.read_bytes() if path.is_file() else b""
            )
            paths[str(path.relative_to(top))] = (mode, content)
    index = Path(git("rev-parse", "--path-format=absolute", "--git-path", "index", cwd=top).strip())
    return Snapshot(paths=paths, index=index.read_bytes(), head=git("rev-parse", "HEAD", cwd=top))


def unmerged(folder: Path) -> set[str]:
    """The paths that git's index says are in conflict, relative to the folder."""
    rows = git("ls-files", "--unmerged", "-z", cwd=folder).split("\0")
    return {row.partition("\t")[2] for row in rows if row}


def markers(content: bytes) -> int:
    """How many lines are conflict markers of git."""
    return sum(line.startswith((b"<<<<<<< ", b">>>>>>> ")) for line in content.splitlines())
