"""What is kept from one run to the next: used where it is the user's own, made again wherever anything is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import jinja2
import pytest

from support.running import Workplace
from waypost.system import private
from waypost.system.compiled import CompiledTemplates
from waypost.system.private import KEPT_SECONDS, PrivateStore, digest, parsed, private_folder

KEY = digest("anything")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("WAYPOST_CACHE", str(tmp_path / "cache"))
    private._parsed.cache_clear()
    yield tmp_path / "cache"
    private._parsed.cache_clear()


def is_kept() -> bool:
    """Whether a store of another run finds what one has written."""
    PrivateStore("some").write(KEY, b"content")
    return PrivateStore("some").read(KEY) == b"content"


def test_what_one_run_writes_the_next_reads(folder: Path) -> None:
    assert is_kept()
    assert (folder / "some").stat().st_mode & 0o777 == 0o700


def test_it_lies_where_caches_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAYPOST_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "given"))
    assert private_folder("some") == tmp_path / "given" / "waypost" / "some"
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert private_folder("some") == tmp_path / "home" / ".cache" / "waypost" / "some"


def test_an_empty_variable_switches_it_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYPOST_CACHE", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "given"))
    assert not is_kept()
    assert not (tmp_path / "given").exists()


def open_to_others(folder: Path) -> None:
    (folder / "some").chmod(0o755)


def below_a_folder_for_all(folder: Path) -> None:
    folder.chmod(0o777)


def a_link(folder: Path) -> None:
    (folder / "some").rename(folder / "real")
    (folder / "some").symlink_to(folder / "real")


def a_file_in_the_way(folder: Path) -> None:
    for file in (folder / "some").iterdir():
        file.unlink()
    (folder / "some").rmdir()
    (folder / "some").touch()


@pytest.mark.parametrize("harm", [open_to_others, below_a_folder_for_all, a_link, a_file_in_the_way])
def test_a_folder_that_others_may_have_written_to_is_not_used(folder: Path, harm: Any) -> None:
    assert is_kept()
    harm(folder)
    assert PrivateStore("some").read(KEY) is None
    assert not is_kept()


def test_another_users_folder_is_not_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_kept()
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert PrivateStore("some").read(KEY) is None


def test_a_sticky_folder_on_the_way_is_safe(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o1777)
    assert is_kept()


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(folder: Path) -> None:
    folder.write_text("a file")
    assert not is_kept()


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 100])
def test_a_damaged_file_counts_as_none(folder: Path, content: bytes) -> None:
    assert is_kept()
    (folder / "some" / KEY).write_bytes(content)
    assert PrivateStore("some").read(KEY) is None
    assert is_kept()


def test_a_full_disk_leaves_nothing_half_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_kept()

    def full(*_arguments: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    PrivateStore("some").write(digest("other"), b"content")
    assert {path.name for path in (folder / "some").iterdir()} == {KEY, "pruned"}


def test_what_is_old_is_removed_once_a_day(folder: Path) -> None:
    assert is_kept()
    old = time.time() - KEPT_SECONDS - 60
    os.utime(folder / "some" / KEY, (old, old))
    assert PrivateStore("some").read(KEY) == b"content"
    os.utime(folder / "some" / "pruned", (old, old))
    assert PrivateStore("some").read(KEY) is None


def test_parts_do_not_run_into_each_other() -> None:
    assert len({digest("ab", "c"), digest("a", "bc"), digest("abc"), digest("abc", ""), digest("\ud800")}) == 5


def test_plain_data_is_parsed_once(folder: Path) -> None:
    texts: list[str] = []

    def parse(text: str) -> Any:
        texts.append(text)
        return [{"a": [1, 2.5, None, True, text]}]

    assert parsed("made up", "one", parse) == parsed("made up", "one", parse) == [{"a": [1, 2.5, None, True, "one"]}]
    assert parsed("made up", "two", parse) == [{"a": [1, 2.5, None, True, "two"]}]
    assert parsed("another", "one", parse) == [{"a": [1, 2.5, None, True, "one"]}]
    assert texts == ["one", "two", "one"]


def test_what_is_not_plain_is_parsed_each_time(folder: Path) -> None:
    days = iter([date(2026, 1, 1), date(2026, 1, 2)])
    assert [parsed("made up", "day", lambda _: next(days)) for _ in range(2)] == [date(2026, 1, 1), date(2026, 1, 2)]


def compiled(text: str, **options: Any) -> str:
    environment = jinja2.Environment(
        loader=jinja2.DictLoader({"page": text}),
        bytecode_cache=CompiledTemplates(repr(options)),
        autoescape=False,
        **options,
    )
    return environment.get_template("page").render(name="<Ada>")


def test_a_template_is_compiled_again_only_when_it_or_its_compiler_changed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compiled("{% if name %}\n{{ name }}\n{% endif %}") == "\n<Ada>\n"
    assert len(list((folder / "templates").iterdir())) == 2
    assert compiled("{% if name %}\n{{ name }}\n{% endif %}", trim_blocks=True) == "<Ada>\n"
    assert compiled("{{ name }}!") == "<Ada>!"
    monkeypatch.setattr(jinja2.Environment, "compile", None)
    assert compiled("{% if name %}\n{{ name }}\n{% endif %}") == "\n<Ada>\n"
    assert compiled("{{ name }}!") == "<Ada>!"


def test_code_that_is_none_is_compiled_again(folder: Path) -> None:
    assert compiled("{{ name }}!") == "<Ada>!"
    store = PrivateStore("templates")
    [key] = [path.name for path in (folder / "templates").iterdir() if path.name != "pruned"]
    store.write(key, b"no bytecode")
    assert compiled("{{ name }}!") == "<Ada>!"


def test_a_project_is_the_same_with_and_without_it(place: Workplace, folder: Path) -> None:
    answers = ("--defaults", "--no-git", "--set", "template=flask-micro")
    trees = []
    for name, cache in (("none", ""), ("cold", str(folder)), ("warm", str(folder))):
        (place.here / name).mkdir()
        subprocess.run(
            [sys.executable, "-m", "waypost", "new", "project", *answers],
            cwd=place.here / name,
            env={**os.environ, "WAYPOST_CACHE": cache},
            check=True,
            capture_output=True,
        )
        root = place.here / name / "project"
        trees.append(
            {
                str(path.relative_to(root)): path.read_bytes()
                for path in root.rglob("*")
                if path.is_file() and path.name != ".env"
            }
        )
    assert trees[0] == trees[1] == trees[2]
    assert (folder / "templates").is_dir()
    assert (folder / "parsed").is_dir()
