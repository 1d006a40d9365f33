"""What ``adopt`` says of a project: as fields of its JSON reply, and in words for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from waypost.adopting.proposals import FileStanding, is_operational
from waypost.projects.project import printable
from waypost.questions.values import as_json, shown

if TYPE_CHECKING:  # an update says what stays out without reading a project
    from waypost.adopting.lost import LostOrigin
    from waypost.adopting.nearest import Candidate, Difference
    from waypost.adopting.stack import Findings
    from waypost.commands.replies.fields import FileStandingFields

_WIDTH = 100
_SHOWN = 8


def fact_fields(findings: Findings, found: Sequence[Candidate], origin: LostOrigin | None) -> Mapping[str, Any]:
    """Return what was read, and how near the templates come, as fields of a JSON reply."""
    return {
        "facts": [
            {
                "key": fact.key,
                "value": None if fact.value is None else as_json(fact.value),
                "is_exact": fact.is_exact,
                "said": fact.said,
                "path": fact.path or None,
                "line": fact.line or None,
            }
            for fact in findings.facts
        ],
        "unread": findings.unread,
        "distances": [
            {
                "template": candidate.template,
                "distance": candidate.distance,
                "differences": [
                    {
                        "key": difference.fact.key,
                        "said": difference.fact.said,
                        "place": difference.fact.place or None,
                        "template": difference.template or None,
                        "because": difference.because or None,
                    }
                    for difference in candidate.differences
                ],
            }
            for candidate in found
        ],
        "made_from": {"version": origin.version, "same": origin.same, "files": origin.total} if origin else None,
    }


def file_fields_of(files: Sequence[FileStanding]) -> dict[str, FileStandingFields]:
    """Return how the template's files stand to the project as a field of a JSON reply."""
    return {each.path: {"state": each.state, "yours": each.yours or None, "leans_on": each.leans_on} for each in files}


def fact_lines(findings: Findings) -> Iterator[str]:
    """Yield what was read, and where."""
    yield "Read from the project, without running any of it:"
    for fact in findings.facts:
        value = "no template has it" if fact.value is None else shown(fact.value)
        if fact.key in ("framework", "layout", "code"):
            value = str(fact.value)
        said = "" if fact.said in (str(fact.value), fact.place) else f" ({printable(fact.said)})"
        near = "" if fact.is_exact else ", the nearest there is"
        place = f"  {printable(fact.place)}" if fact.place else ""
        yield f"  {fact.key}: {value}{near}{said}{place}"


def unread_lines(findings: Findings) -> Iterator[str]:
    """Yield which files were passed over."""
    if findings.unread:
        listed = ", ".join(printable(path) for path in findings.unread[:_SHOWN])
        more = len(findings.unread) - _SHOWN
        yield from _wrapped(
            f"Not read, as they are too large, no text, or not what their name says: {listed}"
            + (f" and {more} more." if more > 0 else ".")
        )


def distance_lines(found: Sequence[Candidate]) -> Iterator[str]:
    """Yield how near each template comes, and what it has otherwise."""
    yield "Distance: the share of what was read that a template has otherwise, 0 to 1 (framework x4, layout x2):"
    for candidate in found:
        yield f"  {candidate.distance:.2f}  {candidate.template}"
        for difference in candidate.differences:
            yield from (f"        {line}" for line in textwrap.wrap(_difference(difference), _WIDTH - 8))


def _difference(difference: Difference) -> str:
    here = printable(difference.fact.said)
    there = f"the template has {difference.template}" if difference.template else "the template has none"
    if difference.template == "none":
        there = "the template has none"
    because = f" ({difference.because})" if difference.because else ""
    return f"{difference.fact.key}: here {here}; {there}{because}"


def origin_line(origin: LostOrigin | None) -> Iterator[str]:
    """Yield which release made the project, where one did."""
    if origin:
        yield from _wrapped(
            f"This project was made from {origin.candidate.template} {origin.version}: {origin.same} of its "
            f"{origin.total} files are as that release makes them. The record will name that release, so that updates "
            "have a common ancestor for every file."
        )


def open_lines(keys: Sequence[str]) -> Iterator[str]:
    """Yield what cannot be seen in a project."""
    if keys:
        yield from _wrapped(
            f"Cannot be seen, and stands as not sure: {', '.join(keys)}. Answer with --set KEY=VALUE or --answers FILE."
        )


def file_lines_of(files: Sequence[FileStanding], *, is_from_release: bool) -> Iterator[str]:
    """Yield what an update would bring of the template, and what it leaves alone."""
    if is_from_release:
        return
    by_state: dict[str, list[FileStanding]] = {}
    for each in files:
        by_state.setdefault(each.state, []).append(each)
    yield ""
    proposed = [*by_state.get("lacking", ()), *by_state.get("lines", ())]
    yield f"Afterwards `waypost update` would bring {len(proposed)} files that the project lacks:"
    yield from (f"  {_proposed(each)}" for each in proposed)
    yield from left_lines([each for each in files if not each.is_proposed and each.state != "same"])


def ancestor_lines(paths: Sequence[str]) -> Iterator[str]:
    """Yield what it means that both sides have a file and neither was made from the other."""
    if paths:
        yield ""
        yield from _wrapped(
            f"No common ancestor: {', '.join(paths)}. Nobody can say which side changed what, so every place where "
            "your file and the template's differ is a conflict, with both versions in it."
        )


def left_lines(left: Sequence[FileStanding]) -> Iterator[str]:
    """Yield the files of the template that stay out, and how some of them come in."""
    both = [each for each in left if each.state in ("different", "elsewhere")]
    if both:
        named = ", ".join(
            each.path if each.yours == each.path else f"{each.path} (yours: {each.yours})" for each in both
        )
        yield from _wrapped(
            f"Left out, as the project has its own: {named}. `waypost update --only PATH` takes one. Where both have "
            "the very file there is no common ancestor: every place where they differ is left to you as a conflict."
        )
    application = [each for each in left if each.state == "application"]
    if application:
        useful = [each.path for each in application if is_operational(each.path)]
        hint = f" Health checks and security headers are among them: {', '.join(useful)}." if useful else ""
        yield from _wrapped(
            f"Left out, as they are the template's own application: {len(application)} files.{hint} "
            "`waypost update --only PATH` takes files and folders of them; to connect them with your code is up to you."
        )


def _proposed(each: FileStanding) -> str:
    if each.state == "lines":
        return f"{each.path}: lines that yours lacks"
    return f"{each.path} (to adapt: it names {', '.join(each.leans_on)})" if each.leans_on else each.path


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
