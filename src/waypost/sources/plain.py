"""What a template renders to, without copier: as a source like Waypost's own needs nothing of it but Jinja.

Importing copier takes half a second, and rendering with it ten times as long as here, for it compiles every text anew
and works the answers out again for each. A source that uses more of copier than Waypost's own templates do is left to
it. ``tests/sources/test_plain.py`` and ``tests/questions/test_contract.py`` hold both renderings equal.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

from waypost.errors import SourceError
from waypost.questions.catalogue import Catalogue, Resolution
from waypost.questions.record import RECORD
from waypost.questions.values import as_json
from waypost.sources.embedded import TemplateSource

_UNDERSTOOD = frozenset(
    {
        "_answers_file",
        "_envops",
        "_exclude",
        "_min_copier_version",
        "_secret_questions",
        "_subdirectory",
        "_templates_suffix",
    }
)
# Where files lie that are part of others: templates too, by whatever name.
_PARTS = frozenset({"_shared", "features"})
_ENVOPS = frozenset({"undefined", "trim_blocks", "lstrip_blocks", "keep_trailing_newline"})


@dataclass(frozen=True, kw_only=True)
class RenderedFile:
    """A file as a template makes it: its exact bytes, and whether it can be run."""

    content: bytes
    is_executable: bool


def rendered_plainly(source: TemplateSource, resolution: Resolution) -> dict[str, RenderedFile] | None:
    """Return every file that ``source`` renders to with the answers of ``resolution``, by its path in the project.

    None where the source has to be left to copier: because it uses something that is not understood here, or because it
    cannot be rendered, as copier knows more filters and its message is the better one.
    """
    if not is_plain(resolution.catalogue):
        return None
    files: dict[str, RenderedFile] = {}
    try:
        for name, file in _rendered(source, resolution.catalogue, resolution):
            if name in files or not _is_safe(PurePosixPath(name)):
                return None
            files[name] = file
    except SourceError:
        return None
    return files


def is_plain(catalogue: Catalogue) -> bool:
    """Whether the source uses nothing of copier that is not understood here."""
    settings = catalogue.settings
    return (
        set(settings) <= _UNDERSTOOD
        and set(settings.get("_envops", {})) <= _ENVOPS
        and settings.get("_answers_file", RECORD) == RECORD
        and bool(settings.get("_templates_suffix", ".jinja"))
        and bool(settings.get("_subdirectory"))
        and not any(set("/!\\{") & set(str(pattern)) for pattern in settings.get("_exclude", ()))
        and all(question.has_text_values for question in catalogue.questions)
    )


def compile_all(catalogue: Catalogue) -> None:
    """Compile every template, path, condition and default now, instead of each when it is first needed."""
    for template in catalogue.by_key["template"].values if "template" in catalogue.by_key else ():
        with suppress(SourceError):
            _ = catalogue.resolve({"template": template}).facts
    for path in (catalogue.source / "templates").rglob("*"):
        name = path.relative_to(catalogue.source)
        with suppress(SourceError):  # whoever renders it gets the error
            if path.is_file() and (path.suffix == ".jinja" or name.parts[1] in _PARTS):
                catalogue.expressions.compile_file(name.as_posix())
            if "{" in name.name:
                catalogue.expressions.compile(name.name.removesuffix(".jinja"))


def _is_safe(path: PurePosixPath) -> bool:
    return not path.is_absolute() and not any(part == ".." or part.lower() == ".git" for part in path.parts)


def _rendered(
    source: TemplateSource, catalogue: Catalogue, resolution: Resolution
) -> Iterator[tuple[str, RenderedFile]]:
    suffix = str(catalogue.settings.get("_templates_suffix", ".jinja"))
    excluded = [str(pattern) for pattern in catalogue.settings.get("_exclude", ())]
    context = _context(source, resolution)
    folder = catalogue.expressions.rendered(str(catalogue.settings["_subdirectory"]), context)
    for name, path in _paths(str(source.root / folder), "", source, suffix):
        is_template = name.endswith(suffix)
        target = _target(name.removesuffix(suffix), catalogue, context)
        if not target or any(fnmatchcase(part, pattern) for part in target.split("/") for pattern in excluded):
            continue
        if is_template:
            content = catalogue.expressions.rendered_file(f"{folder}/{name}", context).encode()
        else:
            content = Path(path).read_bytes()
        yield target, RenderedFile(content=content, is_executable=os.access(path, os.X_OK))


def _context(source: TemplateSource, resolution: Resolution) -> dict[str, Any]:
    """Return what a template sees when copier renders it, as far as a plain source looks."""
    answers = {key: as_json(value) for key, value in resolution.shown_answers.items()}
    record = {"_commit": source.version, "_src_path": source.url, **answers}
    return {
        **resolution.context,
        **resolution.facts,
        "_copier_answers": record,
        "_copier_conf": {"answers_file": RECORD, "sep": os.sep},
    }


def _paths(folder: str, prefix: str, source: TemplateSource, suffix: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the path of every file that counts. A template hides the file it would otherwise make.

    Strings and ``scandir``, as a fleet's templates are walked through once a project.
    """
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    if any(entry.is_symlink() for entry in entries):
        raise SourceError(f"the template source {source.url} holds links")
    names = {entry.name for entry in entries}
    for entry in entries:
        if entry.is_dir():
            yield from _paths(entry.path, f"{prefix}{entry.name}/", source, suffix)
        elif entry.name.endswith(suffix) or entry.name + suffix not in names:
            yield prefix + entry.name, entry.path


def _target(name: str, catalogue: Catalogue, context: Mapping[str, Any]) -> str:
    """Return the path that a path of the template renders to; nothing where a part of it renders to nothing."""
    parts = [catalogue.expressions.rendered(part, context) if "{" in part else part for part in name.split("/")]
    return str(PurePosixPath(*parts)) if all(parts) else ""
