"""Lists are merged entry by entry, and what both sides did to one entry is left to a person."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.update.merge.structure import requirements
from waypost.update.merge.structure.values import ConflictError, merged_values


def merged(base: list[Any], ours: list[Any], theirs: list[Any], key: str = "list") -> list[Any] | None:
    """The merged list, or None where a person must say."""
    try:
        found: list[Any] = merged_values({key: base}, {key: ours}, {key: theirs})[key]
    except ConflictError:
        return None
    return found


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        pytest.param([], ["psycopg[binary]==3.1.8"], ["psycopg[binary,pool]>=3.3.9,<4"], id="both add a package"),
        pytest.param(["a>=1"], ["a>=2"], ["a>=3"], id="both change the version"),
        pytest.param(["a>=1"], ["a[x]>=1"], ["a[y]>=1"], id="the extra"),
        pytest.param(["a>=1"], ["a>=1; python_version<'3.12'"], ["a>=2"], id="one the marker, one the version"),
        pytest.param(["a>=1", "b>1"], ["b>1"], ["a>=2", "b>1"], id="one deletes what the other changes"),
        pytest.param(["a>=1", "b>1"], ["a>=2", "b>1"], ["b>1"], id="and the other way round"),
        pytest.param(["a<2; x", "a>2; y"], ["a<2; x", "a>3; y"], ["a<1; x", "a>2; y"], id="two of one name"),
        pytest.param(["a", "a", "b>1"], ["a", "a", "b>2"], ["a", "a", "b>3"], id="beside a name that is there twice"),
        pytest.param(["Foo_bar>1"], ["foo-bar>2"], ["foo.bar>3"], id="spellings of one name"),
        pytest.param(["a @ file:///x"], ["a @ file:///y"], ["a>=1"], id="an address"),
        pytest.param(["--cov-fail-under=80"], ["--cov-fail-under=90"], ["--cov-fail-under=95"], id="an option"),
        pytest.param(["-n", "2"], ["-n", "4"], ["-n", "8"], id="an option with its value behind it"),
        pytest.param(["-q"], ["-q", "--x=1"], ["--x=2", "-q"], id="both add an option"),
        pytest.param(["-ra"], ["-rA"], ["-rx"], id="a short option"),
        pytest.param(["--x=1", "-q"], ["-q"], ["--x=2", "-q"], id="one deletes the option that the other changes"),
        pytest.param([{"name": "A", "email": "a"}], [{"name": "A", "email": "b"}], [{"name": "A"}], id="an author"),
        pytest.param([{"name": "A"}], [{"name": "B"}], [{"name": "C"}], id="both put another author there"),
        pytest.param([{"name": "A"}], [], [{"name": "C"}], id="one takes the author out"),
        pytest.param([{"x": 1}], [{"x": 2}], [{"x": 3}], id="a table without a name"),
        pytest.param([], [{"module": "a", "x": True}], [{"module": ["b", "a"]}], id="both add an override of a module"),
        pytest.param(["tests"], ["checks"], ["tests/unit"], id="a path"),
        pytest.param(["a", "b", "c"], ["a", "c"], ["a", "b2", "c"], id="one deletes the word that the other changes"),
        pytest.param(["a", "b", "c"], ["b", "a", "c"], ["a", "c", "b"], id="both reorder"),
        pytest.param([1, 2], [1, 2, 3], [0, 1, 2], id="numbers"),
    ],
)
def test_what_both_sides_did_to_one_entry_is_a_conflict(base: list[Any], ours: list[Any], theirs: list[Any]) -> None:
    assert merged(base, ours, theirs) is None


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        pytest.param(["a>1"], ["a > 1", "b>1"], ["a>2"], ["a>2", "b>1"], id="spaces are no change"),
        pytest.param(["a>1,<3"], ["a<3,>2"], ["a>2, <3", "b>1"], ["a<3,>2", "b>1"], id="nor is the order of versions"),
        pytest.param(["a<2; x", "a>2; y"], ["a<2; x", "a>2; y", "m>1"], ["a>3"], ["a>3", "m>1"], id="two become one"),
        pytest.param(["a", "b"], ["a", "mine", "b"], ["b", "a"], ["b", "a", "mine"], id="the template reorders"),
        pytest.param(["a", "b"], ["b", "a"], ["a", "new", "b"], ["b", "a", "new"], id="the user reorders"),
        pytest.param(["-q"], ["-q", "--x=1"], ["-q", "--y", "2"], ["-q", "--y", "2", "--x=1"], id="two options"),
        pytest.param(
            ["-W", "a", "-W", "b"],
            ["-W", "a", "-W", "b", "-W", "c"],
            ["-W", "d", "-W", "a", "-W", "b"],
            ["-W", "a", "-W", "b", "-W", "c", "-W", "d"],
            id="an option that may repeat",
        ),
        pytest.param(
            [{"name": "A", "email": "a"}],
            [{"name": "A", "email": "b"}, {"name": "M"}],
            [{"name": "A", "email": "a", "url": "u"}],
            [{"name": "A", "email": "b", "url": "u"}, {"name": "M"}],
            id="two fields of an author",
        ),
        pytest.param(["a", "b", "c"], ["a"], ["a", "c"], ["a"], id="both delete"),
        pytest.param(
            [{"module": ["a", "b"], "x": True}],
            [{"module": ["a", "b", "mine"], "x": True}, {"module": "c"}],
            [{"module": ["new", "a", "b"], "x": True}],
            [{"module": ["new", "a", "b", "mine"], "x": True}, {"module": "c"}],
            id="modules of an override",
        ),
        pytest.param(["a", "b"], ["a", "x"], ["a", "x"], ["a", "x"], id="both put the same there"),
    ],
)
def test_what_each_did_to_another_entry_stands(
    base: list[Any], ours: list[Any], theirs: list[Any], expected: list[Any]
) -> None:
    assert merged(base, ours, theirs) == expected


def test_both_orders_of_requirements_are_no_conflict_as_they_mean_nothing() -> None:
    assert merged(["a>1", "b", "c"], ["b", "a>1", "c"], ["a>1", "c", "b", "n"], "dependencies") == [
        "b",
        "n",
        "a>1",
        "c",
    ]


requirement = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["a", "b", "C_d", "c-d"]),
    st.sampled_from(["", "[x]", "[x,y]"]),
    st.sampled_from(["", ">=1", "==2", ">=1,<3"]),
    st.sampled_from(["", "; python_version<'3.12'"]),
)
words = st.sampled_from(["a", "b", "c/d", "--x=1", "--x=2", "-n", "4"])
tables = st.fixed_dictionaries({"name": st.sampled_from("AB")}, optional={"email": st.sampled_from("ab")})


def lists_of(entry: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(entry, max_size=4)


@given(*(lists_of(requirement),) * 3)
def test_no_requirement_is_lost_and_no_two_of_one_name_come_together(
    base: list[str], ours: list[str], theirs: list[str]
) -> None:
    found = merged(base, ours, theirs, "dependencies")

    if found is None:
        return
    plain = [{requirements.plain(item) for item in side} for side in (base, ours, theirs, found)]
    assert plain[1] - plain[0] <= plain[3]
    assert plain[2] - plain[0] <= plain[3]
    assert plain[0] & plain[1] & plain[2] <= plain[3]
    assert plain[3] <= plain[1] | plain[2]
    counts = [[requirements.name_of(item) for item in side] for side in (ours, theirs, found)]
    for name in counts[2]:
        assert counts[2].count(name) in (counts[0].count(name), counts[1].count(name))


@given(*(lists_of(words | tables),) * 3)
def test_nor_is_any_other_entry(base: list[Any], ours: list[Any], theirs: list[Any]) -> None:
    found = merged(base, ours, theirs)

    if found is None:
        return
    for side in (ours, theirs):
        for item in side:
            fields = item.items() if isinstance(item, dict) else ()
            joined = any(isinstance(other, dict) and fields <= other.items() for other in found) if fields else False
            assert item in base or item in found or joined
    assert all(item in found for item in base if item in ours and item in theirs)


@given(*(lists_of(words | tables | requirement),) * 2)
def test_a_change_of_one_side_alone_stands_to_the_letter(base: list[Any], changed: list[Any]) -> None:
    assert merged(base, changed, base) == changed
    assert merged(base, base, changed) == changed
    assert merged(base, changed, changed) == changed
