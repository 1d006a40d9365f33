"""What a template source renders to: with Waypost's own renderer, or with copier where the source needs it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from waypost.errors import SourceError
from waypost.model import Value
from waypost.questions.catalogue import Catalogue, Resolution, load_catalogue
from waypost.questions.record import RECORD
from waypost.sources.by_copier import import_copier, render_with_copier
from waypost.sources.embedded import TemplateSource
from waypost.sources.plain import RenderedFile, is_plain, rendered_plainly
from waypost.system.scratch import temporary_folder

_READABLE = 0o444
_UNSAFE_SETTINGS = ("_tasks", "_migrations", "_jinja_extensions")


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


def rendering(source: TemplateSource, resolution: Resolution) -> dict[str, RenderedFile]:
    """Return every file that ``source`` renders to with the answers of ``resolution``, by its path in the project.

    Raises ``SourceError`` where the source cannot be rendered.
    """
    files = rendered_plainly(source, resolution)
    return files if files is not None else _rendered_by_copier(source, resolution)


def _rendered_by_copier(source: TemplateSource, resolution: Resolution) -> dict[str, RenderedFile]:
    with temporary_folder("waypost-baseline-") as folder:
        render_with_copier(source, resolution.answers, folder / "project")
        paths = [path for path in (folder / "project").rglob("*") if path.is_file()]
        return {
            path.relative_to(folder / "project").as_posix(): RenderedFile(
                content=path.read_bytes(), is_executable=os.access(path, os.X_OK)
            )
            for path in paths
        }


def preload(catalogue: Catalogue) -> None:
    """Import what rendering the source of ``catalogue`` takes long to import, while the user is still reading."""
    if not is_plain(catalogue):
        import_copier()


def refuse_unsafe(settings: Mapping[str, Any], source: TemplateSource) -> None:
    """Raise ``SourceError`` where a source wants to run something: Waypost executes nothing of a template source."""
    wanted = [name.removeprefix("_") for name in _UNSAFE_SETTINGS if settings.get(name)]
    if wanted:
        raise SourceError(
            f"the template source {source.url} wants to run code of its own ({', '.join(wanted)})",
            hint="Waypost never executes what a source brings. Remove it from its copier.yml, or use copier --trust.",
        )
