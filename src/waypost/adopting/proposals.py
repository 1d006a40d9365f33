"""What of a template a project has, lacks or does in its own way, file by file: what can come into it without harm.

A template's files are of two kinds. Those of its application (packages, pages, tests) are another application beside
the project's own. The others stand beside any application: CI, images, settings of tools, documents. Of these the
project lacks those for which it has neither that file nor one that does the same under another name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from waypost.projects.belongings import OWNED, is_as_made, keeps_its_lines
from waypost.projects.keeping.memory import MEMORY
from waypost.questions.record import RECORD
from waypost.update.reading.imports import imported_modules, module_names

StandingState = Literal["same", "different", "elsewhere", "application", "lacking", "lines"]
"""How a template's file stands to the project."""

_OF_APPLICATIONS = frozenset({"templates", "static", "tests"})
# What starts the application, and what it reads.
_ENTRANCES = frozenset({"manage.py", "wsgi.py", "asgi.py", ".flaskenv", ".env.example"})
_OPERATIONAL = re.compile(r"(?:health|security|middleware)\.py")
# What does the same under another name.
_COUNTERPARTS: tuple[tuple[str, str], ...] = (
    (r"Dockerfile", r"(?:.*/)?Dockerfile(?:\.\w+)?"),
    (r"compose\.yaml", r"(?:.*/)?(?:docker-)?compose(?:\.\w+)*\.ya?ml|local\.yml|production\.yml"),
    (r"\.github/workflows/.*", r"\.github/workflows/.+\.ya?ml"),
    (r"\.gitlab-ci\.yml", r"(?:\.travis\.yml|\.circleci/config\.yml|\.drone\.yml|Jenkinsfile)"),
    (r"LICENSE", r"(?:LICEN[CS]E|COPYING)(?:\.\w+)?"),
    (r"README\.md", r"README(?:\.\w+)?"),
    (r"CONTRIBUTING\.md", r"(?:\.github/|docs/)?CONTRIBUTING(?:\.\w+)?"),
    (r"pyproject\.toml", r"(?:.*/)?requirements[\w.-]*\.(?:txt|in)|(?:.*/)?requirements/.+|Pipfile|setup\.(?:py|cfg)"),
    (r"gunicorn\.conf\.py", r"(?:.*/)?gunicorn[\w.-]*\.py"),
    (r"renovate\.json|\.github/dependabot\.yml", r"(?:\.github/)?(?:renovate\.json5?|dependabot\.ya?ml)"),
    (r"deploy/nginx.*", r"(?:.*/)?nginx(?:/.+|[\w.-]*\.conf)"),
    (r"deploy/supervisor.*", r"(?:.*/)?supervisor[\w.-]*(?:/.+|\.conf)"),
)


@dataclass(frozen=True, kw_only=True)
class FileStanding:
    """How a file of the template stands to the project.

    The project has the ``same``, a ``different`` one, or does it ``elsewhere`` (in ``yours``); it is part of the
    template's ``application``; the project is ``lacking`` it, or ``lines`` of it. ``leans_on`` are folders of the
    template's application that it names and the project does not have: there it has to be adapted.
    """

    path: str
    state: StandingState
    yours: str = ""
    leans_on: tuple[str, ...] = ()

    @property
    def is_proposed(self) -> bool:
        """Whether it can come into the project without touching what is there."""
        return self.state in ("lacking", "lines")


def standings(
    files: Mapping[str, bytes], paths: Collection[str], read: Callable[[str], bytes]
) -> tuple[FileStanding, ...]:
    """Return how the template's ``files`` stand to a project that has the ``paths``, which ``read`` returns."""
    own = {path for path in files if path not in OWNED and path not in (RECORD, MEMORY)}
    application = _Application(files={path: files[path] for path in own}, paths=frozenset(paths))
    return tuple(_standing(path, application, read) for path in sorted(own))


def _standing(path: str, application: _Application, read: Callable[[str], bytes]) -> FileStanding:
    content = application.files[path]
    if path in application.paths:
        is_same = is_as_made(path, read(path), content)
        state: StandingState = "same" if is_same else "lines" if keeps_its_lines(path) else "different"
        return FileStanding(path=path, state=state, yours=path if state == "different" else "")
    if application.has(path):
        return FileStanding(path=path, state="application")
    if yours := application.in_the_way_of(path) or _counterpart(path, application.paths):
        return FileStanding(path=path, state="elsewhere", yours=yours)
    return FileStanding(path=path, state="lacking", leans_on=tuple(application.named_in(content)))


def is_operational(path: str) -> bool:
    """Whether a module of an application answers health checks or sets the headers of its responses."""
    return _OPERATIONAL.fullmatch(PurePosixPath(path).name) is not None and not path.startswith("tests/")


@dataclass(frozen=True, kw_only=True)
class _Application:
    """The template's ``files`` as an application beside a project that has the ``paths``."""

    files: Mapping[str, bytes]
    paths: frozenset[str]

    def has(self, path: str) -> bool:
        """Whether the file belongs to the application: by its place, or as it does not work without it."""
        parts = PurePosixPath(path).parts
        is_inside = len(parts) > 1 and (parts[0] in self._tops or parts[0] in _OF_APPLICATIONS)
        if is_inside and is_operational(path) and f"{PurePosixPath(path).parent}/__init__.py" in self.paths:
            return not self._is_complete(path)
        if is_inside or path in _ENTRANCES:
            return True
        is_module = path.endswith(".py")
        return is_module and (not self._is_complete(path) or any(self.named_in(self.files[path])))

    def in_the_way_of(self, path: str) -> str:
        """Return what the project has where the file, or a folder on the way to it, would be; nothing where it is free.

        Capitals do not count, as some file systems take them for the same.
        """
        ways = {parent.as_posix().lower() for parent in (PurePosixPath(path), *PurePosixPath(path).parents[:-1])}
        whole = path.lower()
        return next(
            (each for each in sorted(self.paths) if each.lower() in ways or each.lower().startswith(f"{whole}/")), ""
        )

    def named_in(self, content: bytes) -> Iterator[str]:
        """Yield the folders of the application that a text names and the project does not have."""
        text = content.decode(errors="replace")
        for root in self._absent:
            dotted = root.removeprefix("src/")
            if re.search(
                rf"(?<![\w/-])(?:{re.escape(root)}|{re.escape(dotted)})(?=[/.:]\w|['\"/\s,:]|$)", text, re.MULTILINE
            ):
                yield root

    @property
    def _tops(self) -> frozenset[str]:
        return frozenset(root.partition("/")[0] for root in self._roots)

    @property
    def _roots(self) -> tuple[str, ...]:
        """The folders that are packages, the outermost."""
        packages = {path.removesuffix("/__init__.py") for path in self.files if path.endswith("/__init__.py")}
        return tuple(sorted(root for root in packages if str(PurePosixPath(root).parent) not in packages))

    @property
    def _absent(self) -> tuple[str, ...]:
        return tuple(root for root in self._roots if not any(path.startswith(f"{root}/") for path in self.paths))

    def _is_complete(self, path: str) -> bool:
        """Whether the project has all that the module imports of the application."""
        theirs = {name for file in self.files if file.endswith(".py") for name in module_names(file)}
        here = {name for file in self.paths if file.endswith(".py") for name in module_names(file)}
        wanted = imported_modules(self.files[path].decode(errors="replace"), path)
        return not (wanted & theirs) - here


def _counterpart(path: str, paths: Collection[str]) -> str:
    for wanted, other in _COUNTERPARTS:
        if re.fullmatch(wanted, path):
            found = [each for each in paths if re.fullmatch(other, each, re.IGNORECASE)]
            return min(found, key=lambda each: (each.count("/"), each)) if found else ""
    return ""
