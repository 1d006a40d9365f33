"""Whether a file can still be read by what reads it: Python, TOML, JSON and YAML."""

from __future__ import annotations

import json
import tomllib
import warnings
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

import yaml


def parse_error(path: str, content: bytes) -> str:
    """Return why the file ``path`` of this ``content`` cannot be read, or nothing where it can, or nobody knows."""
    read = _READERS.get(PurePosixPath(path).suffix)
    if read is None:
        return ""
    try:
        read(content)
    except (ValueError, SyntaxError, RecursionError, MemoryError, yaml.YAMLError) as error:
        return " ".join(str(error).split()) or type(error).__name__
    return ""


def _python(content: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compile(
            content, "the file", "exec", dont_inherit=True
        )  # sees more than the parser, such as two parameters of a name


def _toml(content: bytes) -> None:
    tomllib.loads(content.decode("utf-8").replace("\r\n", "\n"))


def _json(content: bytes) -> None:
    json.loads(content, object_pairs_hook=_without_repetition)


def _yaml(content: bytes) -> None:
    """Compose only: tags of another program's own need not be known."""
    for document in yaml.compose_all(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        _refuse_repeated_keys(document, set())


def _refuse_repeated_keys(node: Any, seen: set[int]) -> None:
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode) and key.value != "<<"]
        _refuse_repetition(keys)
        children = [child for pair in node.value for child in pair]
    else:
        children = node.value if isinstance(node, yaml.SequenceNode) else []
    for child in children:
        _refuse_repeated_keys(child, seen)


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    _refuse_repetition([key for key, _ in pairs])
    return dict(pairs)


def _refuse_repetition(keys: list[str]) -> None:
    """Two sides that add one key in different places leave it twice; readers then take either in silence."""
    repeated = sorted({key for key in keys if keys.count(key) > 1})
    if repeated:
        raise ValueError(f"the key {repeated[0]!r} stands there more than once")


_READERS: Mapping[str, Callable[[bytes], None]] = {
    ".py": _python,
    ".pyi": _python,
    ".toml": _toml,
    ".json": _json,
    ".yml": _yaml,
    ".yaml": _yaml,
}
