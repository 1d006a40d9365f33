"""What contributors meet first: the workflow, the forms and the hooks are sound, and use the tools that make uses."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from support.sources import ROOT

WORKFLOW = ROOT / ".github" / "workflows" / "check.yml"
SCHEMAS = {
    ".github/workflows/check.yml": "vendor.github-workflows",
    ".github/ISSUE_TEMPLATE/bug.yml": "vendor.github-issue-forms",
    ".github/ISSUE_TEMPLATE/idea.yml": "vendor.github-issue-forms",
    ".github/ISSUE_TEMPLATE/config.yml": "vendor.github-issue-config",
}


def lint(program: str, *arguments: str | Path) -> None:
    """Run one of the tools of development on this repository."""
    tool = Path(sys.executable).with_name(program)
    done = subprocess.run([tool, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_form_and_workflow_has_a_schema() -> None:
    forms = {str(path.relative_to(ROOT)) for path in (ROOT / ".github").rglob("*.yml")}
    assert forms == set(SCHEMAS)


@pytest.mark.parametrize("path", SCHEMAS)
def test_it_follows_its_schema(path: str) -> None:
    lint("check-jsonschema", "--builtin-schema", SCHEMAS[path], path)


def test_every_job_has_a_time_limit() -> None:
    lint("check-jsonschema", "--builtin-schema", "custom.github-workflows-require-timeout", WORKFLOW)


def test_zizmor_finds_nothing() -> None:
    lint("zizmor", "--offline", "--quiet", ".github", ".pre-commit-config.yaml")


def test_the_workflow_may_only_read_and_pins_its_actions_as_those_of_generated_projects() -> None:
    workflow = yaml.safe_load(WORKFLOW.read_text())
    assert workflow["permissions"] == {"contents": "read"}
    assert not [name for name, job in workflow["jobs"].items() if "permissions" in job]
    used = re.findall(r"uses: (\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$", WORKFLOW.read_text(), re.MULTILINE)
    assert len(used) == WORKFLOW.read_text().count("uses:")
    generated = (ROOT / "templates/_shared/github-check.yml").read_text()
    assert set(used) <= set(re.findall(r"uses: (.*)", generated))


def test_the_workflow_runs_quick_first_and_then_everything_on_each_python() -> None:
    jobs = yaml.safe_load(WORKFLOW.read_text())["jobs"]
    assert jobs["test"]["needs"] == "quick"
    assert jobs["quick"]["steps"][-1]["run"].startswith("make quick")
    assert jobs["test"]["steps"][-1]["run"] == ".ci/run"
    pythons = jobs["test"]["strategy"]["matrix"]["python"]
    assert pythons == ["3.11", "3.12", "3.13", "3.14", "3.15"]


def test_pre_commit_runs_make_and_nothing_from_elsewhere() -> None:
    lint("pre-commit", "validate-config")
    [repository] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert repository["repo"] == "local"
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for hook in repository["hooks"]:
        make, target = hook["entry"].split()
        assert (make, hook["language"]) == ("make", "system")
        assert target in targets


def test_contributing_says_how_long_each_target_takes() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    rows = re.findall(r"^\| `make ([a-z]+)` \|", text, re.MULTILINE)
    assert rows == [target for target in targets if target != "help"]
