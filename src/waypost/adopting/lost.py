"""Where a project came from that lost its record: the release, and the answers, whose files it still has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from waypost.adopting.material import Fact, Material
from waypost.adopting.nearest import Candidate, candidate_of
from waypost.errors import AnswersError
from waypost.model import Question, Value
from waypost.projects import decision_record
from waypost.projects.belongings import OWNED, is_as_made
from waypost.projects.planning import catalogue_of
from waypost.questions.answers import Answer, values_of
from waypost.questions.catalogue import Resolution
from waypost.questions.record import RECORD
from waypost.sources.embedded import TemplateSource
from waypost.sources.releases import releases
from waypost.sources.rendering import rendering
from waypost.sources.source import source_at
from waypost.update.reading.project_files import ProjectFiles

_PASSES = 3
_SHARE = 0.5
"""What part of a release's files a project has to have unchanged to be one of that release."""
_ROW = re.compile(r"- ([a-z_]+): ([\w.-]+)$")
# That nothing of these was found says nothing of what was answered: not sure leaves them out, too.
_NOT_SEEN = frozenset({"accounts", "admin", "api", "example"})
_TRIED = frozenset({"stack", "other", "decision"})


@dataclass(frozen=True, kw_only=True)
class LostOrigin:
    """The release that a project was made from: ``same`` of its ``total`` files are still as it makes them."""

    version: str
    candidate: Candidate
    same: int
    total: int


@dataclass(frozen=True, kw_only=True)
class _Attempt:
    candidate: Candidate
    same: int
    total: int

    @property
    def score(self) -> int:
        """How many files come out as they are, less those that do not."""
        return 2 * self.same - self.total


def origin_of(material: Material, url: str, facts: Sequence[Fact], given: Mapping[str, Answer]) -> LostOrigin | None:
    """Return the release at the canonical address ``url`` that made the project, if one did.

    Only a project with a decision record of Waypost's is looked at so closely: answers are tried one by one, as long as
    more files come out as they are.
    """
    decisions = dict(_decisions(material))
    if not decisions and not _has_decision_record(material):
        return None
    files = ProjectFiles(project=material.project)
    best: tuple[TemplateSource, _Attempt] | None = None
    seen = [fact for fact in facts if fact.path or fact.key not in _NOT_SEEN]
    known = [*(Fact(key=key, value=value, said=value) for key, value in decisions.items()), *seen]
    known = list({fact.key: fact for fact in reversed(known)}.values())
    for version in [None, *(release.version for release in reversed(releases()))]:
        with source_at(url, version) as source:
            for template in _templates_in(material):
                attempt = _tried(source, template, known, given, files)
                if attempt and (best is None or attempt.score > best[1].score):
                    best = source, attempt
    if best is None:
        return None
    with source_at(url, best[0].version) as source:
        attempt = best[1]
        for _ in range(_PASSES):  # an answer can seem right until the one is found that explains more
            before, attempt = attempt, _refined(source, attempt, given, files)
            if attempt.score == before.score:
                break
    if attempt.same < _SHARE * attempt.total:
        return None
    found = attempt.candidate
    answers = {key: Answer(value=value, origin="default") for key, value in found.resolution.answers.items()}
    return LostOrigin(
        version=best[0].version,
        candidate=replace(found, answers={**answers, **found.answers}),
        same=attempt.same,
        total=attempt.total,
    )


def _has_decision_record(material: Material) -> bool:
    return "Waypost's advice" in " ".join(material.text(decision_record.PATH.as_posix()).split())


def _decisions(material: Material) -> Iterator[tuple[str, str]]:
    """Yield the answers that the decision record says were known."""
    if _has_decision_record(material):
        for _, line in material.lines(decision_record.PATH.as_posix()):
            if match := _ROW.fullmatch(line):
                yield match[1], match[2]


def _templates_in(material: Material) -> tuple[str, ...]:
    found = re.search(r"starts from the template\s+([\w-]+)", material.text(decision_record.PATH.as_posix()))
    return (found[1],) if found else ()


def _tried(
    source: TemplateSource, template: str, facts: Sequence[Fact], given: Mapping[str, Answer], files: ProjectFiles
) -> _Attempt | None:
    catalogue = catalogue_of(source.root)
    if template not in catalogue.by_key["template"].values:
        return None
    own = {key: answer for key, answer in given.items() if key in catalogue.by_key}
    candidate = None
    with suppress(AnswersError):
        candidate = candidate_of(catalogue, template, facts, own)
    return _compared(source, candidate, candidate.resolution, files) if candidate else None


def _refined(source: TemplateSource, best: _Attempt, given: Mapping[str, Answer], files: ProjectFiles) -> _Attempt:
    """Try other answers to one question after the other, and keep those with which more files come out as they are."""
    catalogue = catalogue_of(source.root)
    for question in catalogue.questions:
        if question.group not in _TRIED or question.key in given or question.is_secret:
            continue
        for value in _values(question):
            now = best.candidate.resolution.answers.get(question.key)
            tried = {question.key: value, **({"example": True} if question.key == "example_domain" else {})}
            seen = {key: Answer(value=each, origin="seen", place="its files") for key, each in tried.items()}
            answers = {**best.candidate.answers, **seen}
            resolution = catalogue.resolve(values_of(answers))
            if value == now or resolution.problems or question.key in resolution.unused:
                continue
            candidate = replace(best.candidate, answers=answers, resolution=resolution)
            attempt = _compared(source, candidate, resolution, files)
            best = attempt if attempt.score > best.score else best
    return best


def _values(question: Question) -> tuple[Value, ...]:
    match question.type:
        case "yes-no":
            return True, False
        case "choice":
            return question.values
        case "choices":
            return tuple((value,) for value in question.values)
        case _:
            return ()


def _compared(source: TemplateSource, candidate: Candidate, resolution: Resolution, files: ProjectFiles) -> _Attempt:
    made = {
        path: file.content
        for path, file in rendering(source, resolution).items()
        if path != RECORD and path not in OWNED
    }
    here = [path for path in made if path in files.paths]
    files.load(here)
    same = sum(is_as_made(path, files.read(path), made[path]) for path in here)
    return _Attempt(candidate=candidate, same=same, total=len(made))
