"""Combinations of choices, really installed, checked, tested, started and asked for their pages.

Every pair of choices with ``WAYPOST_PROOF=1``, as `make proof` sets it; otherwise one set of answers a template, and
another one with another ``WAYPOST_SEED``.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from choices import SEED, pairwise, shown
from sources import ROOT, TEMPLATES, catalogue
from waypost.model import Value

if TYPE_CHECKING:
    from templates.conftest import Environment, MakeEnvironment, Render, Run, Serve

PROVES_ALL = os.environ.get("WAYPOST_PROOF") == "1"
RESULTS = ROOT / ".cache" / "proof"
# No such server can be had from a package; their own tests say what is done instead.
WITHOUT_SERVER = ("oracle", "mongodb")


def chosen() -> Iterator[object]:
    for template in TEMPLATES:
        sets = list(enumerate(pairwise(template)))
        for number, answers in sets if PROVES_ALL else [random.Random(f"{SEED} {template}").choice(sets)]:
            yield pytest.param(answers, id=f"{template}-{number}")


@pytest.mark.service
@pytest.mark.parametrize("answers", list(chosen()))
def test_the_project_passes_its_gates_and_answers(
    *,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    serve: Serve,
    live_database: Callable[[str], AbstractContextManager[str]],
    live_redis: Callable[[], AbstractContextManager[str]],
    request: pytest.FixtureRequest,
    answers: Mapping[str, Value],
    tmp_path: Path,
) -> None:
    start = time.monotonic()
    print(shown(answers))  # pytest shows it beside a failure
    facts = catalogue().resolve(answers).facts
    template, python = str(answers["template"]), str(answers["python_version"])
    environ = environment("django-full-lts" if facts["uses_django_lts"] else template, python=python)
    given = {key: list(value) if isinstance(value, tuple) else value for key, value in answers.items()}
    project = render(template, **{key: value for key, value in given.items() if key != "template"})

    run(project, environ, "ruff", "check")
    run(project, environ, "ruff", "format", "--check")
    run(project, environ, "mypy")
    tested = "not without a server"
    if answers["database"] not in WITHOUT_SERVER:
        with contextlib.ExitStack() as stack:
            variables = servers(answers, facts, stack, live_database, live_redis, tmp_path)
            tests = run(project, environ, "coverage", "run", "-m", "pytest", variables=variables)
            tested = re.findall(r"\d+ passed", tests.stdout)[-1]
            run(project, environ, "coverage", "report")
            migrate(run, project, environ, variables, facts)
            with serve(project, environ, variables=variables) as address:
                for page in pages({**facts, "template": template}):
                    assert status_of(address + page) == 200, page

    if PROVES_ALL:
        RESULTS.mkdir(parents=True, exist_ok=True)
        result = {"answers": shown(answers), "python": python, "tests": tested, "seconds": time.monotonic() - start}
        (RESULTS / f"{request.node.callspec.id}.json").write_text(json.dumps(result))


@pytest.mark.parametrize("template", TEMPLATES if PROVES_ALL else [random.Random(SEED).choice(TEMPLATES)])
def test_its_tests_pass_on_the_lowest_versions_it_allows(
    render: Render, environment: MakeEnvironment, run: Run, template: str
) -> None:
    project = render(template)
    run(project, environment(template, lowest=True), "python", "-m", "pytest")


def servers(
    answers: Mapping[str, Value],
    facts: Mapping[str, object],
    stack: contextlib.ExitStack,
    live_database: Callable[[str], AbstractContextManager[str]],
    live_redis: Callable[[], AbstractContextManager[str]],
    folder: Path,
) -> dict[str, str]:
    """The addresses of what the project stands on."""
    variables: dict[str, str] = {}
    if answers["database"] == "sqlite":
        variables["DATABASE_URL"] = f"sqlite:///{folder}/app.sqlite3"
    elif facts["uses_database"]:
        variables["DATABASE_URL"] = stack.enter_context(live_database(str(answers["database"])))
    if facts["uses_redis"]:
        variables["REDIS_URL"] = stack.enter_context(live_redis())
    return variables


def migrate(
    run: Run, project: Path, environ: Environment, variables: Mapping[str, str], facts: Mapping[str, object]
) -> None:
    """What its own `make migrate` does."""
    if not facts["uses_database"]:
        return
    recipe = re.search(r"^migrate:.*\n((?:\t.+\n)+)", (project / "Makefile").read_text(), re.MULTILINE)
    assert recipe
    for line in recipe[1].strip().splitlines():
        program, *arguments = line.replace("$(BIN)", "").split()
        run(project, environ, program, *arguments, variables=variables)


def pages(facts: Mapping[str, object]) -> Iterator[str]:
    yield from ("/healthz", "/readyz")
    if facts["uses_api"]:
        yield "/openapi.json"
    if facts["uses_api"] or facts["template"] != "flask-micro":  # which without an API has nothing to show
        yield "/"
    if facts["uses_prometheus"]:
        yield "/metrics"


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
