"""The commands' stories: what is decided before anything is made, whatever the answers."""

from __future__ import annotations

import os
from base64 import b64decode
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.running import Workplace
from support.sources import TEMPLATES, catalogue
from waypost.advice.evidence import DECISIONS
from waypost.commands.advise import advise
from waypost.commands.answers import answers_init
from waypost.commands.new import new
from waypost.errors import AnswersError, SourceError, UsageError, WaypostError
from waypost.questions.answers import Inputs

decisions = st.fixed_dictionaries({}, optional={key: st.sampled_from(values) for key, values in DECISIONS.items()})


def options(answers: dict[str, str]) -> tuple[str, ...]:
    return tuple(f"{key}={value}" for key, value in answers.items())


@settings(max_examples=60, deadline=None)
@given(answers=decisions)
def test_the_advice_never_leads_into_what_cannot_work(answers: dict[str, str]) -> None:
    try:
        reply = answers_init(Inputs(settings=options(answers)))
    except AnswersError as error:
        refused = [row for row in catalogue().refusals if row.because in error.message]
        assert refused
        # Not available yet may be; impossible only where two answers contradict each other, whatever the advice.
        contradicting = [set(row.where) - {"template"} for row in refused if row.status != "planned"]
        assert all(len(keys & set(answers)) > 1 for keys in contradicting)
    else:
        advice = advise(Inputs(settings=options(answers), uses_defaults=True))
        assert reply.fields["template"] == advice.fields["template"]


def test_without_answers_and_without_anybody_to_ask_the_way_out_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no terminal") as caught:
        new(Inputs(), str(tmp_path / "shop"))
    assert "--answers" in caught.value.hint
    assert "--defaults" in caught.value.hint
    with pytest.raises(UsageError):
        advise(Inputs())


def test_a_version_without_a_source_is_a_release_that_has_to_be_known(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="v99 is newer than this Waypost"):
        new(Inputs(uses_defaults=True), str(tmp_path / "shop"), ref="v99")
    assert list(tmp_path.iterdir()) == []


def test_a_destination_is_refused_before_anything_is_asked_or_rendered(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    with pytest.raises(WaypostError, match="not empty"):
        new(Inputs(uses_defaults=True), str(tmp_path))


def test_a_project_is_told_with_its_files_and_next_steps(tmp_path: Path) -> None:
    told: list[str] = []
    made: list[bool] = []
    reply = new(
        Inputs(settings=("project_name=My Shop",)),
        str(tmp_path / "shop"),
        uses_git=False,
        progress=told.append,
        when_made=lambda: made.append((tmp_path / "shop" / "README.md").is_file()),
    )
    assert len(told) == 1
    assert made == [True]
    assert set(reply.fields["changed"]) == {
        path.relative_to(tmp_path / "shop").as_posix() for path in (tmp_path / "shop").rglob("*") if path.is_file()
    }
    assert reply.fields["changed"] == tuple(sorted(reply.fields["changed"]))
    for step in reply.fields["next"]:
        assert step in reply.text


@pytest.mark.slow
@pytest.mark.parametrize("template", TEMPLATES)
def test_the_contents_that_are_said_are_those_that_are_made(place: Workplace, template: str) -> None:
    arguments = ["new", "shop", "--set", f"template={template}"]
    reply = place.run(*arguments, "--dry-run", "--json", "--contents").reply
    assert place.files() == []
    assert place.run(*arguments, "--no-git").code == 0
    # The secret in .env is a new one for every project.
    assert set(reply["changed"]) - reply["contents"].keys() == {".env"}
    for path, content in reply["contents"].items():
        made = place.here / "shop" / path
        said = b64decode(content["base64"]) if content["text"] is None else content["text"].encode()
        assert made.read_bytes() == said
        assert os.access(made, os.X_OK) == content["is_executable"]
    assert any(content["text"] is None for content in reply["contents"].values()) == (template != "flask-micro")


@pytest.mark.slow
@pytest.mark.parametrize("options", [[], ["--json"], ["--dry-run"]], ids=str)
def test_contents_are_for_programs_that_only_look(place: Workplace, options: list[str]) -> None:
    done = place.run("new", "shop", "--defaults", "--contents", *options)
    assert done.code == 2
    assert "--contents needs --dry-run and --json" in done.out + done.err
    assert place.files() == []


def test_the_project_asks_for_no_newer_python_than_the_one_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.version_info", (3, 11, 9, "final", 0))
    assert answers_init(Inputs()).fields["answers"]["python_version"]["value"] == "3.11"
    monkeypatch.setattr("sys.version_info", (3, 13, 1, "final", 0))
    assert answers_init(Inputs()).fields["answers"]["python_version"]["value"] == "3.12"
