"""What a language says against a file: that it cannot be read, or that a name stands twice where it may stand once."""

from __future__ import annotations

import ast
import json
import tomllib
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from pathlib import PurePath

import yaml


class DoubledError(Exception):
    """A name stands twice."""


def fault_in(path: str, content: bytes) -> str:
    """Return ``unreadable`` or ``doubled``, and nothing for a sound file or another language."""
    read = READERS.get(PurePath(path).suffix)
    if read is None:
        return ""
    try:
        once(read(content.decode().replace("\r\n", "\n")))
    except DoubledError:
        return "doubled"
    except (ValueError, SyntaxError, yaml.YAMLError):
        return "unreadable"
    return ""


def once(names: Iterable[Hashable]) -> None:
    """Raise an error where a name comes twice."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DoubledError(f"more than once: {twice}")


def _python(text: str) -> list[str]:
    targets = [target for node in ast.parse(text).body if isinstance(node, ast.Assign) for target in node.targets]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _toml(text: str) -> list[str]:
    packages = tomllib.loads(text).get("dependencies", [])
    return [package.partition(" ")[0] for package in packages if isinstance(package, str)]


def _json(text: str) -> list[str]:
    def checked(members: list[tuple[str, object]]) -> dict[str, object]:
        once(key for key, _ in members)
        return dict(members)

    json.loads(text, object_pairs_hook=checked)
    return []


def _yaml(text: str) -> list[str]:
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    return [key.value for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []


READERS: dict[str, Callable[[str], list[str]]] = {".py": _python, ".toml": _toml, ".json": _json, ".yml": _yaml}
