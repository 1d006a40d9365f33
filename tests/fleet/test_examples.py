"""The files for fleets that docs/fleet.md shows work as they stand."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.releasing import Checkout
from support.running import Workplace
from support.sources import ROOT, catalogue, git
from waypost.fleet.manifest import read_manifest

pytestmark = pytest.mark.slow

EXAMPLES = ROOT / "examples/fleet"
PROPOSE = EXAMPLES / "propose_update.py"
WORKFLOW = "github-fleet.yml"
PIPELINE = "gitlab-fleet.yml"


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Checkout, Checkout]:
    """Waypost as it was released first and second."""
    folder = tmp_path_factory.mktemp("releases")
    new = Checkout(folder / "new")
    new.has_releases()
    return new.at("v7.1.0", folder / "old"), new


class Forge:
    """A remote repository with an outdated project, a clone of it, and a `gh` and a server that note what they hear."""

    def __init__(self, place: Workplace, old: Checkout, new: Checkout) -> None:
        self.place = place
        self.project = place.here / "project"
        place.run("new", "project", "--set=template=flask-micro", env=old.environment)
        self.remote = place.root / "remote.git"
        git("clone", "--quiet", "--bare", self.project, self.remote, cwd=place.root)
        git("config", "receive.advertisePushOptions", "true", cwd=self.remote)
        git("remote", "add", "origin", self.remote, cwd=self.project)
        self.log = place.root / "log"
        self._program(place.root / "bin/gh", f'printf "%s\\n" "$*" >> {self.log}')
        self._program(self.remote / "hooks/pre-receive", f"env | grep ^GIT_PUSH_OPTION_ >> {self.log}; exit 0")
        command = shlex.join([sys.executable, "-m", "waypost"])
        self._program(place.root / "bin/waypost", f'PYTHONPATH={new.folder / "src"} exec {command} "$@"')

    @staticmethod
    def _program(path: Path, line: str) -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o755)

    def commit(self, name: str, text: str) -> None:
        (self.project / name).write_text(text)
        git("add", "--all", cwd=self.project)
        git("commit", "--quiet", "--message=Mine", cwd=self.project)

    def propose(self, **variables: str) -> subprocess.CompletedProcess[str]:
        path = f"{self.place.root / 'bin'}:{os.environ['PATH']}"
        return subprocess.run(
            [sys.executable, PROPOSE],
            cwd=self.project,
            env=self.place.environment({"PATH": path, "GITLAB_CI": None, **variables}),
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def heard(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    def files_of(self, branch: str) -> str:
        return git("show", f"{branch}:README.md", cwd=self.remote)


@pytest.fixture
def forge(place: Workplace, releases: tuple[Checkout, Checkout]) -> Forge:
    return Forge(place, *releases)


def test_an_update_becomes_a_pull_request_once(forge: Forge) -> None:
    done = forge.propose()
    assert (done.returncode, done.stdout) == (0, "Proposed waypost/v7.2.0\n"), done.stderr
    assert forge.files_of("waypost/v7.2.0").endswith(", again\n")
    assert "--title Update flask-micro from v7.1.0 to v7.2.0 (security)" in forge.heard
    assert "v7.2.0: Security: A hole." in forge.heard
    assert "--draft" not in forge.heard
    git("switch", "--quiet", "main", cwd=forge.project)
    again = forge.propose()
    assert (again.returncode, again.stdout) == (0, "waypost/v7.2.0 was proposed before\n")
    assert forge.heard.count("pr create") == 1


def test_where_no_pull_request_can_be_opened_the_next_run_tries_again(forge: Forge) -> None:
    gh = forge.place.root / "bin/gh"
    works = gh.read_text()
    gh.write_text("#!/bin/sh\nexit 1\n")
    assert forge.propose().returncode == 1
    git("switch", "--quiet", "main", cwd=forge.project)
    git("branch", "--delete", "--force", "--quiet", "waypost/v7.2.0", cwd=forge.project)  # as in a new checkout
    gh.write_text(works)
    again = forge.propose()
    assert (again.returncode, again.stdout) == (0, "Proposed waypost/v7.2.0\n"), again.stderr


def test_conflicts_become_a_draft(forge: Forge) -> None:
    forge.commit("README.md", "# Mine\n")
    done = forge.propose()
    assert (done.returncode, done.stdout) == (0, "Proposed waypost/v7.2.0 as a draft\n"), done.stderr
    assert "--draft" in forge.heard
    assert "Conflict to resolve: README.md" in forge.heard
    lines = forge.files_of("waypost/v7.2.0").splitlines()
    assert "# Mine" in lines
    assert any(line.startswith("<<<<<<<") for line in lines)


@pytest.mark.parametrize("conflicts", [False, True], ids=["clean", "conflicts"])
def test_on_gitlab_it_becomes_a_merge_request(forge: Forge, *, conflicts: bool) -> None:
    if conflicts:
        forge.commit("README.md", "# Mine\n")
    done = forge.propose(GITLAB_CI="true")
    assert done.returncode == 0, done.stderr
    assert "=merge_request.create\n" in forge.heard
    assert "=merge_request.target=main\n" in forge.heard
    assert "=merge_request.title=Update flask-micro from v7.1.0 to v7.2.0 (security)\n" in forge.heard
    assert ("=merge_request.draft\n" in forge.heard) is conflicts


def test_a_current_project_is_left_alone(forge: Forge) -> None:
    forge.propose()
    done = forge.propose()
    assert (done.returncode, done.stdout) == (0, "Current: v7.2.0\n")


def test_what_waypost_refuses_is_passed_on(forge: Forge) -> None:
    (forge.project / "README.md").write_text("# Not committed\n")
    done = forge.propose()
    assert (done.returncode, forge.heard) == (4, "")
    assert "README.md" in done.stderr


def test_a_machine_without_an_identity_commits_as_waypost(forge: Forge) -> None:
    (forge.place.home / ".gitconfig").write_text("[user]\nuseConfigOnly = true\n")
    assert forge.propose().returncode == 0
    assert git("log", "-1", "--format=%an", "waypost/v7.2.0", cwd=forge.remote) == "Waypost\n"


def test_the_manifest_makes_its_projects(place: Workplace) -> None:
    for name in ("fleet.toml", "company.toml"):
        (place.here / name).write_bytes((EXAMPLES / name).read_bytes())
    done = place.run("batch", "fleet.toml", "--json")
    assert done.code == 0, done.out
    assert [row["action"] for row in done.reply["projects"]] == ["new", "new"]
    keys = {setting.partition("=")[0] for entry in read_manifest(EXAMPLES / "fleet.toml") for setting in entry.settings}
    assert keys <= catalogue().by_key.keys()


def documents() -> dict[str, Any]:
    return {name: yaml.safe_load((EXAMPLES / name).read_text()) for name in (WORKFLOW, PIPELINE)}


def test_the_workflows_pin_what_they_use_and_call_the_script() -> None:
    workflow = documents()[WORKFLOW]
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"]) for step in steps if "uses" in step)
    assert any(step.get("run") == "python ../fleet/propose_update.py" for step in steps)
    assert documents()[PIPELINE]["update"]["script"][-1] == 'python "$CI_PROJECT_DIR/propose_update.py"'


def test_the_workflow_reads_the_list_of_repositories(tmp_path: Path) -> None:
    steps = documents()[WORKFLOW]["jobs"]["list"]["steps"]
    script = next(step["run"] for step in steps if step.get("id") == "read")
    if shutil.which("jq") is None:
        pytest.skip("jq is not installed here; GitHub's runners have it")
    env = {**os.environ, "GITHUB_OUTPUT": str(tmp_path / "output")}
    subprocess.run(["bash", "-e", "-c", script], cwd=EXAMPLES, env=env, check=True)
    written = (tmp_path / "output").read_text()
    assert json.loads(written.removeprefix("repositories=")) == ["example/orders", "example/billing"]


def test_renovate_is_told_of_nothing_but_the_template() -> None:
    assert json.loads((EXAMPLES / "renovate.json").read_text())["enabledManagers"] == ["copier"]


def test_the_page_names_every_file() -> None:
    page = (ROOT / "docs/fleet.md").read_text()
    assert [path.name for path in EXAMPLES.iterdir() if path.is_file() and path.name not in page] == []
