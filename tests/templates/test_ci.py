"""The pipelines of generated projects: sound by their schemas and linter, and their commands really run in order."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import urllib.parse
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from support.deploying import lint, program

if TYPE_CHECKING:
    from templates.conftest import FindTraces, MakeEnvironment, Render, Run

pytestmark = pytest.mark.project

TEMPLATES = ("flask-micro", "flask-blueprints", "django-full")
ALONE: Mapping[str, object] = {"database": "sqlite"}
# Everything that a pipeline starts a server for.
ANSWERS: Mapping[str, Mapping[str, object]] = {
    "alone": ALONE,
    "postgresql and redis": {"database": "postgresql", "jobs": "celery"},
    "mysql": {"database": "mysql", "deployment": ["docker"]},
    "mongodb": {"database": "mongodb"},
}
ROWS = [
    (template, name) for template in TEMPLATES for name in ANSWERS if name != "mongodb" or template == "flask-micro"
]


@pytest.mark.parametrize(("template", "name"), ROWS)
def test_the_workflow_for_github_is_sound_pinned_and_may_only_read(render: Render, template: str, name: str) -> None:
    project = render(template, ci="github", **ANSWERS[name])
    path = project / ".github" / "workflows" / "check.yml"
    lint("check-jsonschema", "--builtin-schema", "vendor.github-workflows", path)
    lint("zizmor", "--offline", "--quiet", path)
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {"contents": "read"}
    job, *image = workflow["jobs"].values()
    for each in (job, *image):
        assert "permissions" not in each
        assert each["if"].endswith("github.ref_name == github.event.repository.default_branch")
    assert [each["steps"][-1]["run"] for each in image] == (
        ["docker build --tag my-project ."] if "deployment" in ANSWERS[name] else []
    )
    used = re.findall(r"uses: (\S+)(.*)", path.read_text())
    assert used
    for action, comment in used:
        assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", action)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)
    addresses = _addresses(job.get("env", {}))
    assert {service: _ports(service, job["services"]) for service in job.get("services", {})} == {
        address.scheme: {address.port} for address in addresses
    }
    assert {address.hostname for address in addresses} <= {"127.0.0.1"}


@pytest.mark.parametrize(("template", "name"), ROWS)
def test_the_pipeline_for_gitlab_is_sound_and_reaches_its_services(render: Render, template: str, name: str) -> None:
    project = render(template, ci="gitlab", **ANSWERS[name])
    path = project / ".gitlab-ci.yml"
    lint("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci", path)
    [job] = yaml.safe_load(path.read_text()).values()
    # A service is reached by the name of its image.
    hosts = {image.partition(":")[0] for image in job.get("services", [])}
    assert {address.hostname for address in _addresses(job.get("variables", {}))} == hosts


@pytest.mark.parametrize("ci", [pytest.param("github", marks=pytest.mark.thorough), "gitlab"])
def test_where_no_oracle_can_be_started_the_pipeline_does_what_needs_none(
    render: Render, environment: MakeEnvironment, run: Run, ci: str
) -> None:
    project = render("flask-micro", ci=ci, database="oracle")
    path = project / {"github": ".github/workflows/check.yml", "gitlab": ".gitlab-ci.yml"}[ci]
    [command] = re.findall("make (?!setup).*$", path.read_text(), re.MULTILINE)[-1:]
    run(project, environment("flask-micro"), *command.split())


@pytest.mark.parametrize("ci", ["none", "github", "gitlab"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_renovate_accepts_its_file_and_looks_after_all_that_is_there(render: Render, template: str, ci: str) -> None:
    for deployment in ([], ["docker"]):
        project = render(template, ci=ci, deployment=deployment, dependency_updates="renovate")
        lint("check-jsonschema", "--builtin-schema", "vendor.renovate", project / "renovate.json")
        managers = set(yaml.safe_load((project / "renovate.json").read_text())["enabledManagers"])
        expected = {"copier", "pep621", *{"github": ["github-actions"], "gitlab": ["gitlabci"], "none": []}[ci]}
        assert managers == expected | ({"docker-compose", "dockerfile"} if deployment else set())


@pytest.mark.parametrize("ci", ["none", "github"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_dependabot_accepts_its_file_and_looks_after_all_that_is_there(render: Render, template: str, ci: str) -> None:
    for deployment in ([], ["docker"]):
        project = render(template, ci=ci, deployment=deployment, dependency_updates="dependabot")
        path = project / ".github" / "dependabot.yml"
        lint("check-jsonschema", "--builtin-schema", "vendor.dependabot", path)
        lint("zizmor", "--offline", "--quiet", path)
        systems = {each["package-ecosystem"] for each in yaml.safe_load(path.read_text())["updates"]}
        expected = {"uv", *(["github-actions"] if ci == "github" else [])}
        assert systems == expected | ({"docker", "docker-compose"} if deployment else set())
        assert (project / ".github" / "workflows").exists() == (ci == "github")


@pytest.mark.parametrize("template", TEMPLATES)
def test_nothing_proposes_versions_unasked(render: Render, find_traces: FindTraces, template: str) -> None:
    assert find_traces(render(template, ci="github", deployment=["docker"]), "renovate|dependabot") == set()


@pytest.mark.service
@pytest.mark.parametrize(
    ("template", "ci"),
    [
        pytest.param("flask-micro", "gitlab", marks=pytest.mark.thorough),
        pytest.param("flask-blueprints", "github", marks=pytest.mark.thorough),
        pytest.param("django-full", "gitlab", marks=pytest.mark.thorough),
    ],
)
def test_the_commands_of_the_pipeline_pass_in_a_fresh_checkout(
    *,
    render: Render,
    environment: MakeEnvironment,
    live_database: Callable[[str], AbstractContextManager[str]],
    live_redis: Callable[[], AbstractContextManager[str]],
    template: str,
    ci: str,
    tmp_path: Path,
) -> None:
    project = render(template, ci=ci, **ANSWERS["postgresql and redis"])
    checkout = _cloned(project, tmp_path)
    if ci == "github":
        [job] = yaml.safe_load((checkout / ".github/workflows/check.yml").read_text())["jobs"].values()
        settings, commands = job["env"], [step["run"] for step in job["steps"] if "run" in step]
    else:
        [job] = yaml.safe_load((checkout / ".gitlab-ci.yml").read_text()).values()
        settings, commands = job["variables"], [*job["before_script"], *job["script"]]
    # make is here already.
    assert len([command for command in commands if not command.startswith("apt-get ")]) == 2
    with contextlib.ExitStack() as stack:
        here = {
            "postgresql": stack.enter_context(live_database("postgresql")),
            "redis": stack.enter_context(live_redis()),
        }
        variables = {
            name: here[urllib.parse.urlsplit(value).scheme] if "://" in value else value
            for name, value in settings.items()
        }
        assert sorted(variables) == sorted({"DATABASE_URL", "REDIS_URL", *settings})
        # What the image brings: a Python of the version asked for, and no tools.
        python = environment(template).python.resolve().parent
        environ = {
            "PATH": f"{python}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(tmp_path),
            "CI": "true",
            **{name: value for name, value in os.environ.items() if re.match(r"PIP_|SSL_|\w+_proxy$", name)},
            **variables,
        }
        for command in commands:
            if command.startswith("apt-get "):
                continue
            done = subprocess.run(
                ["sh", "-e", "-c", command],
                cwd=checkout,
                env=environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=550,
                check=False,
            )
            assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    status = subprocess.run(
        [program("git"), "status", "--porcelain"], cwd=checkout, capture_output=True, text=True, check=True
    )
    assert status.stdout == "", "the pipeline leaves files that git would take"


def _addresses(variables: Mapping[str, str]) -> list[urllib.parse.SplitResult]:
    return [urllib.parse.urlsplit(value) for value in variables.values() if "://" in value]


def _ports(name: str, services: Mapping[str, Any]) -> set[int]:
    """The ports of this machine at which a service is found."""
    return {int(port.partition(":")[0]) for port in services[name]["ports"]}


def _cloned(project: Path, folder: Path) -> Path:
    """What somebody else gets who fetches the project."""
    identity = ("-c", "user.name=A", "-c", "user.email=a@b.example", "-c", "commit.gpgSign=false")
    for arguments in (
        ("init", "--quiet"),
        ("add", "--all"),
        (*identity, "commit", "--quiet", "--message", "First"),
        ("clone", "--quiet", ".", str(folder / "checkout")),
    ):
        subprocess.run([program("git"), *arguments], cwd=project, check=True, capture_output=True)
    return folder / "checkout"
