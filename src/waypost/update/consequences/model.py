"""What an update means for a project, beyond the text of its files."""

from __future__ import annotations

from dataclasses import dataclass

from waypost.update.reading.environment import EnvironmentChange


@dataclass(frozen=True, kw_only=True)
class Consequences:
    """What there is to do and to know.

    ``variables`` are the commands that write into ``.env`` what it lacks, and ``steps`` those that follow, up to the
    project's own tests. ``environment`` is what becomes of the variables, ``servers`` what has to run now and did not
    before. ``notes`` say what does not come along and what has another meaning, one thing each.
    """

    variables: tuple[str, ...]
    steps: tuple[str, ...]
    environment: EnvironmentChange
    servers: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def all_steps(self) -> tuple[str, ...]:
        """All commands, in their order."""
        return self.variables + self.steps


NOTHING = Consequences(
    variables=(), steps=(), environment=EnvironmentChange(added=(), changed=(), removed=()), servers=(), notes=()
)
"""Those of an update that changes nothing."""
