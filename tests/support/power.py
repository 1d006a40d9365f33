"""What a disk holds if the power fails at any moment: what was not synced may be missing, each folder for itself.

The model is stricter than most file systems. The bytes of a file are there as of its last fsync, and a name as of the
last fsync of its folder or, as the file system pleases, as of the moment of the failure.
"""

from __future__ import annotations

import os
import random
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any
from unittest import mock

_CHANGES = ("rename", "replace", "link", "unlink", "remove", "mkdir", "rmdir", "symlink")
_MIXTURES = 3


@dataclass(frozen=True)
class Node:
    """A file, a link or a folder: its number, its mode, and its bytes or where it leads."""

    number: int
    mode: int
    content: bytes


Names = Mapping[str, int]
Image = tuple[tuple[str, Node], ...]
"""What a disk holds: the paths below its root, each after its folder."""


class Disk:
    """Records what happens below the folder ``root``. What git keeps as ``objects`` is taken as synced by git."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.images: dict[Image, str] = {}
        self.last: list[Image] = []
        self._busy = threading.RLock()
        self._held: dict[int, int] = {}  # an open file keeps its number, or another one would get it
        self._nodes: dict[int, Node] = {}
        self._names: dict[int, Names] = {}
        self._synced_names: dict[int, Names] = {}
        self._synced_bytes: dict[int, bytes] = {}
        self._look()
        self._synced_names = dict(self._names)
        self._synced_bytes = {number: node.content for number, node in self._nodes.items()}

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Take an image of the disk after each change of it, for the time of a ``with`` block."""
        originals = {name: getattr(os, name) for name in (*_CHANGES, "fsync")}
        with ExitStack() as patches:
            for name, call in originals.items():
                patches.enter_context(mock.patch.object(os, name, self._wrapped(name, call)))
            yield
        for descriptor in self._held.values():
            os.close(descriptor)

    def _wrapped(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*arguments: Any, **named: Any) -> Any:
            with self._busy:
                result = call(*arguments, **named)
                self._look()
                if name == "fsync":
                    self._note_synced(os.fstat(arguments[0]).st_ino)
                self._take_images(f"{name} {arguments}")
                return result

        return wrapper

    def _note_synced(self, number: int) -> None:
        if number in self._names:
            self._synced_names[number] = self._names[number]
        elif number in self._nodes:
            self._synced_bytes[number] = self._nodes[number].content

    def _look(self) -> None:
        self._names = {}
        for root, folders, names in os.walk(self.root):
            number = self._see(Path(root))
            self._names[number] = {name: self._see(Path(root, name)) for name in (*folders, *names)}

    def _see(self, path: Path) -> int:
        found = path.lstat()
        if found.st_ino not in self._held:
            self._held[found.st_ino] = os.open(path, os.O_PATH | os.O_NOFOLLOW)
        content = b""
        if stat.S_ISREG(found.st_mode):
            content = path.read_bytes()
        elif stat.S_ISLNK(found.st_mode):
            content = os.fsencode(path.readlink())
        self._nodes[found.st_ino] = Node(found.st_ino, found.st_mode, content)
        if "objects" in path.parts:
            self._synced_bytes[found.st_ino] = content
        return found.st_ino

    def _take_images(self, event: str) -> None:
        chance = random.Random(len(self.images))
        choices: list[Callable[[], bool]] = [lambda: True, lambda: False]
        choices += [lambda: chance.random() < 0.5] * _MIXTURES
        root = self.root.lstat().st_ino
        found = [self._image(root, "", is_as_synced) for is_as_synced in choices]
        self.last = [tuple(sorted(image, key=itemgetter(0))) for image in found]
        for image in self.last:
            self.images.setdefault(image, event)

    def _image(self, folder: int, prefix: str, is_as_synced: Callable[[], bool]) -> Iterator[tuple[str, Node]]:
        always = folder not in self._names or ("objects" not in prefix and is_as_synced())
        names = self._synced_names.get(folder, {}) if always else self._names[folder]
        for name, number in names.items():
            node, path = self._nodes[number], f"{prefix}{name}"
            if stat.S_ISDIR(node.mode):
                yield path, node
                yield from self._image(number, f"{path}/", is_as_synced)
            elif stat.S_ISLNK(node.mode):
                yield path, node
            else:
                yield path, Node(number, node.mode, self._synced_bytes.get(number, b""))


def lay_out(image: Image, folder: Path) -> None:
    """Make the folder what the image shows; what had two names has two names."""
    folder.mkdir()
    made: dict[int, Path] = {}
    for path, node in image:
        target = folder / path
        if stat.S_ISDIR(node.mode):
            target.mkdir()
        elif node.number in made:
            os.link(made[node.number], target, follow_symlinks=False)
        elif stat.S_ISLNK(node.mode):
            target.symlink_to(os.fsdecode(node.content))
        else:
            target.write_bytes(node.content)
            target.chmod(stat.S_IMODE(node.mode))
        made[node.number] = target
    for path, node in reversed(image):
        if stat.S_ISDIR(node.mode):
            (folder / path).chmod(stat.S_IMODE(node.mode))
