"""Facts: each condition is said once, and each fact has more than one reader."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import pytest

from support.sources import ROOT, catalogue
from waypost.model import Question

TEMPLATES = ROOT / "templates"
# What Waypost itself reads: the levels that `unsure` stands for, and what it prints or writes.
OF_WAYPOST = {
    *("account_level", "admin_level", "next_steps", "dependency_names", "reserved_names", "fitting_example"),
    *("migration_steps", "unasked", "servers", "sqlite_folder", "addresses", "data_out", "data_in"),
}
# Data that is read as such: by the validator, by `make docs`, by the files that hold lists.
DATA = {"refused_combinations", "well_known_names", "dependencies", "features"}


def facts() -> list[Question]:
    return [entry for entry in catalogue().entries if not entry.is_asked and entry.key not in OF_WAYPOST | DATA]


@cache
def words_of_files() -> dict[str, frozenset[str]]:
    """Every word of every file of the templates but the catalogue's own."""
    paths = [path for path in TEMPLATES.rglob("*") if path.is_file() and path.parent.name != "questions"]
    texts = {str(path.relative_to(TEMPLATES)): path.read_text("utf-8", errors="replace") for path in paths}
    return {name: frozenset(re.findall(r"\w+", text)) for name, text in texts.items()}


@cache
def words_of_names() -> frozenset[str]:
    """Every word of the names of files and folders."""
    return frozenset(word for name in words_of_files() for word in re.findall(r"\w+", name))


@cache
def words_of_conditions() -> Counter[str]:
    """Every word of the facts and questions, and in how many of them it stands."""
    return Counter(
        word
        for entry in catalogue().entries
        for word in set(re.findall(r"\w+", f"{entry.default_source} {entry.when_source}"))
    )


@pytest.mark.parametrize("fact", facts(), ids=lambda fact: fact.key)
def test_a_fact_of_one_file_alone_stands_in_that_file(fact: Question) -> None:
    in_files = sum(fact.key in words for words in words_of_files().values())
    readers = in_files + words_of_conditions()[fact.key]
    assert readers > 1 or fact.key in words_of_names()


def test_no_fact_repeats_the_condition_of_another() -> None:
    comparisons = Counter(
        comparison
        for fact in facts()
        for comparison in re.findall(r"\w+ [!=]= '[^']*'|'[^']*' in \w+|\w+ \| length > 0", str(fact.default_source))
    )
    assert {comparison: count for comparison, count in comparisons.items() if count > 1} == {}


def test_no_fact_is_another_one_in_other_words() -> None:
    expressions = Counter(str(fact.default_source) for fact in facts())
    assert {expression for expression, count in expressions.items() if count > 1} == set()
