"""What a project says about itself: its names, its licence, its Python."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from waypost.adopting.material import Fact, Material
from waypost.adopting.requirements import Requirements, line_of, table, toml_of

_LONGEST_TITLE = 4
_PYTHONS = range(11, 16)
_DJANGOS = ("5.2", "6.1")
_LICENCES = (
    ("MIT", r"\bMIT\b|Permission is hereby granted, free of charge"),
    ("Apache-2.0", r"Apache(?: License|-2| Software)"),
    ("BSD-3-Clause", r"BSD[- ]3|Neither the name of|^BSD License"),
)
_OTHER_LICENCES = r"\b(?:A?L?GPL|GNU [A-Z ]*PUBLIC LICENSE|MPL|Mozilla Public|BSD|ISC|Unlicense|EUPL)"


def facts_about(material: Material, requirements: Requirements) -> Iterator[Fact]:
    """Yield what the project's metadata say, the surest first."""
    document = toml_of(material, "pyproject.toml")
    project, poetry = table(document, "project"), table(document, "tool", "poetry")
    path = "pyproject.toml"
    about: Mapping[str, Any] = project if isinstance(project.get("name"), str) else poetry
    if not isinstance(about.get("name"), str):
        about, path = _in_setup_cfg(material), "setup.cfg"
    text = material.text(path)
    name, description = about.get("name"), about.get("description")
    yield from _title(material)
    if isinstance(name, str) and name:
        line = line_of(text, name)
        yield Fact(key="project_slug", value=_slug(name), said=name, path=path, line=line)
        yield Fact(key="project_name", value=_words(name), said=name, path=path, line=line)
    if isinstance(description, str) and description.strip() and "\n" not in description.strip():
        shown = description.strip()
        yield Fact(key="description", value=shown, said=shown, path=path, line=line_of(text, "description"))
    yield from _authors(about, path, text)
    yield _licence(material, about, path)
    yield from _python(material, about, poetry)
    yield from _django(requirements)


def _title(material: Material) -> Iterator[Fact]:
    """Yield the first heading of the README, where it is a name and not a sentence or a badge."""
    for path in material.matching(r"readme\.(?:md|rst|txt)"):
        for number, line in material.lines(path):
            heading = line.strip().removeprefix("#").strip().strip("`*_").removeprefix("Welcome to ").strip()
            if heading and not heading.startswith(("[", "<", "!", "=", ".", "#")):
                if line.startswith("# ") or path.lower().endswith(".rst"):
                    title = re.split(r"[!?.:]", heading)[0].strip()
                    if len(title.split()) <= _LONGEST_TITLE:
                        yield Fact(key="project_name", value=title, said=title, path=path, line=number)
                return


def _in_setup_cfg(material: Material) -> Mapping[str, Any]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(material.text("setup.cfg"))
        metadata = dict(parser.items("metadata")) if parser.has_section("metadata") else {}
    except configparser.Error:
        return {}
    if "author" in metadata:
        metadata["authors"] = f"{metadata['author']} <{metadata.get('author_email', '')}>"
    return {**metadata, "authors": [metadata["authors"]]} if "authors" in metadata else metadata


def _authors(about: Mapping[str, Any], path: str, text: str) -> Iterator[Fact]:
    authors = about.get("authors")
    first = authors[0] if isinstance(authors, list) and authors else None
    if isinstance(first, str):
        name, _, rest = first.partition("<")
        first = {"name": name.strip(), "email": rest.rstrip("> ")}
    if not isinstance(first, dict):
        return
    for key, field in (("author_name", "name"), ("author_email", "email")):
        value = first.get(field)
        if isinstance(value, str) and value:
            yield Fact(key=key, value=value, said=value, path=path, line=line_of(text, value.split()[0]))


def _licence(material: Material, about: Mapping[str, Any], path: str) -> Fact:
    stated = about.get("license")
    words = stated if isinstance(stated, str) else " ".join(map(str, table(about, "license").values()))
    places = [(path, line_of(material.text(path), "license"), words)] if words else []
    files = material.matching(r"(?:licen[cs]e|copying)(?:\.\w+)?")
    places += [(file, 1, material.text(file)[:1500]) for file in files]
    for where, line, text in places:
        for value, pattern in _LICENCES:
            if re.search(pattern, text, re.MULTILINE):
                return Fact(key="license", value=value, said=value, path=where, line=line)
        if match := re.search(_OTHER_LICENCES, text):
            said = " ".join(match[0].split())
            return Fact(key="license", value="proprietary", said=said, path=where, line=line, is_exact=False)
    return Fact(key="license", value="proprietary", said="no licence found")


def _python(material: Material, about: Mapping[str, Any], poetry: Mapping[str, Any]) -> Iterator[Fact]:
    stated = about.get("requires-python") or about.get("python_requires") or table(poetry, "dependencies").get("python")
    places = []
    if isinstance(stated, str):
        places.append(("pyproject.toml", _line_of_python(material.text("pyproject.toml")), stated))
    pinned = table(toml_of(material, "Pipfile"), "requires").get("python_version")
    if isinstance(pinned, str):
        places.append(("Pipfile", line_of(material.text("Pipfile"), "python_version"), pinned))
    for pattern in (r"\.python-version", r"runtime\.txt", r"\.tool-versions"):
        for path in material.matching(pattern):
            places += [(path, line, text) for line, text in material.lines(path) if re.search(r"\b3\.\d+", text)][:1]
    for path, line, found in material.found(material.matching(r"(?:.*/)?Dockerfile"), r"^FROM\s+\S*python:(3\.\d+)"):
        places.append((path, line, found[1]))
    for path, line, text in places:
        if match := re.search(r"\b3\.(\d+)", text):
            minor = int(match[1])
            nearest = min(_PYTHONS, key=lambda each: abs(each - minor))
            said = text.strip()[:40]
            yield Fact(
                key="python_version", value=f"3.{nearest}", said=said, path=path, line=line, is_exact=minor == nearest
            )
            return


def _line_of_python(text: str) -> int:
    return line_of(text, "requires-python") or line_of(text, "python")


def _django(requirements: Requirements) -> Iterator[Fact]:
    django = requirements.by_name.get("django")
    match = re.search(r"(\d+)(?:\.(\d+))?", django.versions) if django else None
    if django is None or match is None:
        return
    version = f"{match[1]}.{match[2] or 0}"
    nearest = version if version in _DJANGOS else _DJANGOS[float(version) > float(_DJANGOS[0])]
    said = f"Django {version}"
    yield Fact(
        key="django_version",
        value=nearest,
        said=said,
        path=django.path,
        line=django.line,
        is_exact=version == nearest,
    )


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _words(name: str) -> str:
    words = re.split(r"[-_.\s]+", PurePosixPath(name).name)
    return " ".join(word if any(map(str.isupper, word)) else word.capitalize() for word in words if word)
