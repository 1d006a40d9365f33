"""The committed files of a project as text to read, within limits, and what is read from them: facts with their place.

Links lead elsewhere and are never followed; files that are too large, or not text, are passed over and named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from waypost.model import Value
from waypost.projects.project import Project
from waypost.system import git
from waypost.update.merge.trees import LINK, SUBMODULE

_LARGEST = 512 * 1024
_MOST_MODULES = 3000
# What is somebody else's, or made by a tool.
_FOREIGN = frozenset(
    {"node_modules", "site-packages", "venv", ".venv", "env", "vendor", "third_party", "__pycache__", ".git", "dist"}
)
_TESTS = re.compile(r"(?:^|/)(?:tests?|testing)(?:/|\.py$)|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py$")


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What was read from a project: ``value`` answers the question ``key``, and is None where no template has that.

    ``said`` is what stands there, for people. ``path`` and ``line`` are where; a fact without a path rests on nothing
    being found. Where it is not ``is_exact``, the value is only the nearest that the question takes.
    """

    key: str
    value: Value | None
    said: str
    path: str = ""
    line: int = 0
    is_exact: bool = True

    @property
    def place(self) -> str:
        """Where it was read, as ``file:line``."""
        return f"{self.path}:{self.line}" if self.path and self.line else self.path


@dataclass(frozen=True, kw_only=True)
class Material:
    """The files of a project's commit: the size of each by its path, and the texts that were asked for."""

    project: Project
    sizes: Mapping[str, int]
    links: frozenset[str]
    _names: Mapping[str, str] = field(repr=False)
    _texts: dict[str, str | None] = field(default_factory=dict, repr=False)

    @property
    def paths(self) -> frozenset[str]:
        """Where the files are, links included."""
        return frozenset(self.sizes) | self.links

    @property
    def passed_over(self) -> tuple[str, ...]:
        """The files that would have been read, were they not too large or no text."""
        return tuple(sorted(path for path, text in self._texts.items() if text is None))

    def modules(self) -> tuple[str, ...]:
        """Return the paths of the project's own Python files, its tests left out."""
        found = sorted(path for path in self.sizes if path.endswith(".py") and is_own(path) and not _TESTS.search(path))
        return tuple(sorted(found, key=lambda path: path.count("/"))[:_MOST_MODULES])

    def matching(self, pattern: str) -> tuple[str, ...]:
        """Return the paths of the project's own files that the regular expression describes, those near the top first.

        It is compared with the whole path, and capitals do not count.
        """
        wanted = re.compile(pattern, re.IGNORECASE)
        found = [path for path in self.sizes if wanted.fullmatch(path) and is_own(path)]
        return tuple(sorted(found, key=lambda path: (path.count("/"), path)))

    def load(self, paths: Iterable[str]) -> None:
        """Read many files at once."""
        wanted = [path for path in paths if path in self.sizes and path not in self._texts]
        self._texts.update({path: None for path in wanted if self.sizes[path] > _LARGEST})
        wanted = [path for path in wanted if path not in self._texts]
        if not wanted:
            return
        given = "".join(f"{self._names[path]}\n" for path in wanted).encode()
        answer = git.run_bytes("cat-file", "--batch", cwd=self.project.folder, given=given)
        for path, content in zip(wanted, git.objects_of(answer), strict=True):
            self._texts[path] = _as_text(content)

    def text(self, path: str) -> str:
        """Return the text of a file: nothing where there is none, or where it was passed over."""
        self.load([path])
        return self._texts.get(path) or ""

    def lines(self, path: str) -> Iterator[tuple[int, str]]:
        """Yield the lines of a file with their numbers."""
        yield from enumerate(self.text(path).splitlines(), start=1)

    def found(self, paths: Iterable[str], pattern: str) -> Iterator[tuple[str, int, re.Match[str]]]:
        """Yield where the regular expression is found in the files, with path and line, the first of each line."""
        wanted = re.compile(pattern)
        paths = tuple(paths)
        self.load(paths)
        for path in paths:
            for number, line in self.lines(path):
                if match := wanted.search(line[:2000]):
                    yield path, number, match


def material_of(project: Project) -> Material:
    """Return the files of the project's commit."""
    listed = git.run("ls-tree", "-r", "-l", "-z", "--full-tree", project.tree, cwd=project.folder)
    sizes: dict[str, int] = {}
    names: dict[str, str] = {}
    links: set[str] = set()
    for row in filter(None, listed.split("\0")):
        described, _, path = row.partition("\t")
        mode, _, name, size = described.split()
        if mode == LINK:
            links.add(path)
        elif mode != SUBMODULE:
            sizes[path], names[path] = int(size), name
    return Material(project=project, sizes=sizes, links=frozenset(links), _names=names)


def is_own(path: str) -> bool:
    """Whether a file is the project's own, and not one that a tool has put there."""
    return not any(part in _FOREIGN or part.endswith(".egg-info") for part in PurePosixPath(path).parts[:-1])


def _as_text(content: bytes) -> str | None:
    try:
        return None if b"\0" in content else content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
