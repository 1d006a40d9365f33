"""Renders a template source with copier: the only module that imports it, and only when it renders."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from waypost.errors import SourceError
from waypost.history import TemplateSource
from waypost.model import Value
from waypost.plain import rendered_plainly
from waypost.questions import load_catalogue
from waypost.record import RECORD, name_source
from waypost.scratch import temporary_folder

_READABLE = 0o444
_UNSAFE_SETTINGS = ("_tasks", "_migrations", "_jinja_extensions")


def preload() -> None:
    """Import copier, which takes half a second, while the user is still reading."""
    import copier  # noqa: F401, PLC0415


def render(source: TemplateSource, answers: Mapping[str, Value], destination: Path) -> None:
    """Write the files of the template ``answers["template"]`` into the new or empty folder ``destination``.

    They are what copier writes from that version and address, the record of answers as well; copier itself is asked
    only where a source needs it. Nothing of the template source is executed.

    Raises ``SourceError`` where the source cannot be rendered, and ``OSError`` where the destination cannot be written.
    """
    resolution = load_catalogue(source.root).resolve(answers)
    is_whole = not resolution.problems and resolution.answers == answers
    files = rendered_plainly(source, resolution) if is_whole else None
    if files is None or RECORD not in files:
        render_with_copier(source, answers, destination)
        return
    for name, file in files.items():
        path = destination / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
        if file.is_executable:
            mode = path.stat().st_mode
            path.chmod(mode | (mode & _READABLE) >> 2)


def render_with_copier(source: TemplateSource, answers: Mapping[str, Value], destination: Path) -> None:
    """Do what ``render`` does with copier, which can render any source.

    Raises ``SourceError`` where the source cannot be rendered, and ``OSError`` where the destination cannot be written.
    """
    import copier  # noqa: PLC0415 - half a second
    import plumbum  # noqa: PLC0415

    with _without_repository(source.root) as root, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            # Without a git on PATH copier asks it nothing: else one process for each file it writes.
            with plumbum.local.env(PATH=""):
                copier.run_copy(
                    str(root),
                    destination,
                    data={key: list(value) if isinstance(value, tuple) else value for key, value in answers.items()},
                    defaults=True,
                    overwrite=True,
                    quiet=True,
                    cleanup_on_error=False,
                    settings=copier.Settings(),
                    unsafe=False,
                    skip_tasks=True,
                )
            if not (destination / RECORD).is_file():
                raise SourceError(
                    f"the template source {source.url} {source.version} records no answers",
                    hint=f"Its templates need a file that renders to {RECORD}.",
                )
            if any(path.name.lower() == ".git" for path in destination.rglob("*")):
                raise SourceError(
                    f"the template source {source.url} {source.version} writes into .git",
                    hint="A repository's own files are none of a template's. Nothing was executed.",
                )
            name_source(destination, url=source.url, version=source.version)
        except Exception as error:  # a template can fail in any way; whatever it is, it is the source's
            if isinstance(error, SourceError) or (isinstance(error, OSError) and error.errno):
                raise  # what the system refuses has a number, unlike a template that is not found
            raise SourceError(
                f"the template source {source.url} {source.version} cannot be rendered: {_one_line(error)}",
                hint="Nothing was written. Tell the maintainers of the source.",
            ) from error


def refuse_unsafe(settings: Mapping[str, Any], source: TemplateSource) -> None:
    """Raise ``SourceError`` where a source wants to run something: Waypost executes nothing of a template source."""
    wanted = [name.removeprefix("_") for name in _UNSAFE_SETTINGS if settings.get(name)]
    if wanted:
        raise SourceError(
            f"the template source {source.url} wants to run code of its own ({', '.join(wanted)})",
            hint="Waypost never executes what a source brings. Remove it from its copier.yml, or use copier --trust.",
        )


@contextmanager
def _without_repository(root: Path) -> Iterator[Path]:
    """Provide ``root`` as a folder that is no git repository: copier would clone one, uncommitted changes and all."""
    if not (root / ".git").exists():
        yield root
        return
    with temporary_folder("waypost-templates-") as copy:
        shutil.copy2(root / "copier.yml", copy)
        ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
        shutil.copytree(root / "templates", copy / "templates", symlinks=True, ignore=ignored)
        yield copy


def _one_line(error: Exception) -> str:
    said = " ".join(str(error).split()) or type(error).__name__
    file, line = getattr(error, "name", None), getattr(error, "lineno", None)
    return f"{said} ({file}, line {line})" if file and line else said
