"""What a project installs, from the files in which Python projects say so; nothing of them is run."""

from __future__ import annotations

import ast
import configparser
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from waypost.adopting.material import Material
from waypost.update.reading.literals import module_of

_FILES = (
    r"pyproject\.toml",
    r"(?:.*/)?(?:requirements|constraints)[\w.-]*\.(?:txt|in)",
    r"(?:.*/)?requirements/[\w.-]+\.(?:txt|in)",
    r"Pipfile",
    r"setup\.cfg",
    r"setup\.py",
)
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(.*)")
_BROKEN = (tomllib.TOMLDecodeError, RecursionError, configparser.Error, ValueError)


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """A package that a project installs: its name as registries compare it, the versions, and where that stands."""

    name: str
    versions: str
    path: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Requirements:
    """All that a project installs by name, the first place counting, and the files that could not be read."""

    by_name: Mapping[str, Requirement]
    broken: tuple[str, ...]


def requirements_of(material: Material) -> Requirements:
    """Return what the project installs, development included."""
    found: dict[str, Requirement] = {}
    broken: list[str] = []
    for path in [path for pattern in _FILES for path in material.matching(pattern)]:
        texts = _listed(material, path)
        try:
            for text in texts:
                requirement = _requirement(text, path, material.text(path))
                if requirement is not None:
                    found.setdefault(requirement.name, requirement)
        except _BROKEN:
            broken.append(path)
    return Requirements(by_name=found, broken=tuple(broken))


def folded(name: str) -> str:
    """Return the name of a package as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def toml_of(material: Material, path: str) -> dict[str, Any]:
    """Return a TOML file; nothing where it is missing or cannot be read."""
    try:
        return tomllib.loads(material.text(path))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def table(document: object, *keys: str) -> dict[str, Any]:
    """Return the table that stands below the keys: an empty one where there is something else, or nothing."""
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document if isinstance(document, dict) else {}


def line_of(text: str, word: str) -> int:
    """Return the number of the first line that has the word, in any spelling of its hyphens; 0 where none has."""
    spelled = "[-_.]+".join(map(re.escape, re.split(r"[-_.]+", word)))
    pattern = re.compile(rf"(?<![\w.-]){spelled}(?!\w)", re.IGNORECASE)
    return next((number for number, line in enumerate(text.splitlines(), 1) if pattern.search(line[:2000])), 0)


def _listed(material: Material, path: str) -> Iterator[str]:
    text = material.text(path)
    name = path.rpartition("/")[2]
    if name == "pyproject.toml":
        yield from _in_pyproject(tomllib.loads(text))
    elif name == "Pipfile":
        document = tomllib.loads(text)
        yield from _pairs(table(document, "packages"))
        yield from _pairs(table(document, "dev-packages"))
    elif name == "setup.cfg":
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        parser.read_string(text)
        yield from parser.get("options", "install_requires", fallback="").splitlines()
        for _, value in parser.items("options.extras_require") if parser.has_section("options.extras_require") else ():
            yield from value.splitlines()
    elif name == "setup.py":
        yield from _in_setup(text)
    else:
        yield from text.splitlines()


def _in_pyproject(document: Mapping[str, Any]) -> Iterator[str]:
    project = table(document, "project")
    poetry = table(document, "tool", "poetry")
    lists = [project.get("dependencies"), *table(project, "optional-dependencies").values()]
    lists += [*table(document, "dependency-groups").values(), table(document, "tool", "uv").get("dev-dependencies")]
    for requirements in lists:
        if isinstance(requirements, list):
            yield from (item for item in requirements if isinstance(item, str))
    yield from _pairs(table(poetry, "dependencies"))
    yield from _pairs(table(poetry, "dev-dependencies"))
    for group in table(poetry, "group").values():
        yield from _pairs(table(group, "dependencies"))


def _pairs(packages: Mapping[str, Any]) -> Iterator[str]:
    for name, versions in packages.items():
        said = versions if isinstance(versions, str) else table({"it": versions}, "it").get("version", "")
        yield f"{name} {said if isinstance(said, str) else ''}"


def _in_setup(text: str) -> Iterator[str]:
    tree = module_of(text)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.keyword) and node.arg in ("install_requires", "extras_require"):
            yield from (
                inner.value
                for inner in ast.walk(node.value)
                if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
            )


def _requirement(text: str, path: str, whole: str) -> Requirement | None:
    bare = text.partition("#")[0].partition(";")[0].strip()
    match = _NAME.fullmatch(bare)
    if match is None or bare.startswith("-") or "://" in bare.partition("@")[0] or match[1].lower() == "python":
        return None
    versions = match[2].strip()
    if versions and versions[0].isalpha():  # a sentence, not a requirement
        return None
    return Requirement(name=folded(match[1]), versions=versions, path=path, line=line_of(whole, match[1]))
