"""Two versions of a project's record of answers become one."""

from __future__ import annotations

import yaml

from waypost.questions.record import record_yaml


def merge_records(base: str, ours: str, theirs: str) -> str | None:
    """Return the record ``theirs`` with the comments and the keys that ``ours`` has beyond ``base``.

    None where ours has other answers than base: then a person must say which ones hold.
    """
    try:
        before, mine, other = (yaml.safe_load(text) for text in (base, ours, theirs))
    except yaml.YAMLError:
        return None
    if not all(isinstance(record, dict) for record in (before, mine, other)):
        return None
    extra = {key: value for key, value in mine.items() if key not in before}
    if any(mine.get(key) != value for key, value in before.items()) or extra.keys() & other.keys():
        return None
    lines = theirs.splitlines(keepends=True)
    comments = [line for line in ours.splitlines(keepends=True) if line.lstrip().startswith("#") and line not in lines]
    is_head = [line.startswith("#") for line in lines]
    head = is_head.index(False) if False in is_head else len(lines)
    text = "".join([*lines[:head], *comments, *lines[head:]])
    return text + (record_yaml(extra) if extra else "")
