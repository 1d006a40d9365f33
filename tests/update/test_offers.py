"""`add --list` says of each feature what adding it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.updating import commit, git, snapshot
from waypost import plan_update
from waypost.commands.new import new
from waypost.errors import AnswersError, StateError
from waypost.projects.belongings import is_migration, keeps_its_lines
from waypost.projects.keeping.memory import MEMORY
from waypost.questions.answers import Inputs
from waypost.questions.record import RECORD
from waypost.update.offers import Offer, offers_for
from waypost.update.plan import plan_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["flask-micro", "flask-blueprints", "django-full"])
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param) / "shop"
    new(Inputs(settings=(f"template={request.param}", "monitoring=statsd")), str(folder), uses_git=False)
    git("init", "--quiet", "--initial-branch=main", cwd=folder)
    commit(folder)
    return folder


@pytest.fixture(scope="module")
def offers(project: Path) -> dict[str, Offer]:
    return {offer.feature.name: offer for offer in offers_for(project)[1]}


def test_every_feature_that_can_be_added_brings_what_was_said(project: Path, offers: dict[str, Offer]) -> None:
    possible = {name: offer for name, offer in offers.items() if offer.state == "possible"}
    assert {"celery", "prometheus", "docker"} <= possible.keys()
    for name, offer in possible.items():
        plan = plan_of(project, Inputs(adds=(name,)), stays=True)
        planned = {change.path: change.kind for change in plan.changes if change.path != RECORD}
        # What follows from the project's own history, or from lines that it keeps, is said by `add --dry-run`.
        every = planned.keys() | offer.files.keys()
        own = {path for path in every if is_migration(path) or keeps_its_lines(path) or "/migrations/" in path}
        own |= {"pyproject.toml", MEMORY}
        assert {path: kind for path, kind in planned.items() if path not in own} == {
            path: kind for path, kind in offer.files.items() if path not in own
        }, name
        assert not plan.conflicts


def test_what_is_refused_is_refused_with_that_reason(project: Path, offers: dict[str, Offer]) -> None:
    refused = {name: offer for name, offer in offers.items() if offer.state == "refused"}
    assert refused
    for name, offer in refused.items():
        with pytest.raises(AnswersError) as caught:
            plan_of(project, Inputs(adds=(name,)), stays=True)
        assert offer.because
        assert offer.because in caught.value.message


def test_what_is_there_changes_nothing_but_the_record(project: Path, offers: dict[str, Offer]) -> None:
    there = [name for name, offer in offers.items() if offer.state == "there"]
    assert "statsd" in there
    for name in there:
        plan = plan_of(project, Inputs(adds=(name,)), stays=True)
        assert {change.path for change in plan.changes} <= {RECORD}


def test_it_names_what_has_to_be_installed_and_to_run(offers: dict[str, Offer]) -> None:
    assert any(item.startswith("celery[redis]") for item in offers["celery"].dependencies)
    assert offers["celery"].servers == ("Redis (REDIS_URL)",)
    assert any(item.startswith("prometheus-client") for item in offers["prometheus"].dependencies)
    assert offers["postgresql"].replaces == "sqlite"
    assert offers["prometheus"].replaces == offers["celery"].replaces == ""


def test_looking_touches_nothing_and_minds_no_edits(project: Path) -> None:
    (project / "mine.txt").write_text("mine\n")
    before = snapshot(project)
    assert offers_for(project)[1]
    assert snapshot(project) == before
    (project / "mine.txt").unlink()


def test_a_folder_that_is_no_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="not a project"):
        offers_for(tmp_path)


def test_a_python_caller_gets_the_same_plan(project: Path) -> None:
    by_name = plan_of(project, Inputs(adds=("prometheus",)))
    by_answer = plan_update(project, {"monitoring": ["statsd", "prometheus"]})
    assert by_name.changes == by_answer.changes
    assert by_name.changed_answers == by_answer.changed_answers
