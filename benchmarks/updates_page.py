"""The page that benchmarks/updates.py writes: what is compared, what the words mean, and the figures."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from support.comparison.cases import Kind
from support.comparison.judge import FAULTS, Verdict

WAYS = ("exit code", "index", "work tree", "message")


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a tool did to a case, and the processor seconds it took."""

    number: int
    kind: Kind
    tool: str
    verdict: Verdict
    seconds: float


def page(results: Sequence[Result], *, versions: Mapping[str, str]) -> str:
    """Return the page."""
    of_kind = {kind: [result for result in results if result.kind == kind] for kind in ("text", "binary")}
    counts = {kind: len({result.number for result in found}) for kind, found in of_kind.items()}
    tables = {f"{kind}_tables": _tables(found) for kind, found in of_kind.items()}
    return PAGE.format(**counts, **tables, **versions, ratios=_ratios(results))


def _tables(results: Sequence[Result]) -> str:
    """Return three tables of cases and files, a row for each tool."""
    reports, faults, meetings = [], [], []
    for tool, verdicts in _by_tool(results).items():
        reports.append(_row(tool, *_reports(verdicts)))
        faults.append(_row(tool, *_faults(verdicts)))
        meetings.append(_row(tool, *_meetings(verdicts)))
    return TABLES.format(reports="\n".join(reports), faults="\n".join(faults), meetings="\n".join(meetings))


def _reports(verdicts: Sequence[Verdict]) -> list[int]:
    reported = [sum(verdict.way == way for verdict in verdicts) for way in WAYS]
    gave_up = sum(verdict.gave_up for verdict in verdicts)
    return [*reported, len(verdicts) - sum(reported) - gave_up, gave_up]


def _faults(verdicts: Sequence[Verdict]) -> list[int]:
    return [
        sum(verdict.loses_lines for verdict in verdicts),
        *(sum(fault in verdict.faults for verdict in verdicts) for fault in FAULTS),
        sum(bool(verdict.faults) for verdict in verdicts),
        sum(bool(verdict.faults_in_place) for verdict in verdicts),
    ]


def _meetings(verdicts: Sequence[Verdict]) -> list[int]:
    """Count files that both changed, those without a report, and those of them that came out wrong; apart, then not."""
    counts = []
    for at_one_place in (False, True):
        found = [each for verdict in verdicts for each in verdict.meetings if each.at_one_place == at_one_place]
        settled = [meeting for meeting in found if not meeting.is_reported]
        counts += [len(found), len(settled), sum(meeting.is_wrong for meeting in settled)]
    return counts


def _ratios(results: Sequence[Result]) -> str:
    """List how long each tool took, as a ratio to the first."""
    medians = {
        tool: statistics.median(result.seconds for result in results if result.tool == tool)
        for tool in dict.fromkeys(result.tool for result in results)
    }
    first, *others = medians
    return "\n".join(f"- `{tool}`: {medians[tool] / medians[first]:.1f}" for tool in others)


def _by_tool(results: Sequence[Result]) -> dict[str, list[Verdict]]:
    found: dict[str, list[Verdict]] = {}
    for result in results:
        found.setdefault(result.tool, []).append(result.verdict)
    return found


def _row(tool: str, *counts: int) -> str:
    return f"| `{tool}` | {' | '.join(map(str, counts))} |"


TABLES = """\
Cases by the plainest report of a conflict:

| | exit code | index | work tree | message | no conflict | gave up |
|---|---|---|---|---|---|---|
{reports}

Cases that lost lines of the user, reported or not; then cases with silent faults, all together, and in files that
neither side moved:

| | lines lost | silently lost | left out | came back | doubled | unreadable | any of these | in place |
|---|---|---|---|---|---|---|---|---|
{faults}

Files that both sides changed, how many of them were settled without a conflict, and how many of those wrongly:

| | at different places | settled | wrongly | at the same place | settled | wrongly |
|---|---|---|---|---|---|---|
{meetings}
"""

PAGE = """\
<!-- Made by benchmarks/updates.py; run it again to change it. -->

# Updates compared

{text} text cases and {binary} binary cases, the same for every tool. A case is a change of a template and edits of a
user, made by chance from its number: lines edited, added and cut, values changed, one key from both sides, lists of
packages in TOML, files rewritten, added, deleted, moved alone and with their folder, made executable, turned into CRLF
or left without a last line end, and files that a user replaces with a link. Binary cases hold binary files, and text
that is not UTF-8. In each case far more meets than in a real project: read the figures side by side, not as rates.

Run on {around}, with {tools}, the newest of each on {day}.
A project is made from version 1 of a template, for Waypost and copier by `copier copy` and for cruft by `cruft create`,
gets the user's files and is committed. Version 2 is published, and the command runs as its documentation says, without
a terminal.

What each says of conflicts:

- `waypost update`: what both sides changed at one place is a conflict, with markers, unmerged paths in git's index and
  exit code 5. Files that were moved are followed, and TOML is merged by its structure.
- `copier update --defaults --conflict inline`, its default: it does its best to keep your changes. Conflicts are
  markers to review before the commit, for which it recommends a hook; their paths are unmerged in the index.
- `copier update --defaults --conflict rej`: the same, but those of your changes that do not apply stand in a `.rej`
  file beside the file.
- `cruft update -y`: the template's change is applied with `git apply -3`, or else with `git apply --reject`, which
  leaves `.rej` files. What failed is printed.

Copier and cruft leave a file deleted that you deleted. They merge text, whatever its language, and promise no exit code
for conflicts and nothing about files that were moved.

## What the words mean

- A conflict is **reported** by an exit code with a conflict left in the project, by an unmerged path in git's index, by
  a marker or a `.rej` file in the work tree, or by a line of the output that names the file and speaks of an error,
  failure, reject or conflict. A case counts once, under the first of these that holds.
- To **give up** is another exit code with no conflict in the project.
- **Lost**: something that the user wrote, or that all three versions hold, is in no file, marker or reject and in no
  version in the index; the commit before the update still has it. **Left out**: a change of the template did not
  arrive; not counted where the user deleted the file. **Came back**: something that the user removed is there again.
  **Doubled**: a line stands more often than in any version; or a package of a TOML list, a key of JSON or YAML or a
  name of a Python module stands twice, which it does on neither side. **Unreadable**: Python, TOML, JSON or YAML that
  can be read on both sides cannot be read after the update, or a binary is none of its versions. In a text, each line
  has a word that occurs once, by which it is found again; a binary counts as a whole.
- A fault is **silent** if no conflict is reported of its file; a report of another file does not count. An update that
  gave up has no silent faults, and its files are not among those that both sides changed.
- **The same place** is lines that touch, a binary, or a file that one side deleted or made a link, or both added or
  moved. To settle one can be right: both sides may have made the same change, and lines of TOML can stand next to each
  other.
- Not judged: execute bits, empty files, the order of lines, and in which file a line stands.

The cases and the judge are `tests/support/comparison`, which imports nothing of any tool.

## Text

{text_tables}
## Binary

{binary_tables}
## Time

Processor seconds of an update with all that it starts, as ratios to `waypost update`; medians of all cases, in which
the tools took turns:

{ratios}
"""
