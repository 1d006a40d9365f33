"""What a project was before anybody edited it: the files of its template, for comparing and merging."""

from __future__ import annotations

import os

from waypost.history import TemplateSource
from waypost.plain import RenderedFile, rendered_plainly
from waypost.questions import Resolution
from waypost.scratch import temporary_folder


def baseline(source: TemplateSource, resolution: Resolution) -> dict[str, RenderedFile]:
    """Return every file that ``source`` renders to with the answers of ``resolution``, by its path in the project.

    Raises ``SourceError`` where the source cannot be rendered.
    """
    files = rendered_plainly(source, resolution)
    return files if files is not None else _rendered_by_copier(source, resolution)


def _rendered_by_copier(source: TemplateSource, resolution: Resolution) -> dict[str, RenderedFile]:
    from waypost.render import render_with_copier  # noqa: PLC0415 - imports copier

    with temporary_folder("waypost-baseline-") as folder:
        render_with_copier(source, resolution.answers, folder / "project")
        paths = [path for path in (folder / "project").rglob("*") if path.is_file()]
        return {
            path.relative_to(folder / "project").as_posix(): RenderedFile(
                content=path.read_bytes(), is_executable=os.access(path, os.X_OK)
            )
            for path in paths
        }
