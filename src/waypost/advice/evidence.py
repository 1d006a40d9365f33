"""The documents' claims about when to choose Flask and when Django, as values.

The data stands in ``evidence.toml`` beside this module; the top of that file says what a weight means, and when a
document counts as repeating itself. :mod:`waypost.advice.rules` applies that rule.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pkgutil import get_data
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from waypost.system.private import parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from waypost.advice.model import Side

    Conditions = Mapping[str, tuple[str, ...]]

UNSURE: Final = "unsure"
"""The choice of every decision question that adds no evidence; the same as leaving the question out."""

DECISIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "kind": (
            "rest-api",
            "microservice",
            "spa-backend",
            "prototype",
            "ml-service",
            "iot-backend",
            "lightweight-app",
            "website",
            "ecommerce",
            "cms",
            "social-network",
            "education",
            "enterprise",
        ),
        "size": ("small", "medium", "large"),
        "experience": ("beginner", "intermediate", "experienced"),
        "philosophy": ("full-control", "balanced", "conventions"),
        "admin": ("none", "basic", "multi-role"),
        "accounts": ("none", "login", "registration", "full"),
        "data": ("none", "simple", "relational", "document"),
        "security": ("standard", "high"),
        "growth": ("steady", "growing", "large-scale"),
        "delivery": ("quick-first-version", "long-lived"),
    }
)
"""The decision questions and their choices without :data:`UNSURE`, in the catalogue's order.

The catalogue (``templates/questions/decisions.yml``) says the same; a test holds the two equal, so that the
recommendation needs neither YAML nor any file but the evidence.
"""

Weight = Literal[1, 2, 3]


@dataclass(frozen=True, kw_only=True)
class Document:
    """One of the documents that the advice rests on; ``author`` and ``year`` are None where none is given."""

    id: str
    title: str
    author: str | None
    year: int | None

    @property
    def source(self) -> str:
        """Whose opinion it is, and of when, such as "Karan Kaul, 2023" or "no author given, undated"."""
        return f"{self.author or 'no author given'}, {self.year or 'undated'}"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One claim of one document: the answers it applies to, the side it leans to, and how strongly.

    ``when`` holds for a set of answers if every one of its keys has one of the listed choices. ``also_in`` names
    further sections in which the document repeats itself, which adds no weight. ``statement`` names what the document
    says there: of the claims that rest on one statement, at most one counts for a side.
    """

    id: str
    document: str
    statement: str
    section: str
    also_in: tuple[str, ...]
    claim: str
    when: Mapping[str, tuple[str, ...]]
    leans: Side
    weight: Weight

    def applies_to(self, answers: Mapping[str, str]) -> bool:
        """Whether every condition of the claim holds for ``answers``."""
        return all(answers.get(key) in choices for key, choices in self.when.items())


@dataclass(frozen=True, kw_only=True)
class Disagreement:
    """A question to which claims give opposite answers: the ids of those for Flask and of those for Django."""

    id: str
    about: str
    flask: tuple[str, ...]
    django: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """Something that a document says and no claim rests on, and why."""

    document: str
    section: str
    says: str
    because: str


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that ``evidence.toml`` says.

    ``claims`` are those for a framework, ``flask_claims`` those on Flask's two shapes. ``disagreements`` are between
    claims for a framework.
    """

    documents: Mapping[str, Document]
    claims: tuple[Claim, ...]
    flask_claims: tuple[Claim, ...]
    disagreements: tuple[Disagreement, ...]
    left_out: tuple[LeftOut, ...]


@cache
def load_evidence() -> Evidence:
    """Return the evidence that ships with Waypost, read once."""
    return parse_evidence((get_data("waypost.advice", "evidence.toml") or b"").decode())


def parse_evidence(text: str) -> Evidence:
    """Return the evidence in ``text`` (TOML).

    Raises ValueError, with the place, for anything but well-formed evidence: that is a fault in Waypost, no user's.
    """
    tables = parsed("toml", text, tomllib.loads)
    required = {"documents", "claim", "flask_claim", "disagreement", "left_out"}
    _require_keys(tables, "the evidence", required=required)
    documents = {key: _document(key, table) for key, table in tables["documents"].items()}
    claims = tuple(_claim(table, documents, sides=("flask", "django")) for table in tables["claim"])
    flask_claims = tuple(_claim(table, documents, sides=("micro", "blueprints")) for table in tables["flask_claim"])
    ids = [claim.id for claim in claims + flask_claims]
    if repeated := {id_ for id_ in ids if ids.count(id_) > 1}:
        raise ValueError(f"evidence: used for more than one claim: {', '.join(sorted(repeated))}")
    if again := repetition(claims) or repetition(flask_claims):
        raise ValueError(f"evidence: {again}")
    return Evidence(
        documents=MappingProxyType(documents),
        claims=claims,
        flask_claims=flask_claims,
        disagreements=tuple(_disagreement(table, claims) for table in tables["disagreement"]),
        left_out=tuple(_left_out(table, documents) for table in tables["left_out"]),
    )


def repetition(claims: Iterable[Claim]) -> str:
    """Say where a document would count twice for one thing, or a claim never at all; nothing if all is well."""
    for one, other in combinations(claims, 2):
        if (one.document, one.leans) != (other.document, other.leans) or not common_conditions((one.when, other.when)):
            continue
        if one.when.keys() == other.when.keys():
            return f"claims {one.id} and {other.id}: one document speaks twice for the same side and answers"
        if one.statement == other.statement:
            for quiet, loud in ((one, other), (other, one)):
                if quiet.weight <= loud.weight and _is_part_of(quiet.when, loud.when):
                    return f"claim {quiet.id}: never counts beside {loud.id}, which rests on the same statement"
    return ""


def common_conditions(whens: Iterable[Conditions]) -> dict[str, tuple[str, ...]]:
    """Return the conditions under which all of ``whens`` hold; empty if no answers can meet them."""
    common: dict[str, tuple[str, ...]] = {}
    for when in whens:
        for key, choices in when.items():
            common[key] = tuple(choice for choice in common.get(key, choices) if choice in choices)
    return common if all(common.values()) else {}


def _document(key: str, table: Mapping[str, Any]) -> Document:
    where = f"document {key}"
    _require_keys(table, where, required={"title"}, optional={"author", "year"})
    year = table.get("year")
    if year is not None and type(year) is not int:
        raise ValueError(f"evidence: {where}: year is not a whole number: {year!r}")
    author = None if "author" not in table else _text(table, "author", where)
    return Document(id=key, title=_text(table, "title", where), author=author, year=year)


def _claim(table: Mapping[str, Any], documents: Mapping[str, Document], *, sides: tuple[str, ...]) -> Claim:
    where = f"claim {table.get('id', '(without an id)')}"
    required = {"id", "document", "statement", "section", "claim", "when", "leans", "weight"}
    _require_keys(table, where, required=required, optional={"also_in"})
    if table["document"] not in documents:
        raise ValueError(f"evidence: {where}: no such document: {table['document']!r}")
    if table["leans"] not in sides:
        raise ValueError(f"evidence: {where}: leans to {table['leans']!r}, not to one of {', '.join(sides)}")
    if type(table["weight"]) is not int or table["weight"] not in (1, 2, 3):
        raise ValueError(f"evidence: {where}: weight is not 1, 2 or 3: {table['weight']!r}")
    return Claim(
        id=_text(table, "id", where),
        document=table["document"],
        statement=_text(table, "statement", where),
        section=_text(table, "section", where),
        also_in=_texts(table.get("also_in", []), f"{where}: also_in"),
        claim=_text(table, "claim", where),
        when=_conditions(table["when"], where),
        leans=cast("Side", table["leans"]),
        weight=cast("Weight", table["weight"]),
    )


def _disagreement(table: Mapping[str, Any], claims: tuple[Claim, ...]) -> Disagreement:
    where = f"disagreement {table.get('id', '(without an id)')}"
    _require_keys(table, where, required={"id", "about", "flask", "django"})
    leaning = {claim.id: claim.leans for claim in claims}
    sides = {side: _texts(table[side], f"{where}: {side}") for side in ("flask", "django")}
    for side, ids in sides.items():
        if not ids:
            raise ValueError(f"evidence: {where}: nobody speaks for {side}")
        if wrong := [id_ for id_ in ids if leaning.get(id_) != side]:
            raise ValueError(f"evidence: {where}: not a claim for {side}: {wrong[0]!r}")
    return Disagreement(id=_text(table, "id", where), about=_text(table, "about", where), **sides)


def _left_out(table: Mapping[str, Any], documents: Mapping[str, Document]) -> LeftOut:
    where = f"left out: {table.get('says', '(nothing)')}"
    _require_keys(table, where, required={"document", "section", "says", "because"})
    if table["document"] not in documents:
        raise ValueError(f"evidence: {where}: no such document: {table['document']!r}")
    return LeftOut(**{key: _text(table, key, where) for key in ("document", "section", "says", "because")})


def _conditions(table: Mapping[str, Any], where: str) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(table, dict) or not table:
        raise ValueError(f"evidence: {where}: when is not a table of answers")
    conditions = {}
    for key, value in table.items():
        if key not in DECISIONS:
            raise ValueError(f"evidence: {where}: no such decision question: {key!r}")
        choices = _texts([value] if isinstance(value, str) else value, f"{where}: when.{key}")
        if not choices:
            raise ValueError(f"evidence: {where}: when.{key} lists no choice")
        if unknown := [choice for choice in choices if choice not in DECISIONS[key]]:
            raise ValueError(f"evidence: {where}: {key} has no choice {unknown[0]!r}")
        conditions[key] = choices
    return MappingProxyType(conditions)


def _require_keys(
    table: Mapping[str, Any], where: str, *, required: set[str], optional: frozenset[str] | set[str] = frozenset()
) -> None:
    if not isinstance(table, dict):
        raise ValueError(f"evidence: {where} is not a table")  # noqa: TRY004  (the file is wrong, not a type)
    if missing := required - table.keys():
        raise ValueError(f"evidence: {where}: missing: {', '.join(sorted(missing))}")
    if unknown := table.keys() - required - optional:
        raise ValueError(f"evidence: {where}: unknown: {', '.join(sorted(unknown))}")


def _text(table: Mapping[str, Any], key: str, where: str) -> str:
    return _texts([table[key]], f"{where}: {key}")[0]


def _texts(values: Any, where: str) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) and value.strip() for value in values):
        raise ValueError(f"evidence: {where}: not text, or empty")
    if len(set(values)) < len(values):
        raise ValueError(f"evidence: {where}: lists something twice")
    return tuple(values)


def _is_part_of(when: Conditions, wider: Conditions) -> bool:
    """Tell whether ``wider`` holds whenever ``when`` does."""
    return all(key in when and set(when[key]) <= set(choices) for key, choices in wider.items())
