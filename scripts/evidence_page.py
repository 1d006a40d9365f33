"""What follows from evidence.toml: the page of all claims, of disagreements, and of what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from waypost.advice.evidence import Claim, Disagreement, Document, Evidence
from waypost.advice.model import FRAMEWORK_NAMES

_INTRODUCTION = """\
<!-- Made by `make docs` from src/waypost/advice/evidence.toml; change it there. -->

# The evidence behind the advice

What five published comparisons say about when to choose Flask and when Django, in words of our own. They are opinions
of their authors, not measurements, and some give neither an author nor a date. A claim counts when your answers match.
What a document says and no claim rests on is listed below its claims, with the reason.

The weight of a claim follows the document's own words:

| weight | the document |
|---|---|
| 3 | plainly says to take this framework for this |
| 2 | says so with a reservation, or for several conditions of which only some are answered; or calls the framework \
suitable or commonly used for this, finds it the better of the two, or names as built in what the answer asks for |
| 1 | only states a fact, an example or an aside, or speaks of something that is merely near to the answer |

**A document speaks once.** However often it repeats a statement, the statement counts once for a side: of the claims
with the same statement, the heaviest that applies. For one side and one set of questions, only one claim of a document
can count.

The documents compare Flask and Django, but not the two shapes of a Flask project, micro and blueprints. Where a claim
leans to one of these, the document says what stands in the claim, and the conclusion is Waypost's own."""


def evidence_page(evidence: Evidence) -> str:
    """Return the page in Markdown."""
    return "\n".join([_INTRODUCTION, *_documents(evidence), *_disagreements(evidence), ""])


def _documents(evidence: Evidence) -> Iterator[str]:
    for document in evidence.documents.values():
        yield from ("", f"## {document.title}", "", f"{_source(document)}.", "")
        yield from ("| answers | leans to | weight | claim | statement | section |", "|---|---|---|---|---|---|")
        for claim in (*evidence.claims, *evidence.flask_claims):
            if claim.document == document.id:
                sections = "; ".join((claim.section, *claim.also_in))
                leans = FRAMEWORK_NAMES.get(claim.leans, claim.leans)
                cells = (_answers(claim), leans, str(claim.weight), claim.claim, claim.statement, sections)
                yield f"| {' | '.join(cells)} |"
        left_out = [one for one in evidence.left_out if one.document == document.id]
        if left_out:
            yield from ("", "Left out:", "", "| it says | why it is left out | section |", "|---|---|---|")
            yield from (f"| {one.says} | {one.because} | {one.section} |" for one in left_out)


def _disagreements(evidence: Evidence) -> Iterator[str]:
    yield from ("", "## Where the documents disagree", "")
    yield "The advice shows a disagreement when claims on both sides count for your answers."
    claims = {claim.id: claim for claim in evidence.claims}
    for disagreement in evidence.disagreements:
        yield from ("", f"### {disagreement.about}", "", "| for | who says so | claim |", "|---|---|---|")
        yield from _voices(evidence, disagreement, claims)


def _voices(evidence: Evidence, disagreement: Disagreement, claims: dict[str, Claim]) -> Iterator[str]:
    sides: Iterable[tuple[str, tuple[str, ...]]] = (("Flask", disagreement.flask), ("Django", disagreement.django))
    for side, ids in sides:
        for claim in (claims[id_] for id_ in ids):
            document = evidence.documents[claim.document]
            yield f"| {side} | {document.title} ({document.source}) | {claim.claim} |"


def _source(document: Document) -> str:
    """Return who wrote a document and when, as a sentence without its stop."""
    return document.source[0].upper() + document.source[1:]


def _answers(claim: Claim) -> str:
    return " and ".join(f"{key} = {' or '.join(choices)}" for key, choices in claim.when.items())
