"""Cases to compare updates by: a change of a template, edits of a user, and which file is which afterwards.

Nothing here knows a tool that is compared. Every line that matters holds a word that occurs once in its case, so that a
judge can follow it wherever it goes.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Literal

Kind = Literal["text", "binary"]
Mode = Literal["file", "executable", "link"]

TEXTS = ("README.md", "src/app.py", "src/pages/page.html", "conf.toml", "conf.json", "conf.yml", "run.sh")
LISTS = ("packages.toml", "src/list.toml")
BINARIES = ("logo.bin", "fonts/face.bin", "fonts/bold.bin")
LATIN_1 = ("letters.txt", "src/words.txt")
OWN = ("notes.txt", "src/own.py", "docs/own.md", "café.txt", "sp ace/own.txt")

# What a side may do, as often as it stands here. Only a user makes links: tools copy those of a template differently.
CHANGES = (
    *("edit", "insert", "append") * 4,
    *("value", "cut", "same-key", "rewrite", "delete") * 2,
    *("add", "move", "move-folder", "mode", "crlf", "no-end"),
)
OF_USERS = (*CHANGES, "link")
SHARED_KEYS = ("shared", "common")

_WORD = re.compile(rb"\b[tnu]\d+x\b")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A file, or a link with its target as the content."""

    content: bytes
    mode: Mode = "file"


Tree = Mapping[str, Entry]


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side's files, and where it has each file of the old template: nowhere where it deleted it."""

    files: Tree
    places: Mapping[str, str | None]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A template's files before, and what its next version and a user made of them."""

    kind: Kind
    old: Tree
    new: Side
    mine: Side


def case_of(number: int, kind: Kind) -> Case:
    """Return the case of a number, always the same."""
    chance = random.Random(f"{kind} {number}")
    paths = (*TEXTS, *LISTS) if kind == "text" else (*BINARIES, *LATIN_1)
    writer = _Writer("t")
    chosen = [*chance.sample(paths, chance.randint(2, 4)), *(["README.md"] if kind == "binary" else [])]
    old = {path: Entry(content=writer.content(path, chance.choice((0, 3, 6, 12, 24, 24)), chance)) for path in chosen}
    return Case(
        kind=kind,
        old=old,
        new=_changed(old, _Writer("n"), paths, CHANGES, chance),
        mine=_changed(old, _Writer("u"), (*paths, *OWN), OF_USERS, chance),
    )


def pieces(content: bytes) -> list[bytes]:
    """What of a content can be lost or doubled: a binary as a whole, of a text each line with a word of its own."""
    if b"\0" in content:
        return [content]
    lines = (line.strip().rstrip(b",") for line in content.splitlines())
    return [line for line in lines if _WORD.search(line)]


def _changed(
    old: Tree, writer: _Writer, paths: tuple[str, ...], changes: tuple[str, ...], chance: random.Random
) -> Side:
    side = _Draft(dict(old), {path: path for path in old})
    for _ in range(chance.randint(2, 4)):
        change = chance.choice(changes)
        present = sorted(path for path, entry in side.files.items() if entry.mode != "link")
        if change == "add" or not present:
            path = chance.choice(paths)
            if side.has_room_for(path):
                side.files[path] = Entry(content=writer.content(path, chance.choice((1, 1, 4)), chance))
            continue
        path = chance.choice(present)
        entry = side.files[path]
        match change:
            case "delete":
                side.delete(path)
            case "move" | "move-folder":
                side.move(path, chance.choice(("moved/", "src/moved/", "m-")), whole_folder=change == "move-folder")
            case "mode":
                side.files[path] = Entry(
                    content=entry.content, mode="file" if entry.mode == "executable" else "executable"
                )
            case "link":
                side.files[path] = Entry(content=writer.word().encode(), mode="link")
            case _ if path.endswith(".bin"):
                side.files[path] = Entry(content=writer.other_binary(entry.content, change, chance), mode=entry.mode)
            case _:
                side.files[path] = Entry(content=_edited(path, entry.content, change, writer, chance), mode=entry.mode)
    return Side(files=side.files, places=side.places)


@dataclass
class _Draft:
    """Files that are being changed."""

    files: dict[str, Entry]
    places: dict[str, str | None]

    def has_room_for(self, path: str) -> bool:
        parents = [str(parent) for parent in PurePath(path).parents]
        folders = {str(parent) for name in self.files for parent in PurePath(name).parents}
        return path not in self.files and path not in folders and not any(parent in self.files for parent in parents)

    def delete(self, path: str) -> None:
        del self.files[path]
        self._place(path, None)

    def move(self, path: str, into: str, *, whole_folder: bool) -> None:
        folder = path.partition("/")[0] + "/"
        moving = [name for name in self.files if name.startswith(folder)] if whole_folder and "/" in path else [path]
        if all(self.has_room_for(into + name) for name in moving):
            for name in moving:
                self.files[into + name] = self.files.pop(name)
                self._place(name, into + name)

    def _place(self, path: str, place: str | None) -> None:
        for old, now in self.places.items():
            if now == path:
                self.places[old] = place


@dataclass
class _Writer:
    """Writes lines and binaries that occur once in a case."""

    author: str
    count: int = field(default=0)

    def word(self) -> str:
        self.count += 1
        return f"{self.author}{self.count}x"

    def line(self, path: str, key: str = "") -> bytes:
        value, key = self.word(), key or self.word()
        if is_list(path):
            return f'  "{key} @ file:///{value}",\n'.encode()
        match PurePath(path).suffix:
            case ".py" | ".toml":
                return f'{key} = "{value}"\n'.encode()
            case ".yml":
                return f'{key}: "{value}"\n'.encode()
            case ".json":
                return f'"{key}": "{value}",\n'.encode()
            case _ if path.endswith(LATIN_1):
                return f"{value} caf\xe9\n".encode("latin-1")
            case _:
                return f"{value} {'with words that make it long ' * 2}\n".encode()

    def content(self, path: str, count: int, chance: random.Random) -> bytes:
        if path.endswith(".bin"):
            return b"\x89BIN\0" + self.word().encode() + chance.randbytes(40 * (1 + count))
        lines = b"".join(self.line(path) for _ in range(count))
        if is_list(path):
            return b"dependencies = [\n" + lines + b"]\n"
        return b"{\n" + lines + b'"end": 0\n}\n' if path.endswith(".json") else lines

    def other_binary(self, content: bytes, change: str, chance: random.Random) -> bytes:
        """Return the binary with some bytes replaced, with more of them, or anew."""
        match change:
            case "rewrite":
                return self.content("a.bin", 2, chance)
            case "append" | "insert":
                return content + b"\n" + self.word().encode() + chance.randbytes(30)
            case _:
                spot = chance.randint(5, len(content))
                return content[:spot] + self.word().encode() + content[spot + 4 :]


def _edited(path: str, content: bytes, change: str, writer: _Writer, chance: random.Random) -> bytes:
    match change:
        case "rewrite":
            return writer.content(path, 3, chance)
        case "crlf":
            return content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        case "no-end":
            return content.rstrip(b"\r\n")
        case _:
            return b"".join(_with_lines_changed(path, content, change, writer, chance))


def _with_lines_changed(path: str, content: bytes, change: str, writer: _Writer, chance: random.Random) -> list[bytes]:
    lines = content.splitlines(keepends=True)
    if lines and not lines[-1].endswith(b"\n"):
        lines[-1] += b"\n"
    low, high = _inside(path, len(lines))
    spot = chance.randint(low, max(low, high - 1))
    match change:
        case "edit":
            lines[spot : min(spot + chance.randint(1, 2), high)] = [writer.line(path)]
        case "value":
            words = _WORD.findall(lines[spot]) if low <= spot < high else []
            lines[spot : spot + len(words[:1])] = [writer.line(path, words[0].decode() if len(words) > 1 else "")]
        case "insert":
            lines[spot:spot] = [writer.line(path) for _ in range(chance.randint(1, 3))]
        case "append":
            lines.insert(high, writer.line(path))
        case "same-key":
            key = chance.choice(SHARED_KEYS)
            if key.encode() not in content:
                lines[spot:spot] = [writer.line(path, key)]
        case "cut":
            del lines[spot : min(spot + 2, high)]
        case _:
            raise AssertionError(change)
    return lines


def _inside(path: str, count: int) -> tuple[int, int]:
    """Return between which lines a file can grow: not outside of its brackets."""
    if count > 2 and path.endswith(".json"):
        return 1, count - 2
    return (1, count - 1) if count > 1 and is_list(path) else (0, count)


def is_list(path: str) -> bool:
    """Whether a file holds a list of packages in TOML, wherever it was moved."""
    return path.endswith(tuple(PurePath(name).name for name in LISTS))
