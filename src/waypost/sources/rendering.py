"""What a template source renders to: with Waypost's own renderer, or with copier where the source needs it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from waypost.errors import SourceError
from waypost.model import Value
from waypost.questions.catalogue import Catalogue, Resolution
from waypost.questions.record import RECORD
from waypost.sources.by_copier import import_copier, matching, render_with_copier
from waypost.sources.embedded import TemplateSource
from waypost.sources.failures import working_folder, writing_temporarily
from waypost.sources.plain import RenderedFile, is_plain, rendered_plainly

_READABLE = 0o444
_UNSAFE_SETTINGS = ("_tasks", "_migrations", "_jinja_extensions")


def render(source: TemplateSource, resolution: Resolution, destination: Path) -> frozenset[str]:
    """Write every file that ``source`` renders to with the answers of ``resolution`` into a new or empty folder.

    Return the paths of those that can be run, for the file system may not keep that.

    They are what copier writes from that version and address, the record of answers as well; copier itself is asked
    only where a source needs it. Nothing of the template source is executed.

    Raises ``SourceError`` where the source cannot be rendered, and ``OSError`` where the destination cannot be written.
    """
    files = _without_copier(source, resolution)
    if files is None:
        render_with_copier(source, _for_copier(resolution), destination)
        return frozenset(path for path, file in _written(destination) if os.access(file, os.X_OK))
    for name, file in files.items():
        path = destination / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
        if file.is_executable:
            mode = path.stat().st_mode
            path.chmod(mode | (mode & _READABLE) >> 2)
    return frozenset(name for name, file in files.items() if file.is_executable)


def rendering(source: TemplateSource, resolution: Resolution) -> dict[str, RenderedFile]:
    """Return every file that ``render`` writes, by its path in the project.

    Raises ``SourceError`` where the source cannot be rendered.
    """
    files = _without_copier(source, resolution)
    if files is not None:
        return files
    with working_folder("waypost-rendering-") as folder:
        root = folder / "project"
        with writing_temporarily():
            render_with_copier(source, _for_copier(resolution), root)
        return {
            path: RenderedFile(content=file.read_bytes(), is_executable=os.access(file, os.X_OK))
            for path, file in _written(root)
        }


def _written(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield every file in the folder that copier rendered into, by its path there."""
    yield from ((file.relative_to(root).as_posix(), file) for file in root.rglob("*") if file.is_file())


def _for_copier(resolution: Resolution) -> dict[str, Value]:
    """Return the answers that copier gets: it takes the default of a secret question that nobody may answer itself."""
    catalogue = resolution.catalogue
    return {
        key: value
        for key, value in resolution.answers.items()
        if not (question := catalogue.by_key[key]).is_secret
        or value != catalogue.default_of(question, resolution.context)
    }


def left_alone(resolution: Resolution, paths: Iterable[str]) -> frozenset[str]:
    """Return those of the rendered paths that the source leaves to a project that has them (``_skip_if_exists``)."""
    catalogue = resolution.catalogue
    patterns = catalogue.settings.get("_skip_if_exists") or ()
    if not patterns:
        return frozenset()
    context = {**resolution.context, **resolution.facts}
    return matching((catalogue.expressions.rendered(str(pattern), context) for pattern in patterns), paths)


def _without_copier(source: TemplateSource, resolution: Resolution) -> dict[str, RenderedFile] | None:
    """Return the rendered files, or None where copier has to render: it also knows best what is wrong with a source."""
    files = None if resolution.problems else rendered_plainly(source, resolution)
    return files if files is not None and RECORD in files else None


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
