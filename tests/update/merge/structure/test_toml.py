"""What git takes for a conflict in TOML is merged by structure, and never at the cost of a line."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from waypost.update.merge.structure.toml import merge_toml

BASE = """\
[project]
name = "shop"
dependencies = [
  "flask>=3.1,<4",
  "gunicorn>=27,<28",
]

[tool.ruff]
line-length = 100
select = ["E", "F"]

[[tool.mypy.overrides]]
# No type hints.
module = ["flask_migrate.*"]
"""


def edited(*replacements: tuple[str, str]) -> str:
    text = BASE
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return text


def test_dependencies_that_both_sides_add_at_one_place_stand_beside_each_other() -> None:
    ours = edited(('  "gunicorn', '  "boto3",  # for uploads\n  "gunicorn'))
    theirs = edited(('  "gunicorn', '  "celery>=5.5",\n  "gunicorn'))

    assert merge_toml(BASE, ours, theirs) == edited(
        ('  "gunicorn', '  "celery>=5.5",\n  "boto3",  # for uploads\n  "gunicorn')
    )


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        pytest.param("flask>=3.1,<4", "Flask >=3.2,<4", "Flask >=3.2,<4", id="they raise it"),
        pytest.param("flask>=3.1.5,<4", "flask>=3.1,<4", "flask>=3.1.5,<4", id="we raise it"),
        pytest.param("flask>=3.2", "flask>=3.2", "flask>=3.2", id="both raise it alike"),
    ],
)
def test_a_version_that_one_side_raises_wins_over_no_change(ours: str, theirs: str, expected: str) -> None:
    first = edited(("flask>=3.1,<4", ours), ('  "gunicorn', '  "mine",\n  "gunicorn'))
    second = edited(("flask>=3.1,<4", theirs), ('  "gunicorn', '  "theirs",\n  "gunicorn'))

    merged = merge_toml(BASE, first, second)

    assert merged is not None
    assert tomllib.loads(merged)["project"]["dependencies"] == [expected, "theirs", "mine", "gunicorn>=27,<28"]


def test_a_dependency_that_they_drop_goes_and_ours_stay() -> None:
    merged = merge_toml(
        BASE,
        edited(('  "gunicorn', '  "mine",\n  "gunicorn')),
        edited(('  "gunicorn>=27,<28",\n', "")),
    )

    assert merged == edited(('  "gunicorn>=27,<28",\n', '  "mine",\n'))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param(("line-length = 100", "line-length = 88"), ("line-length = 100", "line-length = 120"), id="value"),
        pytest.param(("flask>=3.1,<4", "flask==3.1.2"), ("flask>=3.1,<4", "flask>=3.2,<4"), id="dependency"),
        pytest.param(
            ("line-length = 100\n", ""), ("line-length = 100", "line-length = 120"), id="we drop, they change"
        ),
        pytest.param(("line-length = 100", "line-length = 88"), ("line-length = 100\n", ""), id="we change, they drop"),
        pytest.param(
            ("line-length = 100", "line-length = 100  # as the team wants it"),
            ("line-length = 100", "line-length = 120"),
            id="our comment on their change",
        ),
    ],
)
def test_what_both_sides_change_differently_is_left_to_a_person(ours: tuple[str, str], theirs: tuple[str, str]) -> None:
    assert merge_toml(BASE, edited(ours), edited(theirs)) is None


def test_text_that_is_no_toml_is_left_to_a_person() -> None:
    assert merge_toml(BASE, BASE + "[", BASE + "x = 1\n") is None


def test_tables_of_both_sides_and_their_comments_stand() -> None:
    ours = BASE + "\n[tool.mine]\n# why\nx = 1  # this\n"
    theirs = BASE + "\n[[tool.mypy.overrides]]\n# Theirs.\nmodule = ['celery.*']\n\n[tool.theirs]\ny = 2  # that\n"

    merged = merge_toml(BASE, ours, theirs)

    assert merged is not None
    assert tomllib.loads(merged)["tool"]["mine"] == {"x": 1}
    assert tomllib.loads(merged)["tool"]["theirs"] == {"y": 2}
    assert [table["module"] for table in tomllib.loads(merged)["tool"]["mypy"]["overrides"]] == [
        ["flask_migrate.*"],
        ["celery.*"],
    ]
    for comment in ("# No type hints.", "# why", "# this", "# Theirs.", "# that"):
        assert comment in merged


def test_lists_in_one_line_are_merged_as_well() -> None:
    merged = merge_toml(BASE, edited(('"F"]', '"F", "S"]')), edited(('"F"]', '"F", "B"]')))

    assert merged == edited(('"F"]', '"F", "B", "S"]'))


names = st.lists(st.sampled_from(["a", "b-c", "d.e", "f", "g"]), max_size=5, unique=True)


@example(["a", "b-c"], ["a", "b-c"], ["b-c", "a"])
@given(names, names, names)
def test_no_item_is_lost_and_none_that_one_side_drops_comes_back(
    base: list[str], ours: list[str], theirs: list[str]
) -> None:
    texts = [
        "dependencies = [\n" + "".join(f'  "{name}>=1",\n' for name in side) + "]\n" for side in (base, ours, theirs)
    ]

    merged = merge_toml(*texts)

    assert merged is not None
    found = {item.removesuffix(">=1") for item in tomllib.loads(merged)["dependencies"]}
    before, mine, other = set(base), set(ours), set(theirs)
    assert found == (mine & other) | (mine - before) | (other - before)


def test_one_package_that_both_sides_ask_for_differently_is_left_to_a_person() -> None:
    ours = edited(('  "gunicorn', '  "psycopg[binary]==3.1.8",\n  "gunicorn'))
    theirs = edited(('  "gunicorn', '  "psycopg[binary,pool]>=3.3.9,<4",\n  "gunicorn'))

    assert merge_toml(BASE, ours, theirs) is None


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        pytest.param("", ('"gunicorn>=27,<28",', '"flask>=3.1,<4",'), id="of an unedited list"),
        pytest.param('  "mine",\n', ('"gunicorn>=27,<28",', '"flask>=3.1,<4",', '"mine",'), id="of an edited one"),
    ],
)
def test_the_order_that_the_template_alone_changes_is_taken_over(ours: str, expected: tuple[str, ...]) -> None:
    mine = edited(('  "gunicorn', f'{ours}  "gunicorn'), ("line-length = 100", "line-length = 88"))
    old, new = '  "flask>=3.1,<4",\n  "gunicorn>=27,<28",\n', '  "gunicorn>=27,<28",\n  "flask>=3.1,<4",\n'

    merged = merge_toml(BASE, mine, edited((old, new)))

    assert merged is not None
    assert 'name = "shop"\ndependencies = [\n  ' + "\n  ".join(expected) + "\n]\n" in merged
    assert "line-length = 88" in merged


def test_a_comment_of_ours_goes_along_with_its_item_in_a_new_order() -> None:
    old, new = '  "flask>=3.1,<4",\n  "gunicorn>=27,<28",\n', '  "gunicorn>=27,<28",\n  "flask>=3.1,<4",\n'
    ours = ('"flask>=3.1,<4",', '"flask>=3.1,<4",  # why')

    assert merge_toml(BASE, edited(ours), edited((old, new))) == edited((old, new), ours)


def test_comments_stay_beside_the_items_that_they_are_about() -> None:
    old = 'dependencies = [\n  "a",\n  # For uploads.\n  "b",  # old\n  "c",\n]\n'
    ours = old.replace('  "c",\n', '  "c",\n  "mine",  # mine\n').replace('  "a",\n', "")
    theirs = old.replace("  # For", '  # Is new.\n  "new",  # new\n  # For').replace('  "b",', '  "b>1",')

    assert merge_toml(old, ours, theirs) == (
        'dependencies = [\n  # Is new.\n  "new",  # new\n  # For uploads.\n  "b>1",  # old\n  "c",\n'
        '  "mine",  # mine\n]\n'
    )


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        pytest.param('["a"]', '["a", "m"]', '["a", "t"]', '["a", "t", "m"]', id="one line"),
        pytest.param('[ "a" ]', '[ "a", "m" ]', '[ "t", "a" ]', '[ "t", "a", "m" ]', id="with spaces"),
        pytest.param("[]", '["m"]', '["t"]', '["t", "m"]', id="nothing before"),
        pytest.param('["a"]', "[]", '["a", "t"]', '["t"]', id="nothing of ours"),
        pytest.param(
            '[\n  "a"\n]',
            '[\n  "a",  # m\n  "m"\n]',
            '[\n  "a",\n  "t"\n]',
            '[\n  "a",  # m\n  "t",\n  "m"\n]',
            id="no last comma",
        ),
        pytest.param(
            '[\n  "a"\n]',
            '[\n  "a",\n  "m"  # m\n]',
            '[\n  "t",\n  "a"\n]',
            '[\n  "t",\n  "a",\n  "m"  # m\n]',
            id="comment last",
        ),
        pytest.param(
            '[\n  "a", "b",\n]',
            '[\n  "a", "b", "m",\n]',
            '[\n  "a",\n  # T.\n  "t",\n  "b",\n]',
            '[\n  "a",\n  # T.\n  "t", "b", "m",\n]',
            id="side by side",
        ),
        pytest.param('["b", "a"]', '["b", "a", "m"]', '["a", "b"]', '["a", "m", "b"]', id="another order"),
        pytest.param(
            '[{n = "a", v = ["x, y"]}]',
            '[{n = "a", v = ["x, y"]}, "m"]',
            '[{n = "a", v = ["x, y"]}, "#t"]',
            '[{n = "a", v = ["x, y"]}, "#t", "m"]',
            id="brackets and commas inside",
        ),
    ],
)
def test_items_are_laid_out_as_ours_are(base: str, ours: str, theirs: str, expected: str) -> None:
    merged = merge_toml(f"x = {base}  # end\n", f"x = {ours}  # end\n", f"x = {theirs}  # end\n")

    assert merged == f"x = {expected}  # end\n"


def test_fields_of_one_table_in_a_list_are_merged_where_it_stands() -> None:
    base = '[[index]]\nname = "a"  # first\nurl = "x"\n\n[[index]]\nname = "b"\n'
    ours = base.replace('url = "x"', 'url = "mine"')
    theirs = base.replace('url = "x"', 'url = "x"\nexplicit = true')

    merged = merge_toml(base, ours, theirs)

    assert merged is not None
    assert tomllib.loads(merged)["index"] == [{"name": "a", "url": "mine", "explicit": True}, {"name": "b"}]
    assert "# first" in merged


def test_an_option_and_its_value_stay_together() -> None:
    base = '[tool.pytest]\naddopts = ["-q", "-n", "2"]\n'
    ours, theirs = base.replace('"-q"', '"-q", "--mine"'), base.replace('"2"', '"4"')

    assert merge_toml(base, ours, theirs) == '[tool.pytest]\naddopts = ["-q", "--mine", "-n", "4"]\n'


written = st.lists(
    st.tuples(st.sampled_from(["a", "b>1", "b[x]>1", "c", "d"]), st.sampled_from(["", "  # why"])),
    max_size=4,
    unique_by=lambda item: item[0][0],
)


@given(written, written, written)
def test_no_comment_of_ours_is_lost_beside_its_item(
    base: list[tuple[str, str]], ours: list[tuple[str, str]], theirs: list[tuple[str, str]]
) -> None:
    mine = [(item, comment.replace("why", f"mine {item}")) for item, comment in ours]
    texts = [
        "".join(["dependencies = [\n", *(f'  "{item}",{comment}\n' for item, comment in side), "]\n"])
        for side in (base, mine, theirs)
    ]

    merged = merge_toml(*texts)

    if merged is not None:
        found = tomllib.loads(merged)["dependencies"]
        assert {item for item, _ in [*ours, *theirs] if item not in dict(base)} <= set(found)
        for item, comment in mine:
            assert comment in merged
            assert item not in found or not comment or f'"{item}",{comment}\n' in merged
