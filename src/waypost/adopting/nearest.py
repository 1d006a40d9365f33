"""How near each template comes to a project: the answers that fit best, and how far what was read is from them.

The distance of a template is the share of what was read from the project that the template has otherwise or not at
all, from 0 to 1. The framework counts four times, the layout twice, everything else once. Names, texts and the licence
do not count: every template takes any.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from waypost.adopting.material import Fact
from waypost.errors import AnswersError
from waypost.model import Value
from waypost.projects import decision_record
from waypost.questions.answers import Answer, raise_problems, values_of
from waypost.questions.catalogue import Catalogue, Resolution
from waypost.questions.values import as_text

WEIGHTS: Mapping[str, int] = {"framework": 4, "layout": 2}
"""How often what was read counts; all else counts once."""
_NOT_COUNTED = frozenset(
    {
        *("project_name", "project_slug", "package_name", "description", "author_name", "author_email", "license"),
        "example",
    }
)
# In this order, as some answers are refused without others.
_FIRST = ("python_version", "django_version", "database", "data_access", "accounts", "admin", "api")


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What was read from the project, what the template has there (nothing where it has no such thing), and why."""

    fact: Fact
    template: str
    because: str


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A template with the ``answers`` that come nearest to the project, their ``distance`` and the ``differences``."""

    template: str
    answers: Mapping[str, Answer]
    resolution: Resolution
    distance: float
    differences: tuple[Difference, ...]


def candidates(catalogue: Catalogue, facts: Sequence[Fact], given: Mapping[str, Answer]) -> tuple[Candidate, ...]:
    """Return a candidate for each template, the nearest first; ``given`` answers count before what was read.

    Raises ``AnswersError`` where no template takes the given answers.
    """
    templates = catalogue.by_key["template"].values
    wanted = given["template"].value if "template" in given else ""
    found: list[Candidate] = []
    refused: AnswersError | None = None
    for template in templates:
        try:
            found.append(candidate_of(catalogue, template, facts, given))
        except AnswersError as error:
            refused = error if refused is None or template == wanted else refused
    if refused is not None and not any(wanted in ("", candidate.template) for candidate in found):
        raise refused
    if wanted and wanted not in templates:
        raise_problems(catalogue.resolve(values_of(given)).problems, given)
    return tuple(sorted(found, key=lambda candidate: (candidate.template != wanted, candidate.distance)))


def candidate_of(catalogue: Catalogue, template: str, facts: Sequence[Fact], given: Mapping[str, Answer]) -> Candidate:
    """Return the answers of ``template`` that come nearest. Raises ``AnswersError`` where it refuses given ones."""
    answers: dict[str, Answer] = {**given, "template": given.get("template", Answer(value=template, origin="seen"))}
    if answers["template"].value != template:
        answers["template"] = Answer(value=template, origin="seen")
    raise_problems(catalogue.resolve(values_of(answers)).problems, answers)
    left_out: dict[int, str] = {}
    for fact in sorted(facts, key=_rank):
        if fact.key not in catalogue.by_key or fact.key in given or fact.key == "template" or fact.value is None:
            continue
        value = _joined(answers.get(fact.key), fact.value)
        tried = {**answers, fact.key: Answer(value=value, origin="seen", place=fact.place)}
        resolution = catalogue.resolve(values_of(tried))
        if resolution.problems:
            left_out[id(fact)] = resolution.problems[0].message
        elif fact.key not in resolution.unused:
            answers = tried
    resolution = catalogue.resolve(values_of(answers))
    differences = tuple(_differences(template, facts, resolution, left_out))
    counted = [fact for fact in facts if fact.key not in _NOT_COUNTED]
    weight = sum(_weight(fact) for fact in counted)
    apart = sum(_weight(difference.fact) for difference in differences)
    return Candidate(
        template=template,
        answers=answers,
        resolution=resolution,
        distance=round(apart / weight, 2) if weight else 1.0,
        differences=differences,
    )


def _differences(
    template: str, facts: Sequence[Fact], resolution: Resolution, left_out: Mapping[int, str]
) -> Iterator[Difference]:
    for fact in facts:
        if fact.key in _NOT_COUNTED:
            continue
        now = _of_the_template(fact.key, template, resolution)
        if fact.value is None:
            yield Difference(fact=fact, template=now, because="no template has it")
        elif id(fact) in left_out:
            yield Difference(fact=fact, template=now, because=left_out[id(fact)])
        elif fact.key in resolution.catalogue.by_key and fact.key not in resolution.answers:
            if fact.value not in ("none", False):
                yield Difference(fact=fact, template="", because="the template does not ask about it")
        elif fact.key == "code":
            if not f"{fact.value}.".startswith(f"{now}."):
                yield Difference(fact=fact, template=now, because="")
        elif not fact.is_exact or not _is_met(fact.value, resolution.answers.get(fact.key, now)):
            yield Difference(fact=fact, template=now, because="")


def _of_the_template(key: str, template: str, resolution: Resolution) -> str:
    match key:
        case "framework":
            return decision_record.framework_of(template)
        case "layout":
            return template
        case "code":
            package = resolution.answers.get("package_name")
            return f"src/{package}" if package else "config.settings"
        case _:
            return as_text(resolution.answers[key]) if key in resolution.answers else ""


def _is_met(wanted: Value, now: Value) -> bool:
    if isinstance(wanted, tuple):
        return isinstance(now, tuple) and set(wanted) <= set(now)
    return wanted == now or (wanted == "none" and now == "unsure")


def _joined(before: Answer | None, value: Value) -> Value:
    if isinstance(value, tuple) and before is not None and isinstance(before.value, tuple):
        return (*before.value, *(item for item in value if item not in before.value))
    return value


def _rank(fact: Fact) -> int:
    return _FIRST.index(fact.key) if fact.key in _FIRST else len(_FIRST)


def _weight(fact: Fact) -> int:
    return WEIGHTS.get(fact.key, 1)
