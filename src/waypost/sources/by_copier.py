"""Renders a template source with copier: the only module that imports it, and only when it renders."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from unicodedata import normalize

from waypost.errors import SourceError
from waypost.model import Value
from waypost.questions.record import RECORD, name_source
from waypost.questions.values import as_json
from waypost.sources.embedded import TemplateSource
from waypost.sources.failures import working_folder, writing_temporarily


def import_copier() -> None:
    """Import copier, which takes half a second."""
    import copier  # noqa: F401, PLC0415


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
                    data={key: as_json(value) for key, value in answers.items()},
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


def matching(patterns: Iterable[str], paths: Iterable[str]) -> frozenset[str]:
    """Return those of the paths that one of the patterns matches, as copier does: in the form of a .gitignore."""
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - copier's own, and few sources need it

    matches = GitIgnoreSpec.from_lines(normalize("NFD", pattern) for pattern in patterns).match_file
    return frozenset(path for path in paths if matches(path))


@contextmanager
def _without_repository(root: Path) -> Iterator[Path]:
    """Provide ``root`` as a folder that is no git repository: copier would clone one, uncommitted changes and all."""
    if not (root / ".git").exists():
        yield root
        return
    with working_folder("waypost-templates-") as copy:
        with writing_temporarily():
            shutil.copy2(root / "copier.yml", copy)
            ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
            shutil.copytree(root / "templates", copy / "templates", symlinks=True, ignore=ignored)
        yield copy


def _one_line(error: Exception) -> str:
    said = " ".join(str(error).split()) or type(error).__name__
    file, line = getattr(error, "name", None), getattr(error, "lineno", None)
    return f"{said} ({file}, line {line})" if file and line else said
