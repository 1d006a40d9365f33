"""The migrations of a project stay as they are, and those of the template come after them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import ClassVar

import pytest

from support.updating import files
from waypost.errors import StateError
from waypost.projects.keeping.memory import MEMORY, Memory, memory_text, read_memory
from waypost.update.histories.settle import Settled, settled
from waypost.update.histories.tables import tables_of

VERSIONS = "src/shop/migrations/versions"
APP = "apps/items/migrations"


def alembic(revision: str, before: str | None, table: str = "") -> str:
    down = "None" if before is None else f'"{before}"'
    body = f'op.create_table("{table}")' if table else "pass"
    return f'"""One."""\n\nrevision = "{revision}"\ndown_revision = {down}\n\n\ndef upgrade() -> None:\n    {body}\n'


def django(*dependencies: tuple[str, str], model: str = "") -> str:
    operation = f'migrations.CreateModel(name="{model}", fields=[])' if model else ""
    lines = ["class Migration(migrations.Migration):", f"    dependencies = {[*dependencies]!r}"]
    return "\n".join([*lines, f"    operations = [{operation}]", ""])


def settle(
    project: Mapping[str, str], old: Mapping[str, str], new: Mapping[str, str], *, is_other_engine: bool = False
) -> Settled:
    def read(path: str) -> bytes:
        return project[path].encode()

    return settled(frozenset(project), read, files(old), files(new), is_other_engine=is_other_engine)


def text(result: Settled, path: str) -> str:
    return result.new[path].content.decode()


FIRST, SECOND, THIRD = (f"{VERSIONS}/{name}.py" for name in ("0001_items", "0002_accounts", "0003_tokens"))
OWN = f"{VERSIONS}/ab12_own.py"


class TestAlembic:
    OLD: ClassVar = {FIRST: alembic("0001_items", None), SECOND: alembic("0002_accounts", "0001_items")}

    def test_what_the_project_has_takes_no_part_in_the_merge(self) -> None:
        changed = {FIRST: alembic("0001_items", None, "items"), SECOND: alembic("0002_accounts", "0001_items")}
        result = settle(self.OLD, self.OLD, changed)
        assert (result.old, result.new) == ({}, {})
        assert result.differs

    def test_one_that_is_new_comes_after_the_projects_own(self) -> None:
        project = self.OLD | {OWN: alembic("ab12", "0002_accounts")}
        result = settle(project, self.OLD, self.OLD | {THIRD: alembic("0003_tokens", "0002_accounts")})
        assert result.added == (THIRD,)
        assert text(result, THIRD) == alembic("0003_tokens", "ab12")

    def test_more_that_are_new_keep_their_order(self) -> None:
        project = self.OLD | {OWN: alembic("ab12", "0002_accounts")}
        fourth = f"{VERSIONS}/0000_last.py"
        new = {fourth: alembic("0000_last", "0003_tokens"), THIRD: alembic("0003_tokens", "0002_accounts")}
        result = settle(project, self.OLD, self.OLD | new)
        last = next(path for path in result.added if path.endswith("_last.py"))
        assert text(result, THIRD) == alembic("0003_tokens", "ab12")
        assert 'down_revision = "0003_tokens"' in text(result, last)

    def test_a_name_that_is_taken_is_not_taken_twice_and_is_remembered(self) -> None:
        project = self.OLD | {THIRD: alembic("0003_tokens", "0002_accounts", "mine")}
        new = self.OLD | {THIRD: alembic("0003_tokens", "0002_accounts", "tokens")}
        result = settle(project, self.OLD, new)
        fourth = f"{VERSIONS}/0004_tokens.py"
        assert result.added == (fourth,)
        assert text(result, fourth) == alembic("0004_tokens", "0003_tokens", "tokens")
        assert tomllib.loads(text(result, MEMORY)) == {"migrations": {THIRD: fourth}}

        there = project | {fourth: text(result, fourth), MEMORY: text(result, MEMORY)}
        assert settle(there, self.OLD, new).added == ()

    def test_what_goes_stays_and_comes_back_without_a_second_one(self) -> None:
        gone = settle(self.OLD, self.OLD, {FIRST: self.OLD[FIRST]})
        assert (gone.kept, SECOND in gone.old) == ((SECOND,), False)
        assert settle(self.OLD, {FIRST: self.OLD[FIRST]}, self.OLD).added == ()

    def test_one_that_the_user_deleted_stays_deleted(self) -> None:
        assert settle({FIRST: self.OLD[FIRST]}, self.OLD, self.OLD).added == ()

    def test_two_heads_are_said_before_anything_is_added(self) -> None:
        project = self.OLD | {OWN: alembic("ab12", "0001_items")}
        with pytest.raises(StateError, match="2 heads: 0002_accounts, ab12") as raised:
            settle(project, self.OLD, self.OLD | {THIRD: alembic("0003_tokens", "0002_accounts")})
        assert "merge heads" in raised.value.hint

    def test_modules_that_migrations_import_stay_as_long_as_they_are_run(self) -> None:
        models, types, environment = "src/shop/models.py", "src/shop/types.py", "src/shop/migrations/env.py"
        project = {
            FIRST: f"from shop.models import UTCDateTime\n{alembic('0001_items', None)}",
            models: "from .types import Base\n",
            types: "",
            environment: "",
        }
        going = settle(project, project, {environment: ""})
        assert going.old.keys() == {environment}
        assert going.needed == {FIRST, models, types}
        gone = settle(project, project, {})
        assert (set(gone.old), gone.needed) == ({models, types, environment}, frozenset())


class TestDjango:
    FIRST, OWN, NEW = (f"{APP}/{name}.py" for name in ("0001_initial", "0002_colour", "0002_groups"))
    OLD: ClassVar = {FIRST: django(model="Item")}

    def test_one_that_is_new_gets_the_next_number_and_depends_on_the_projects_own(self) -> None:
        project = self.OLD | {self.OWN: django(("items", "0001_initial"))}
        other = "apps/api/migrations/0001_initial.py"
        new = self.OLD | {
            self.NEW: django(("accounts", "0001_initial"), ("items", "0001_initial")),
            other: django(("items", "0002_groups")),
        }
        result = settle(project, self.OLD, new)
        third = f"{APP}/0003_groups.py"
        assert result.added == (other, third)
        assert (
            text(result, third).split("\n")[1].endswith("""[('accounts', '0001_initial'), ('items', "0002_colour")]""")
        )
        assert """('items', "0003_groups")""" in text(result, other)

    def test_a_new_app_comes_whole(self) -> None:
        new = {**self.OLD, "apps/api/migrations/0001_initial.py": django(("accounts", "0001_initial"))}
        result = settle(self.OLD, self.OLD, new)
        assert text(result, "apps/api/migrations/0001_initial.py") == django(("accounts", "0001_initial"))

    def test_two_ends_are_said_before_anything_is_added(self) -> None:
        project = self.OLD | {
            self.OWN: django(("items", "0001_initial")),
            f"{APP}/0002_other.py": django(("items", "0001_initial")),
        }
        with pytest.raises(StateError, match="2 ends: 0002_colour, 0002_other"):
            settle(project, self.OLD, self.OLD | {self.NEW: django(("items", "0001_initial"))})


class TestNumberedSql:
    FOLDER = "src/shop/migrations"
    OLD: ClassVar = {f"{FOLDER}/0001_items.sql": "CREATE TABLE items (id INTEGER);"}

    def test_one_that_is_new_comes_after_all_numbers(self) -> None:
        project = self.OLD | {f"{self.FOLDER}/0007_own.sql": "CREATE TABLE mine (id INTEGER);"}
        result = settle(project, self.OLD, self.OLD | {f"{self.FOLDER}/0002_more.sql": "SELECT 1;"})
        assert result.added == (f"{self.FOLDER}/0008_more.sql",)

    def test_what_runs_them_goes_with_the_template_that_brought_it(self) -> None:
        runner = "src/shop/migrations/__init__.py"
        old = self.OLD | {runner: "def migrate(): ..."}
        assert runner in settle(old, old, {}).old

    def test_for_another_engine_the_templates_are_merged_and_the_users_are_named(self) -> None:
        own = f"{self.FOLDER}/0002_own.sql"
        new = {f"{self.FOLDER}/0001_items.sql": "CREATE TABLE items (id SERIAL);"}
        result = settle({**self.OLD, own: ""}, self.OLD, new, is_other_engine=True)
        assert (result.new, result.foreign) == (files(new), (own,))


def test_the_tables_of_a_migration_are_read_from_it() -> None:
    assert tables_of(alembic("1", None, "posts")) == ["posts"]
    assert tables_of("CREATE TABLE IF NOT EXISTS items (id INTEGER);\ncreate table `b` (x INT);") == ["items", "b"]
    assert tables_of(django(model="Item"), label="items") == ["items_item"]


@pytest.mark.parametrize(
    "content",
    [
        *(b"migrations = 1", b"[migrations]\na = 1\n", b"\xff", b"=", b"[migrations]\na.b = 'c'\n"),
        *(b"adopted = 1", b"[adopted]\n", b"[adopted]\ntaken = [1]\n", b"[adopted]\ntaken = 1\n"),
    ],
)
def test_a_memory_that_cannot_be_read_is_an_error(content: bytes) -> None:
    with pytest.raises(StateError, match=r"\.waypost\.toml cannot be read"):
        read_memory(content)


def test_what_is_remembered_is_read_again() -> None:
    remembered = Memory(migrations={'a/"quoted" é.py': "b.py"}, taken=frozenset({"Makefile", "a b"}))
    assert read_memory(memory_text(remembered)) == remembered
    assert read_memory(memory_text(Memory(taken=frozenset()))) == Memory(taken=frozenset())
    assert read_memory(None) == Memory()
