"""What a change does to a project, written down before it is done, so that it can be put back or taken back.

A change lies in a folder of its own in the repository's private one: the new files in ``new`` and the old ones in
``old``, each under its path in the project, so that a person finds them without the journal; the index before in
``index.old``, the one after in ``index``, if it changes; and the journal, whose first line is the hash of the second.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from waypost.errors import StateError

JOURNAL = "journal"
"""The name of its file."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One file: what it was before and what it is after, each ``kind:mode:hash``, or nothing where it is not there."""

    path: str
    before: str
    after: str

    @property
    def changes_nothing(self) -> bool:
        """Whether the file is already what it is to become."""
        return self.before == self.after


@dataclass(frozen=True, kw_only=True)
class Journal:
    """What is done to a project: each file's step, and the hashes of the index before and after.

    ``going`` are the folders that go if nothing is left in them, with their modes, and ``coming`` those that are new,
    with a mode or None for the usual one; each after its parent. ``head`` is the commit that the change is based on,
    ``title`` what a person calls it, and ``token`` a name that no other change has.
    """

    title: str
    token: str
    head: str
    steps: tuple[Step, ...]
    going: Mapping[str, int]
    coming: Mapping[str, int | None]
    index_before: str
    index_after: str
    is_undo: bool

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of all files and folders that it touches."""
        return (*(step.path for step in self.steps), *self.going, *self.coming)

    def beside(self, number: int, kind: str) -> str:
        """Return the name that a file of the step gets in its folder where the repository's is too far away."""
        return f".waypost-{self.token}-{number}-{kind}"


def write_journal(folder: Path, journal: Journal) -> None:
    """Write the journal of the change in ``folder``."""
    content = json.dumps(asdict(journal)).encode()
    (folder / JOURNAL).write_bytes(_digest(content).encode() + b"\n" + content + b"\n")


def read_journal(folder: Path) -> Journal:
    """Return the journal of the change in ``folder``.

    Raises ``StateError`` where it cannot be read, and names what is kept there.
    """
    try:
        digest, _, content = (folder / JOURNAL).read_bytes().partition(b"\n")
        if digest.decode() != _digest(content.removesuffix(b"\n")):
            raise ValueError("it is damaged")
        fields = json.loads(content)
        steps = tuple(Step(**step) for step in fields.pop("steps"))
        return Journal(steps=steps, **fields)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise StateError(
            f"the record of a change cannot be read, so nothing was put back and nothing removed: {folder / JOURNAL}",
            hint=f"It is damaged, or of another version of Waypost. The files as they were before are in {folder}, in "
            "old/ or under a name that holds .waypost- beside their place. Copy back what you miss, then remove "
            f"{folder}.",
        ) from error


def digest_of(path: Path) -> str:
    """Return the hash of a file's bytes; one that is not there counts as empty."""
    return _digest(path.read_bytes() if path.exists() else b"")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
