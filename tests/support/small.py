"""How large a project of flask-micro is, by the one rule for all of its examples."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

# Each example, with the answers that it takes.
EXAMPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "bookmarks": {"kind": "rest-api"},
    "boards": {"kind": "spa-backend"},
    "predictions": {"kind": "ml-service", "database": "none"},
    "quotes": {"kind": "microservice"},
    "readings": {"kind": "iot-backend"},
    "waitlist": {"kind": "prototype", "api": "none"},
}
# The text of the licence, what the project was made from, and what differs between installations; and what Waypost
# writes beside the rendered files, for people and for programs that write code.
NOT_COUNTED = frozenset({"LICENSE", ".copier-answers.yml", ".env", "AGENTS.md"})


def counted_files(project: Path) -> list[Path]:
    """Return the files that count, without those of the tests."""
    files = [path for path in project.rglob("*") if path.is_file() and path.name not in NOT_COUNTED]
    return [path for path in files if path.relative_to(project).parts[0] not in {"tests", "docs"}]


def lines_of_code(project: Path) -> int:
    """Return how many lines of its code, without its tests, are not blank."""
    modules = (project / "src").rglob("*.py")
    return sum(bool(line.strip()) for path in modules for line in path.read_text("utf-8").splitlines())
