"""Generated pairs of a template's change and a user's edits, and what must hold of any update between them."""

from __future__ import annotations

import json
import os
import random
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from waypost.questions.record import RECORD
from waypost.update.merge.trees import EXECUTABLE, LINK, REGULAR, File

PATHS = (
    *("a.txt", "src/app.py", "src/deep/er/page.html", "conf.toml", "conf.json", "conf.yml", "run.sh", "blob.bin"),
    *("list.toml", "packages.toml"),
)
ODD_PATHS = ("caf\udce9.txt", 'sp ace/"q".txt', "new\nline.txt", "mine.txt", "src/mine.py", "other/mine.md")


KINDS = (
    *("edit", "insert") * 3,
    *("append", "cut", "rewrite", "add", "delete", "move", "move-folder", "mode", "link", "crlf", "no-end", "odd"),
    *("same-key",) * 2,
)


class Writer:
    """Makes lines that occur once in a whole example, in the language of each file."""

    def __init__(self, author: str) -> None:
        self.author = author
        self.count = 0

    def token(self) -> str:
        self.count += 1
        return f"{self.author}{self.count}x"

    def line(self, path: str) -> bytes:
        token = self.token()
        if _is_list(path):
            return f'  "{token} @ file:///{token}",\n'.encode()
        match Path(path).suffix:
            case ".py":
                return f"{token} = 1\n".encode()
            case ".toml" | ".yml":
                return f'{token}{" =" if path.endswith("toml") else ":"} "{token}"\n'.encode()
            case ".json":
                return f'"{token}": 1,\n'.encode()
            case ".bin":
                return f"\0{token}\xff\n".encode("latin-1")
            case _:
                return f"{token} {'with words that make it long ' * 2}\n".encode()

    def content(self, path: str, count: int) -> bytes:
        lines = b"".join(self.line(path) for _ in range(count))
        if _is_list(path):
            return b"dependencies = [\n" + lines + b"]\n"
        return b"{\n" + lines + b'"end": 0\n}\n' if path.endswith(".json") else lines


def template(chance: random.Random) -> dict[str, File]:
    """Some files of a template."""
    writer = Writer("t")
    chosen = chance.sample(PATHS, chance.randint(2, 6))
    return {path: File(REGULAR, writer.content(path, chance.choice((0, 1, 3, 6, 12)))) for path in chosen}


def changed(
    before: dict[str, File], author: str, paths: tuple[str, ...], chance: random.Random, kinds: tuple[str, ...]
) -> dict[str, File]:
    """The files with a few changes of every kind."""
    result, writer = dict(before), Writer(author)
    for _ in range(chance.randint(1, 4)):
        kind = chance.choice(kinds)
        present = sorted(path for path, file in result.items() if file.mode != LINK)
        if kind == "add" or not present:
            path = chance.choice(paths)
            if _is_free(path, result):
                result[path] = File(REGULAR, writer.content(path, chance.choice((0, 1, 4))))
            continue
        path = chance.choice(present)
        match kind:
            case "delete":
                del result[path]
            case "move" | "move-folder":
                _move(path, result, chance, whole_folder=kind == "move-folder")
            case "mode":
                mode = EXECUTABLE if result[path].mode == REGULAR else REGULAR
                result[path] = File(mode, result[path].content)
            case "link":
                result[path] = File(LINK, writer.token().encode())
            case _:
                result[path] = File(result[path].mode, _edited(path, result[path].content, kind, writer, chance))
    return result


def _edited(path: str, content: bytes, kind: str, writer: Writer, chance: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    low, high = _inside(path, len(lines))
    spot = chance.randint(low, max(low, high - 1))
    match kind:
        case "edit":
            lines[spot : spot + chance.randint(1, 2)] = [writer.line(path)]
        case "insert":
            lines[spot:spot] = [writer.line(path) for _ in range(chance.randint(1, 3))]
        case "append":
            lines.insert(high if _is_list(path) else len(lines), writer.line(path))
        case "same-key":
            key = writer.line(path).replace(f"{writer.author}{writer.count}".encode(), b"key", 1)
            lines[spot:spot] = [key]
        case "cut":
            del lines[spot : spot + 2]
        case "rewrite":
            lines = [writer.content(path, 3)]
        case "crlf":
            lines = [b"".join(lines).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")]
        case "no-end":
            lines = [b"".join(lines).rstrip(b"\r\n")]
        case "odd":
            lines.append(writer.token().encode() + b" \xff\xfe\0\n")
    return b"".join(lines)


def _inside(path: str, count: int) -> tuple[int, int]:
    """Return between which lines a file can grow: not outside of its brackets."""
    if count > 1 and path.endswith(".json"):
        return 1, count - 2
    return (1, count - 1) if count > 1 and _is_list(path) else (0, count)


def _is_list(path: str) -> bool:
    """Whether a file holds a list of requirements in TOML, wherever it was moved."""
    return path.endswith(("list.toml", "packages.toml"))


def _move(path: str, result: dict[str, File], chance: random.Random, *, whole_folder: bool) -> None:
    folder = path.partition("/")[0] + "/"
    moving = [name for name in result if name.startswith(folder)] if whole_folder and "/" in path else [path]
    into = chance.choice(("moved/", "src/moved/", "m-"))
    if all(_is_free(into + name, result) for name in moving):
        for name in moving:
            result[into + name] = result.pop(name)


def _is_free(path: str, entries: dict[str, File]) -> bool:
    folders = {str(parent) for name in entries for parent in Path(name).parents}
    return (
        path not in entries and path not in folders and not any(str(parent) in entries for parent in Path(path).parents)
    )


@dataclass(frozen=True)
class Pair:
    """A template's files before and after, and a user's version of those before."""

    old: dict[str, File]
    new: dict[str, File]
    mine: dict[str, File]


def pair_of(chance: random.Random, *, template_kinds: tuple[str, ...] = KINDS) -> Pair:
    """A pair by chance; the template's changes are of ``template_kinds``."""
    old = template(chance)
    return Pair(
        old=old,
        new=changed(old, "n", PATHS, chance, template_kinds),
        mine=changed(old, "u", PATHS + ODD_PATHS, chance, KINDS),
    )


def lost_lines(pair: Pair, after: dict[str, File]) -> list[str]:
    """The user's lines that stand nowhere any more."""
    known = {_bare(line) for file in pair.old.values() for line in file.content.splitlines()}
    there = {_bare(line) for file in after.values() for line in file.content.splitlines()}
    return [
        f"{line!r} of {path}"
        for path, file in pair.mine.items()
        for line in map(_bare, file.content.splitlines())
        if line not in known and line not in there
    ]


def unreadable_files(pair: Pair, after: dict[str, File]) -> list[str]:
    """The files that their language cannot read any more, though it could read both sides'."""
    return [path for path, file in after.items() if file.mode != LINK and _is_spoilt(path, file, pair)]


def files_in(project: Path) -> dict[str, File]:
    """Every file of a project but git's own and the record."""
    found = {}
    for path in project.rglob("*"):
        if ".git" in path.parts or path.name == RECORD or (path.is_dir() and not path.is_symlink()):
            continue
        is_link = path.is_symlink()
        mode = LINK if is_link else EXECUTABLE if os.access(path, os.X_OK) else REGULAR
        content = os.fsencode(path.readlink()) if is_link else path.read_bytes()
        found[str(path.relative_to(project))] = File(mode, content)
    return found


def _is_spoilt(path: str, file: File, pair: Pair) -> bool:
    read, name = READERS.get(Path(path).suffix), Path(path).name.removeprefix("m-")
    sides = (pair.mine, pair.new)
    versions = [side[other] for side in sides for other in side if Path(other).name.removeprefix("m-") == name]
    could = read and all(_reads(read, version.content) for version in versions)
    return bool(read and could and not _reads(read, file.content))


def _reads(read: Callable[[str], object], content: bytes) -> bool:
    try:
        read(content.decode().replace("\r\n", "\n"))
    except (ValueError, SyntaxError, yaml.YAMLError):
        return False
    return True


def _bare(line: bytes) -> bytes:
    return line.strip().rstrip(b",")


def _toml(text: str) -> object:
    """Read TOML, where no package may stand twice in a list of requirements."""
    found = tomllib.loads(text)
    names = [item.partition(" ")[0] for item in found.get("dependencies", ()) if isinstance(item, str)]
    if len(names) > len(set(names)):
        raise ValueError(f"a package stands twice in {names}")
    return found


READERS: dict[str, Callable[[str], object]] = {
    ".py": lambda text: compile(text, "x", "exec"),
    ".toml": _toml,
    ".json": json.loads,
    ".yml": yaml.safe_load,
}
