"""The advice in a few lines, as the wizard shows it: the standing while it asks, the verdict, and the claims behind."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from waypost.advice.evidence import UNSURE, load_evidence
from waypost.advice.model import FRAMEWORK_NAMES, TEMPLATES, Reason, Recommendation, TemplateName
from waypost.advice.recommend import interim_advice
from waypost.advice.shown.changes import flip_lines
from waypost.advice.shown.starters import HEADING, starter_lines
from waypost.advice.shown.text import certainty_line, dispute_lines, headline, reason_sections, team_line
from waypost.model import Question, Value
from waypost.questions.catalogue import Catalogue

_OPEN_SHOWN = 4
_CLAIMS_SHOWN = 3
_REASONS_SHOWN = 2


def standing_line(decisions: Mapping[str, str], possible: Collection[TemplateName] = TEMPLATES) -> str:
    """Return where the advice stands: the score, what it leans to, and which questions are still open."""
    now = interim_advice(decisions, possible)
    score = f"Flask {now.scores.flask} : {now.scores.django} Django"
    name = FRAMEWORK_NAMES[now.framework]
    if now.is_settled:
        return f"{score}. {name} is certain, with {now.template}."
    still_open = listed(now.open_questions)
    if now.is_framework_certain:
        return f"{score}. {name} is certain; which {name} starter depends on: {still_open}."
    lead = f"Leaning towards {name}" if now.has_evidence else "No evidence yet"
    return f"{score}. {lead}; still open: {still_open}."


def listed(questions: Sequence[str]) -> str:
    """Return the first questions by their names, and how many more there are."""
    more = len(questions) - _OPEN_SHOWN
    return f"{', '.join(questions[:_OPEN_SHOWN])}{f' and {more} more' if more > 0 else ''}"


def verdict_lines(
    catalogue: Catalogue,
    recommendation: Recommendation,
    decisions: Mapping[str, str],
    stopped: str,
    *,
    everything: bool = False,
) -> Iterator[str]:
    """Yield the verdict, how sure it is, the weightiest reasons on either side, and what would change it."""
    yield f"Advice: {headline(recommendation)}"
    if stopped:
        yield stopped
    yield f"{certainty_line(recommendation)} {recommendation.template_because}"
    if team := team_line(recommendation):
        yield team
    if disputes := recommendation.disputes:
        if everything:
            yield from dispute_lines(disputes)
        else:
            yield f"The documents disagree (? shows both sides): {' '.join(dispute.about for dispute in disputes[:2])}"
    most = None if everything else _REASONS_SHOWN
    for heading, reasons in reason_sections(recommendation):
        if everything or reasons in (recommendation.reasons, recommendation.against):
            yield from _reasons(heading, reasons, most)
    if starter := starter_lines(recommendation.template, decisions):
        yield HEADING
        yield from (f"  {line}" for line in (starter if everything else starter[:1]))
    yield "What would change it"
    for line in flip_lines(recommendation.flips, _labels(catalogue))[: None if everything else 2]:
        yield f"  > {line}"


def claims_about(key: str, choice: str) -> tuple[str, ...]:
    """Return what the documents say where ``key`` is answered with ``choice``, the weightiest claims first."""
    about = [claim for claim in load_evidence().claims if choice in claim.when.get(key, ()) and len(claim.when) == 1]
    about.sort(key=lambda claim: -claim.weight)
    if choice == UNSURE:
        return ("Neutral: it adds nothing to either side, and you can change it later.",)
    if not about:
        return ("No claim of the documents rests on this answer alone; it leaves the advice as it stands.",)
    return tuple(
        f"{FRAMEWORK_NAMES.get(claim.leans, claim.leans)}: {claim.claim}  [{_cited(claim.document)}]"
        for claim in about[:_CLAIMS_SHOWN]
    )


def label_of(question: Question, value: Value) -> str:
    """Return a value as the catalogue calls it, without the explanation after the dash."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    labels = {choice.value: choice.label.partition(" - ")[0] for choice in question.choices}
    if isinstance(value, tuple):
        return ", ".join(labels.get(item, item) for item in value) or "None"
    return labels.get(value, value) or "(empty)"


def short(text: str, most: int) -> str:
    """Return ``text`` cut to ``most`` characters, between words where it has any."""
    if len(text) <= most:
        return text
    words = text[: most - 3].rsplit(" ", 1)[0] if " " in text[: most - 3] else text[: most - 3]
    return f"{words}..."


def _reasons(heading: str, reasons: Sequence[Reason], most: int | None) -> Iterator[str]:
    is_cut = most is not None and len(reasons) > most
    yield f"{heading}, {most} of {len(reasons)} reasons" if is_cut else heading
    for reason in reasons if most is None else _of_many_documents(reasons)[:most]:
        yield f"  {reason.weight} {reason.claim}  [{reason.title if most is None else _cited(reason.document)}]"


def _of_many_documents(reasons: Sequence[Reason]) -> list[Reason]:
    """Return the reasons with the weightiest of each document before its others."""
    firsts = {reason.document: reason for reason in reversed(reasons)}
    return sorted(reasons, key=lambda reason: (firsts[reason.document] != reason, -reason.weight))


def _cited(document: str) -> str:
    """Return a document in short: its author and year where they are known, else its title."""
    source = load_evidence().documents[document]
    if source.author and source.year:
        return f"{source.author.split()[-1]} {source.year}"
    return short(source.title, 34)


def _labels(catalogue: Catalogue) -> Callable[[str, str], str]:
    """Return how the catalogue calls a choice of a question, where it asks it."""
    return lambda key, value: label_of(catalogue.by_key[key], value) if key in catalogue.by_key else value
