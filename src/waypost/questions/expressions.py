"""The Jinja of a template source: the texts of its catalogue and the files of its templates, compiled once each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import meta
from jinja2.sandbox import SandboxedEnvironment

from waypost.errors import SourceError
from waypost.questions.record import record_yaml
from waypost.system.compiled import CompiledTemplates

# Starts the name of a text among the names of templates: no path of a file can.
_TEXT = "\0"

_MOST_REMEMBERED = 10_000
_OFTEN = 20


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

    def remembered(self, text: str, context: Mapping[str, Any], fixed: AbstractSet[str]) -> str:
        """Return what ``rendered`` does, from memory where the names in the text had the same values before.

        So a set of answers next to one that was resolved costs a quarter: a page asks for a hundred of them. The
        ``fixed`` names have the same value whatever is answered.
        """
        if "{" not in text:
            return text
        times = self._times[text] = self._times.get(text, 0) + 1
        # Finding the names out costs as much as some renderings: a command that resolves a few times does without.
        variables = self.variables(text, fixed) if times > _OFTEN else None
        if variables is None:
            return self.rendered(text, context)
        values = (context.get(name) for name in variables)
        seen = (text, *(value if isinstance(value, str | bool | None) else repr(value) for value in values))
        found = self._memory.get(seen)
        if found is None:  # threads may find out at the same time, and find the same
            if len(self._memory) >= _MOST_REMEMBERED:
                self._memory.clear()
            found = self._memory[seen] = self.rendered(text, context)
        return found

    def variables(self, text: str, fixed: AbstractSet[str]) -> tuple[str, ...] | None:
        """Return the names that ``text`` looks up, but for ``fixed`` ones; None where that is not known."""
        if text not in self._names:
            names = self.names_in(text)
            self._names[text] = None if names is None else tuple(sorted(names - fixed))
        return self._names[text]

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

    def names_in(self, text: str) -> frozenset[str] | None:
        """Return the names that the Jinja ``text`` looks up when it is rendered, in what it includes as well.

        None where only rendering could tell. Raises ``SourceError`` where it is no Jinja.
        """
        with self._errors_at(repr(text[:200])):
            tree = self._environment.parse(text)
        names = frozenset(meta.find_undeclared_variables(tree))
        for path in meta.find_referenced_templates(tree):
            try:
                inner = self.names_in((self.source / path).read_text(encoding="utf-8")) if path else None
            except (OSError, ValueError):  # whoever renders it gets the error
                inner = None
            if inner is None:
                return None
            names |= inner
        return names

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
    def _times(self) -> dict[str, int]:
        return {}

    @cached_property
    def _names(self) -> dict[str, tuple[str, ...] | None]:
        return {}

    @cached_property
    def _memory(self) -> dict[tuple[Any, ...], str]:
        return {}

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
