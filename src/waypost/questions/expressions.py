"""The Jinja of a template source: the texts of its catalogue and the files of its templates, compiled once each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jinja2
from jinja2.sandbox import SandboxedEnvironment

from waypost.errors import SourceError
from waypost.questions.record import record_yaml
from waypost.system.compiled import CompiledTemplates

# Starts the name of a text among the names of templates: no path of a file can.
_TEXT = "\0"


@dataclass(frozen=True, kw_only=True)
class Expressions:
    """Renders the texts and files of the template source in the folder ``source``; ``options`` are its ``_envops``."""

    source: Path
    options: Mapping[str, Any]

    def rendered(self, text: str, context: Mapping[str, Any]) -> str:
        """Return what the Jinja ``text`` renders to. Raises ``SourceError`` where it cannot be rendered."""
        if "{" not in text:
            return text
        with self._errors_at(repr(text[:200])):
            return self._template(text).render(context)

    def rendered_file(self, path: str, context: Mapping[str, Any]) -> str:
        """Return what the file ``path`` of the template source renders to.

        Raises ``SourceError`` where it cannot be rendered.
        """
        with self._errors_at(path):
            return self._environment.get_template(path).render(context)

    def compile(self, text: str) -> None:
        """Compile a text before it is rendered. Raises ``SourceError`` where it is no Jinja."""
        with self._errors_at(repr(text[:200])):
            self._template(text)

    def compile_file(self, path: str) -> None:
        """Compile the file ``path`` before it is rendered. Raises ``SourceError`` where it is no Jinja."""
        with self._errors_at(path):
            self._environment.get_template(path)

    @contextmanager
    def _errors_at(self, place: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # what a source writes can fail in any way
            said = " ".join(str(error).split()) or type(error).__name__
            raise SourceError(
                f"the template source {self.source} cannot be rendered: {said} in {place}",
                hint="Tell the maintainers of the source.",
            ) from error

    def _template(self, text: str) -> jinja2.Template:
        return self._environment.get_template(_TEXT + text)

    @cached_property
    def _environment(self) -> SandboxedEnvironment:
        options = dict(self.options)
        options.pop("undefined", None)
        environment = SandboxedEnvironment(
            loader=_TextsAndFiles(self.source),
            undefined=jinja2.StrictUndefined,
            optimized=False,
            cache_size=-1,
            bytecode_cache=CompiledTemplates(repr(sorted(options.items()))),
            **options,
        )
        environment.filters["to_nice_yaml"] = record_yaml
        return environment


class _TextsAndFiles(jinja2.FileSystemLoader):
    """Loads the files of a template source by their paths, and texts by themselves, so that both are kept compiled."""

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        if template.startswith(_TEXT):
            return template.removeprefix(_TEXT), "<text>", lambda: True
        return super().get_source(environment, template)
