"""The page that says which starter project has what, made from the catalogue."""

from __future__ import annotations

from collections.abc import Iterator

from waypost.model import Question, Value
from waypost.questions.catalogue import Catalogue

_TEMPLATES = ("flask-micro", "flask-blueprints", "django-full")
_LEVELS = {"accounts": "account_level", "admin": "admin_level"}
_NOTHING = ("none", "unsure", "items")


def starters_page(catalogue: Catalogue) -> str:
    """Return the page as Markdown."""
    return "\n".join(_lines(catalogue))


def _lines(catalogue: Catalogue) -> Iterator[str]:
    yield from ("<!-- Made by `make docs` from the question catalogue; change it there. -->", "")
    yield from ("# What the starter projects give", "")
    yield "*Shipped* is what a template has where nothing is chosen, *by choice* what it has if you choose it. The rest"
    yield "it has *not at all*. A choice can need another one, such as a database: Waypost says so where two clash."
    yield from ("", f"| | {' | '.join(_TEMPLATES)} |", "|---|---|---|---|")
    for question in catalogue.questions:
        if question.key in _LEVELS or (question.group == "stack" and question.key != "data_access"):
            yield from _rows(catalogue, question)
    yield ""


def _rows(catalogue: Catalogue, question: Question) -> Iterator[str]:
    if question.type == "yes-no":
        has = " | ".join(_has(catalogue, template, question, True) for template in _TEMPLATES)
        yield f"| {question.help} | {has} |"
        return
    for choice in question.choices:
        if choice.value not in _NOTHING:
            label = choice.label.partition(" - ")[0]
            has = " | ".join(_has(catalogue, template, question, choice.value) for template in _TEMPLATES)
            yield f"| {question.help} {label} | {has} |"


def _has(catalogue: Catalogue, template: str, question: Question, choice: str | bool) -> str:
    plain = catalogue.resolve({"template": template})
    now = plain.facts[_LEVELS[question.key]] if question.key in _LEVELS else plain.answers.get(question.key)
    if choice == now or (isinstance(now, tuple) and choice in now):
        return "shipped"
    wanted: Value = (str(choice),) if question.type == "choices" else choice
    chosen = catalogue.resolve({"template": template, **_brought_along(question), question.key: wanted})
    return "not at all" if chosen.problems or question.key not in chosen.answers else "by choice"


def _brought_along(question: Question) -> dict[str, Value]:
    """Return the other answers without which a choice is refused everywhere."""
    if question.key == "admin":
        return {"accounts": "login"}
    if question.key == "admin_library":
        return {"accounts": "login", "admin": "basic"}
    if question.key == "example_domain":
        return {"api": "rest", "example": True}
    return {"api": "rest"} if question.key == "api_library" else {}
