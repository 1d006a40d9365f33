"""Combinations of choices, really installed, checked, tested, started and asked for their pages.

With ``WAYPOST_PROOF=1``, as `make proof` sets it, every pair of choices, random sets of answers beyond them, and all
dependencies at their lowest versions; what passed is remembered, and not repeated until something of it has changed.
Otherwise one set of answers a template, and another one with another ``WAYPOST_SEED``.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import resource
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support.choices import SEED, at_random, pairwise, shown
from support.environments import fitting, required_by
from support.proved import digest_of, recalled, remember, sources_of
from support.sources import TEMPLATES, catalogue
from waypost.model import Value

if TYPE_CHECKING:
    from templates.conftest import Environment, MakeEnvironment, Render, Run, Serve

Answers = Mapping[str, Value]
THIS = Path(__file__).read_text()
PROVES_ALL = os.environ.get("WAYPOST_PROOF") == "1"
RANDOM = 5
# There is no Oracle to be had. What asks for none is tried all the same, at an address where nobody answers.
NOBODY = "oracle://somebody:secret@127.0.0.1:1/NONE"
NAMED = {"flask", "django", "sqlalchemy", "djangorestframework", "django-ninja", "celery", "channels", "gunicorn"}

Prove = Callable[["Answers", Path, "Environment", Callable[[], Mapping[str, object]]], None]
Servers = Callable[[Answers], AbstractContextManager[dict[str, str]]]


def chosen() -> Iterator[object]:
    for template in TEMPLATES if PROVES_ALL else [random.Random(SEED).choice(TEMPLATES)]:
        sets = [(f"{template}-{number}", answers) for number, answers in enumerate(pairwise(template))]
        if not PROVES_ALL:
            sets = [random.Random(f"{SEED} {template}").choice([each for each in sets if pythons_for(each[1])])]
        else:
            more = enumerate(at_random(template, RANDOM, SEED))
            sets += [(f"{template}-random-{number}", answers) for number, answers in more]
        yield from (pytest.param(answers, id=name) for name, answers in sets)


def chosen_at_lowest() -> Iterator[object]:
    """Few sets of answers that together ask for all that a template's projects can ask for."""
    for template in TEMPLATES if PROVES_ALL else [random.Random(SEED).choice(TEMPLATES)]:
        sets = {shown(answers): answers for answers in pairwise(template) if answers["database"] != "oracle"}
        if not PROVES_ALL:
            sets = {options: answers for options, answers in sets.items() if pythons_for(answers)}
        asked = {options: required_by(answers) for options, answers in sets.items()}
        missing = set().union(*asked.values())
        while missing:
            best = max(asked, key=lambda options: len(asked[options] & missing))
            missing -= asked[best]
            yield pytest.param(sets[best], id=f"{template}-{list(sets).index(best)}")
            if not PROVES_ALL:
                break


def pythons_for(answers: Answers) -> list[str]:
    return fitting(shared_by(answers), str(answers["python_version"]))


def shared_by(answers: Answers) -> str:
    return "django-full-lts" if facts_of(answers)["uses_django_lts"] else str(answers["template"])


def facts_of(answers: Answers) -> Mapping[str, object]:
    return catalogue().resolve(answers).facts


@pytest.mark.service
@pytest.mark.parametrize("answers", list(chosen()))
def test_the_project_passes_its_gates_and_answers(
    *,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    serve: Serve,
    servers: Servers,
    prove: Prove,
    request: pytest.FixtureRequest,
    answers: Answers,
) -> None:
    project = made(render, answers)
    environ = environment(shared_by(answers), python=python_for(answers))
    is_on_oracle = answers["database"] == "oracle"

    def look() -> Mapping[str, object]:
        run(project, environ, "ruff", "check")
        run(project, environ, "ruff", "format", "--check")
        run(project, environ, "mypy")
        with servers(answers) as variables:
            tests = 0
            if not is_on_oracle or falls_back_on_sqlite(answers):
                tested = run(project, environ, "coverage", "run", "-m", "pytest", variables=variables)
                tests = passed(tested.stdout)
                run(project, environ, "coverage", "report")
            if is_on_oracle:
                variables["DATABASE_URL"] = NOBODY
            else:
                migrate(run, project, environ, variables, answers)
            with serve(project, environ, variables=variables) as address:
                for page, status in pages(answers):
                    assert status_of(address + page) == status, page
        return {"kind": "random" if "random" in request.node.callspec.id else "pairs", "tests": tests}

    prove(answers, project, environ, look)


def falls_back_on_sqlite(answers: Answers) -> bool:
    """Whether the project's own tests pass without the server it is made for, as those with models do."""
    return answers["template"] != "flask-micro" and answers.get("data_access", "orm") == "orm"


@pytest.mark.service
@pytest.mark.parametrize("answers", list(chosen_at_lowest()))
def test_its_tests_pass_on_the_lowest_versions_it_allows(
    *,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    servers: Servers,
    prove: Prove,
    answers: Answers,
) -> None:
    project = made(render, answers)
    environ = environment(shared_by(answers), python=oldest_for(answers), lowest=True)

    def look() -> Mapping[str, object]:
        with servers(answers) as variables:
            tests = passed(run(project, environ, "python", "-m", "pytest", variables=variables).stdout)
        return {"kind": "lowest", "tests": tests}

    prove(answers, project, environ, look)


@pytest.fixture
def prove(
    *,
    run: Run,
    serve: Serve,
    live_database: Callable[[str], AbstractContextManager[str]],
    live_redis: Callable[[], AbstractContextManager[str]],
    mongodb: Callable[[], AbstractContextManager[str]],
    record_property: Callable[[str, object], None],
) -> Prove:
    """A function that has a look unless a proof has had it for the same files, and reports what was seen."""
    tests = [THIS, *sources_of(run, serve, live_database, live_redis, mongodb)]

    def once(answers: Answers, project: Path, environ: Environment, look: Callable[[], Mapping[str, object]]) -> None:
        print(shown(answers))  # pytest shows it beside a failure
        digest = digest_of(project, environ.directory, shown(answers), *tests)
        result: Mapping[str, Any] | None = recalled(digest) if PROVES_ALL else None
        if result is None:
            before = cpu_seconds()
            result = {
                **look(),
                "answers": {key: answers[key] for key in ("template", "database")},
                "options": shown(answers),
                "seconds": cpu_seconds() - before,
                "python": environ.python_version,
                "versions": versions(environ),
            }
            if PROVES_ALL:
                remember(digest, result)
        record_property("proved", json.dumps(result))

    return once


@pytest.fixture
def servers(
    live_database: Callable[[str], AbstractContextManager[str]],
    live_redis: Callable[[], AbstractContextManager[str]],
    mongodb: Callable[[], AbstractContextManager[str]],
    tmp_path: Path,
) -> Servers:
    """A function that gives the addresses of what a project stands on, as variables of its environment."""

    @contextlib.contextmanager
    def addresses(answers: Answers) -> Iterator[dict[str, str]]:
        variables: dict[str, str] = {}
        with contextlib.ExitStack() as stack:
            match answers["database"]:
                case "sqlite":
                    variables["DATABASE_URL"] = f"sqlite:///{tmp_path}/app.sqlite3"
                case "mongodb":
                    variables["DATABASE_URL"] = stack.enter_context(mongodb())
                case "postgresql" | "mysql" as engine:
                    variables["DATABASE_URL"] = stack.enter_context(live_database(engine))
            if facts_of(answers)["uses_redis"]:
                variables["REDIS_URL"] = stack.enter_context(live_redis())
            yield variables

    return addresses


def made(render: Render, answers: Answers) -> Path:
    given = {key: list(value) if isinstance(value, tuple) else value for key, value in answers.items()}
    return render(str(given.pop("template")), **given)


def python_for(answers: Answers) -> str:
    """The Python a project asks for at least, or for half of them the newest that is here, as people do."""
    oldest, newest = oldest_for(answers), next(reversed(pythons_for(answers)), "")
    return newest if newest and zlib.crc32(shown(answers).encode()) % 2 else oldest


def oldest_for(answers: Answers) -> str:
    """The Python a project asks for at least, or the next newer one that is here."""
    return next(iter(pythons_for(answers)), str(answers["python_version"]))


def passed(output: str) -> int:
    return int(re.findall(r"(\d+) passed", output)[-1])


def migrate(run: Run, project: Path, environ: Environment, variables: Mapping[str, str], answers: Answers) -> None:
    """What its own `make migrate` does."""
    recipe = re.search(r"^migrate:.*\n((?:\t.+\n)+)", (project / "Makefile").read_text(), re.MULTILINE)
    assert recipe or not facts_of(answers)["uses_database"]
    for line in recipe[1].strip().splitlines() if recipe else ():
        program, *arguments = line.replace("$(BIN)", "").split()
        run(project, environ, program, *arguments, variables=variables)


def pages(answers: Answers) -> Iterator[tuple[str, int]]:
    """What is asked for, and the status that must come back."""
    facts = facts_of(answers)
    is_there = answers["database"] != "oracle"
    yield from (("/healthz", 200), ("/readyz", 200 if is_there else 503))
    if facts["uses_api"]:
        yield "/openapi.json", 200
    if facts["uses_prometheus"]:
        yield "/metrics", 200
    if is_there and (facts["uses_api"] or answers["template"] != "flask-micro"):  # else it has nothing to show there
        yield "/", 200


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def cpu_seconds() -> float:
    """What the processes which this one waited for have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def versions(environ: Environment) -> dict[str, str]:
    found = (path.stem for path in environ.directory.glob("lib/python*/site-packages/*.dist-info"))
    pairs = (name.split("-", 1) for name in found)
    return {name: version for name, version in pairs if name.lower().replace("_", "-") in NAMED}
