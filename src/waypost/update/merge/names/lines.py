"""Names in files that hold one in a line: variables, sections and options, targets, requirements, blocks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from waypost.update.merge.structure import requirements as requirement

_VARIABLE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][\w.]*)\s*=")
_SECTION = re.compile(r"\[([^\]]+)\]\s*(?:[#;].*)?")
_OPTION = re.compile(r"([^\s=:#;\[][^=:]*?)\s*[=:]")
_ASSIGNMENT = re.compile(r"(?:(?:export|override|private)\s+)*([\w.-]+)\s*(\+|\?|!|:{0,3})=")
_OPENS = re.compile(r"\s*(?:ifeq|ifneq|ifdef|ifndef|define)\b")
_CLOSES = re.compile(r"\s*(?:endif|endef)\b")
_PROCESS = re.compile(r"([A-Za-z][\w-]*)\s*:")
_BLOCK = re.compile(r"{%[-+]?\s*block\s+(\w+)")


def variables(text: str) -> Counter[str]:
    """Return the variables that a file such as ``.env.example`` sets."""
    return Counter(f"the variable {found[1]!r}" for found in map(_VARIABLE.match, text.splitlines()) if found)


def options(text: str) -> Counter[str]:
    """Return the sections and options of an INI file; of another file with such a name, none."""
    names: Counter[str] = Counter()
    section = ""
    for number, line in enumerate(_significant(text, comments="#;")):
        found = _SECTION.fullmatch(line.rstrip())
        if found:
            section = found[1].strip()
            names[f"the section [{section}]"] += 1
        elif not section and number == 0 and not re.match(r"root\s*=", line):
            return names
        elif option := _OPTION.match(line):  # an indented line goes on with the one before
            names[f"the option {option[1].lower()!r} in [{section}]"] += 1
    return names


def names_in_makefile(text: str) -> Counter[str]:
    """Return the targets and variables of a Makefile that stand there whatever the conditions."""
    names: Counter[str] = Counter()
    depth = 0
    for line in _significant(text.replace("\\\n", " "), comments="#"):
        depth += bool(_OPENS.match(line)) - bool(_CLOSES.match(line))
        if depth == 0 and not line.startswith("\t"):
            names.update(_names_in_rule(line.partition("#")[0]))
    return names


def _names_in_rule(line: str) -> Iterator[str]:
    variable = _ASSIGNMENT.match(line)
    targets, colon, rest = line.partition(":")
    if variable:
        yield from () if variable[2] == "+" else (f"the variable {variable[1]!r}",)
    # Neither rules that may be given in parts nor a variable of one target.
    elif colon and not rest.startswith(":") and not _ASSIGNMENT.match(rest.strip()):
        yield from (f"the target {target!r}" for target in targets.split() if not target.startswith("."))


def requirements(text: str) -> Counter[str]:
    """Return the packages that a file of requirements asks for."""
    asked = (re.split(r"\s#|\s--", line.strip())[0] for line in _significant(text.replace("\\\n", " "), comments="#-"))
    return Counter(f"the requirement {name!r}" for name in map(requirement.name_of, asked) if name)


def processes(text: str) -> Counter[str]:
    """Return the kinds of process in a Procfile."""
    return Counter(f"the process {found[1]!r}" for found in map(_PROCESS.match, text.splitlines()) if found)


def blocks(text: str) -> Counter[str]:
    """Return the blocks that a template of Django or Jinja defines."""
    return Counter(f"the block {name!r}" for name in _BLOCK.findall(text))


def _significant(text: str, *, comments: str) -> Iterator[str]:
    return (line for line in text.splitlines() if line.strip() and line.lstrip()[0] not in comments)
