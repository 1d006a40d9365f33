"""One side of an update: what a project was made from, or is made from now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from waypost.model import Value
from waypost.projects import decision_record
from waypost.questions.catalogue import Resolution
from waypost.update.merge.trees import File


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side of an update: the answers as the new version sees them, and the files that were made of them."""

    resolution: Resolution
    files: Mapping[str, File]

    @property
    def answers(self) -> Mapping[str, Value]:
        """The answers by key."""
        return self.resolution.answers

    def fact(self, key: str) -> Any:
        """Return a fact of the catalogue, or nothing where an older or another one has none of that name."""
        return self.resolution.facts.get(key, "")

    def content(self, path: str) -> bytes:
        """Return the bytes of a file; none where the template does not make it."""
        return self.files[path].content if path in self.files else b""

    @property
    def template(self) -> str:
        """The name of the template."""
        return str(self.answers.get("template", ""))

    @property
    def framework(self) -> str:
        """The framework of the template, or nothing where it is not Waypost's own."""
        return decision_record.framework_of(self.template)

    @property
    def engine(self) -> str:
        """The name of the database that people read, or nothing where there is none."""
        value = self.answers.get("database")
        question = self.resolution.catalogue.by_key.get("database")
        if question is None or value in (None, "none"):
            return ""
        return next((choice.label.partition(" - ")[0] for choice in question.choices if choice.value == value), "")


def is_other_engine(before: Side, after: Side) -> bool:
    """Whether the data is kept in another kind of database from now on."""
    return before.answers.get("database") != after.answers.get("database")
