"""The commands that follow from an update: variables to write, packages to install, migrations to run."""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from waypost.update.reading.environment import EnvironmentChange, Variable, values_set_in

_INSTALLED_FROM = ("build-system", "project", "dependency-groups")


def needs_setup(before: bytes, after: bytes) -> bool:
    """Whether two versions of ``pyproject.toml`` install different things; what cannot be read may."""
    one, other = _installed_from(before), _installed_from(after)
    return one is None or other is None or one != other


def environment_steps(change: EnvironmentChange, own: str, *, is_other_engine: bool) -> Iterator[str]:
    """Yield the commands that write into ``.env``, whose text is ``own``, what it lacks or cannot keep.

    A value that somebody chose stays, but for the address of a database whose engine is another one now.
    """
    values = values_set_in(own)
    new = [each for each in change.added if not each.is_optional and each.name not in values]
    new += [
        after
        for before, after in change.changed
        if before.is_optional and not after.is_optional and after.name not in values
    ]
    if new:
        yield f"printf '%s\\n' '' {' '.join(_assignment(each) for each in new)} >> .env"
    for before, after in change.changed:
        if _has_to_change(before, after, values, is_other_engine=is_other_engine):
            line = f"{after.name}={after.value}"
            yield f"sed -i.old {shlex.quote(f's|^{after.name}=.*|{_escaped(line)}|')} .env && rm .env.old"


def _has_to_change(before: Variable, after: Variable, values: Mapping[str, str], *, is_other_engine: bool) -> bool:
    own = values.get(after.name)
    if own is None or after.is_optional or before.value == after.value:
        return False
    is_database = is_other_engine and _scheme(before.value) != _scheme(after.value)
    return own == before.value or (is_database and _scheme(own) != _scheme(after.value))


def _installed_from(content: bytes) -> Any:
    try:
        document = tomllib.loads(content.decode())
    except ValueError:
        return None
    return [document.get(key) for key in _INSTALLED_FROM] + [document.get("tool", {}).get("setuptools")]


def _assignment(variable: Variable) -> str:
    return shlex.quote(f"{variable.name}={variable.value}")


def _scheme(address: str) -> str:
    return address.partition("://")[0].partition("+")[0]


def _escaped(text: str) -> str:
    """Return the text as sed's replacement stands for it."""
    return text.replace("\\", "\\\\").replace("&", "\\&").replace("|", "\\|")
