"""What Waypost remembers of a project beyond its answers, in a file of its own that is committed with it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from waypost.errors import ErrorCode, StateError

MEMORY = ".waypost.toml"
"""The name of the file in a project's folder. It is there only where there is something to remember."""
_HEAD = """\
# What Waypost remembers of this project beyond .copier-answers.yml. Commit it, and leave it to `waypost update`.
"""
_MIGRATIONS = """
# The template's migrations that were given another name here, behind the project's own.
[migrations]
"""
_ADOPTED = """
# The project was there before its template (`waypost adopt`). These files of the template have come into it, and are
# updated with it; of the others nothing is touched.
[adopted]
"""


@dataclass(frozen=True, kw_only=True)
class Memory:
    """What is remembered: ``migrations`` that came by another name, the template's path and the one that it has here.

    ``taken`` are the template's files that an adopted project has taken, and None in a project that was made from its
    template: there all of them are the template's.
    """

    migrations: Mapping[str, str] = field(default_factory=dict)
    taken: frozenset[str] | None = None

    def of(self, paths: Collection[str]) -> frozenset[str]:
        """Return those of the template's ``paths`` that are its own in this project."""
        return frozenset(paths) if self.taken is None else self.taken & frozenset(paths)


def read_memory(content: bytes | None) -> Memory:
    """Return what the file with this ``content`` remembers: nothing where there is none.

    Raises ``StateError`` where the file cannot be read.
    """
    if content is None:
        return Memory()
    try:
        document = tomllib.loads(content.decode())
        migrations = document.get("migrations", {})
        taken = document["adopted"]["taken"] if "adopted" in document else None
        if all(isinstance(path, str) for path in [*migrations.values(), *(taken or ())]):
            return Memory(migrations=dict(migrations), taken=None if taken is None else frozenset(taken))
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
        pass
    raise StateError(
        f"{MEMORY} cannot be read",
        hint=f"Put it back as it was committed: git log -p -- {MEMORY}",
        code=ErrorCode.RECORD,
    )


def memory_text(memory: Memory) -> bytes:
    """Return the file that remembers it."""
    parts = [_HEAD]
    if memory.migrations:
        rows = (f"{json.dumps(path)} = {json.dumps(here)}\n" for path, here in sorted(memory.migrations.items()))
        parts += [_MIGRATIONS, *rows]
    if memory.taken is not None:
        parts += [_ADOPTED, "taken = [\n", *(f"  {json.dumps(path)},\n" for path in sorted(memory.taken)), "]\n"]
    return "".join(parts).encode()
