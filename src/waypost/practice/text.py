"""The comparison with public projects as people read it, and as the fields of a JSON reply."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypedDict

from waypost.practice.comparison import Comparison, Count

_FRAMEWORKS: Final = {"flask": "Flask", "django": "Django"}

WORDS: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("size", "small"): "a small code base",
        ("size", "medium"): "a medium code base",
        ("size", "large"): "a large code base",
        ("admin", "none"): "no back office",
        ("admin", "basic"): "a back office for administrators",
        ("admin", "multi-role"): "several staff roles",
        ("accounts", "none"): "no accounts",
        ("accounts", "login"): "sign-in only",
        ("accounts", "registration"): "registration",
        ("accounts", "full"): "registration with permissions",
        ("data", "none"): "no data of their own",
        ("data", "simple"): "a few tables",
        ("data", "relational"): "many tables",
        ("data", "document"): "documents as data",
    }
)
"""What the answers mean for a project that exists; a kind stands under its own name."""

HEADING: Final = "What public projects use (apart from the points above)"


class ProjectFields(TypedDict):
    """A project, and what it uses at the commit that was looked at."""

    name: str
    address: str
    commit: str
    framework: str


class PracticeFields(TypedDict):
    """What projects with the answers in ``compared`` use; ``set_aside`` would have left too few of them."""

    compared: dict[str, str]
    set_aside: dict[str, str]
    like: dict[str, int]
    nearest: list[ProjectFields]
    listed: dict[str, int]
    limits: str


def practice_sentences(comparison: Comparison) -> tuple[str, str, str]:
    """Return what like projects use, the nearest by name, and what such a comparison cannot say."""
    return _used(comparison), _nearest(comparison), _limits(comparison)


def practice_lines(comparison: Comparison | None) -> tuple[str, ...]:
    """Return the comparison under its heading, a line for each sentence, or no line if there is none."""
    return (HEADING, *(f"  {sentence}" for sentence in practice_sentences(comparison))) if comparison else ()


def practice_line(comparison: Comparison | None) -> tuple[str, ...]:
    """Return what like projects use in one line that fits a small terminal, or no line if there is no comparison."""
    if comparison is None:
        return ()
    used = f"{comparison.like.django} with Django, {comparison.like.flask} with Flask"
    return (f"Similar public projects (not in the points): {used}",)


def practice_fields(comparison: Comparison | None) -> PracticeFields | None:
    """Return the comparison as fields of a JSON reply."""
    if comparison is None:
        return None
    return {
        "compared": dict(comparison.compared),
        "set_aside": dict(comparison.set_aside),
        "like": _count_fields(comparison.like),
        "nearest": [
            {"name": near.name, "address": near.address, "commit": near.commit, "framework": near.framework}
            for near in comparison.nearest
        ],
        "listed": _count_fields(comparison.listed),
        "limits": _limits(comparison),
    }


def _used(comparison: Comparison) -> str:
    like, words = comparison.like, [_words(key, value) for key, value in comparison.compared.items()]
    many = f"Of {like.total} listed projects with {_listed(words)}, {like.django} use Django and {like.flask} Flask."
    if like.total == 0:
        many = f"No listed project has {_listed(words)}."
    elif like.total == 1:
        many = f"One listed project has {_listed(words)}; it uses {'Django' if like.django else 'Flask'}."
    if not comparison.set_aside:
        return many
    aside = _listed([_words(key, value) for key, value in comparison.set_aside.items()])
    return f"{many} Too few of them also have {aside} to be counted."


def _nearest(comparison: Comparison) -> str:
    names = [f"{near.name} ({_FRAMEWORKS[near.framework]})" for near in comparison.nearest]
    return f"The nearest to all these answers are {_listed(names)}."


def _limits(comparison: Comparison) -> str:
    listed = comparison.listed
    return (
        f"We chose these {listed.total} public projects, {listed.django} with Django and {listed.flask} with Flask;"
        " most are self-hosted. What many use need not suit you, and Django brings its own admin and accounts."
    )


def _words(key: str, value: str) -> str:
    return WORDS.get((key, value), f"{key} = {value}")


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _count_fields(count: Count) -> dict[str, int]:
    return {"flask": count.flask, "django": count.django}
