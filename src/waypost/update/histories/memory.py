"""What Waypost remembers of a project beyond its answers, in a file of its own that is committed with it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping

from waypost.errors import ErrorCode, StateError

MEMORY = ".waypost.toml"
"""The name of the file in a project's folder. It is there only where there is something to remember."""
_HEAD = """\
# What Waypost remembers of this project beyond .copier-answers.yml. Commit it, and leave it to `waypost update`.

# The template's migrations that were given another name here, behind the project's own.
[migrations]
"""


def read_memory(content: bytes | None) -> Mapping[str, str]:
    """Return the migrations that came into the project by another name: the template's path, and the one it has here.

    Raises ``StateError`` where the file cannot be read.
    """
    if content is None:
        return {}
    try:
        migrations = tomllib.loads(content.decode()).get("migrations", {})
        if all(isinstance(path, str) for path in migrations.values()):
            return dict(migrations)
    except (ValueError, AttributeError):
        pass
    raise StateError(
        f"{MEMORY} cannot be read",
        hint=f"Put it back as it was committed: git log -p -- {MEMORY}",
        code=ErrorCode.RECORD,
    )


def memory_text(migrations: Mapping[str, str]) -> bytes:
    """Return the file that remembers them."""
    rows = (f"{json.dumps(path)} = {json.dumps(here)}\n" for path, here in sorted(migrations.items()))
    return f"{_HEAD}{''.join(rows)}".encode()
