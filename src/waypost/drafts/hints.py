"""What each choice that is not taken would lead to: another template, or a combination that is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from waypost.advice.evidence import UNSURE
from waypost.advice.rules import possible_templates, template_of
from waypost.drafts.draft import TEMPLATE, Draft, completed, decisions_in
from waypost.model import Problem, Question, Value
from waypost.questions.values import as_text


@dataclass(frozen=True, kw_only=True)
class Hint:
    """What a choice would lead to.

    ``leads_to`` is the template that would be advised, where that is another one; ``refused`` why the choice cannot
    stand beside the other answers, and ``elsewhere`` the templates with which it could, where only the template is in
    its way.
    """

    leads_to: str = ""
    refused: str = ""
    elsewhere: tuple[str, ...] = ()


def hints_of(draft: Draft) -> dict[str, dict[str, Hint]]:
    """Return what there is to say of the choices of every question that applies, by question and choice.

    A choice of a question with several is hinted at as one more, or one fewer where it is taken. Choices that change
    nothing but themselves are left out.
    """
    found: dict[str, dict[str, Hint]] = {}
    for key, present in draft.resolution.answers.items():
        question = draft.catalogue.by_key[key]
        for value in _values(question):
            tried = _tried(question, value, present)
            hint = _hint(draft, question, tried) if tried != present else None
            if hint is not None and hint != Hint():
                found.setdefault(key, {})[as_text(value)] = hint
    return found


def _values(question: Question) -> tuple[Value, ...]:
    return (True, False) if question.type == "yes-no" else question.values


def _tried(question: Question, value: Value, present: Value) -> Value:
    """Return the answer that clicking on the choice would give."""
    if question.type != "choices" or not isinstance(present, tuple):
        return value
    return tuple(choice for choice in question.values if (choice in present) != (choice == value))


def _hint(draft: Draft, question: Question, value: Value) -> Hint:
    given = {**draft.given, question.key: value}
    advised = _advised(draft, given)
    is_chosen = TEMPLATE in draft.given or question.key == TEMPLATE
    if is_chosen or advised == draft.recommendation.template:
        problem = _problem_beside(draft, question.key, value, given, advised)
    else:
        problem = _problem(draft, completed(draft.catalogue, given, advised))
    if problem is not None and not is_chosen:
        # The answer may rule the advised template out, and then another one is advised.
        advised = template_of(_known(given), possible_templates(draft.catalogue, given))
        problem = _problem(draft, completed(draft.catalogue, given, advised))
    return Hint(
        leads_to=advised if advised != draft.recommendation.template and question.key != TEMPLATE else "",
        refused=problem.message if problem else "",
        elsewhere=tuple(_elsewhere(draft, problem, question.key)) if problem else (),
    )


def _advised(draft: Draft, given: Mapping[str, Value]) -> str:
    """Return the template that the decisions among the given answers lead to, of those possible now."""
    return template_of(_known(given), draft.possible)


def _known(given: Mapping[str, Value]) -> dict[str, str]:
    return {key: value for key, value in decisions_in(given).items() if value != UNSURE}


def _problem_beside(draft: Draft, key: str, value: Value, given: Mapping[str, Value], advised: str) -> Problem | None:
    """Return the first refusal that one other answer brings: by the rows alone where no other answer follows it."""
    context = draft.catalogue.with_answer(draft.resolution, key, value)
    if context is None:
        return _problem(draft, completed(draft.catalogue, given, advised))
    standing = {problem.message for problem in draft.refusals}
    for row in draft.catalogue.refusals:
        if key in row.where and row.because not in standing and row.applies_to(context):
            return Problem(key=key, message=row.because, nearest="", refusal=row)
    return None


def _problem(draft: Draft, answers: Mapping[str, Value]) -> Problem | None:
    """Return the first refusal that the answers bring and that does not stand already."""
    standing = {problem.message for problem in draft.refusals}
    found = draft.catalogue.resolve(answers)
    return next((problem for problem in found.problems if problem.message not in standing), None)


def _elsewhere(draft: Draft, problem: Problem, key: str) -> Iterator[str]:
    row = problem.refusal
    if row is not None and TEMPLATE in row.where and key != TEMPLATE and row.where.keys() <= {TEMPLATE, key}:
        yield from (value for value in draft.catalogue.by_key[TEMPLATE].values if value not in row.where[TEMPLATE])
