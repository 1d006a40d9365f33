"""Deployment files: sound by their linters, and all that they start really started, Docker itself left out."""

from __future__ import annotations

import contextlib
import json
import re
import shlex
import shutil
import signal
import socket
import time
import urllib.parse
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from services import free_port
from support.containers import Image, build_context, compose_of, end, stages_of, tree
from support.deploying import SECRET, START_SECONDS, ask, lint, wait

if TYPE_CHECKING:
    from templates.conftest import Background, MakeEnvironment, Render, Run

pytestmark = pytest.mark.project

TEMPLATES = ("flask-micro", "flask-blueprints", "django-full")
# What somebody has in .env whose project is in production.
ENV_FILE = {
    "SECRET_KEY": SECRET,
    "ALLOWED_HOSTS": "localhost,127.0.0.1",
    "DATABASE_PASSWORD": "abc123",
    "TRUSTED_PROXIES": "1",
    "WEB_CONCURRENCY": "2",
}


@pytest.fixture(scope="module", params=TEMPLATES)
def template(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_gates_are_green_with_all_of_it(
    deployed: Callable[..., Path], run: Run, environment: MakeEnvironment, template: str
) -> None:
    project = deployed(template)
    run(project, environment(template), "ruff", "check")
    run(project, environment(template), "ruff", "format", "--check")
    # The file that deployment adds; a gate of its own would only repeat what other tests run.
    assert '"deploy/healthcheck.py"' in (project / "pyproject.toml").read_text()
    run(project, environment(template), "mypy", "deploy/healthcheck.py")


def test_without_deployment_there_is_no_trace_of_it(render: Render, template: str) -> None:
    project = render(template, ci="github")
    assert not [name for name in ("Dockerfile", ".dockerignore", "compose.yaml", "deploy") if (project / name).exists()]
    texts = {
        path.name: path.read_text(encoding="utf-8")
        for path in project.iterdir()
        if path.is_file() and path.name != ".copier-answers.yml"
    }
    said = re.compile(r"docker|compose\.yaml|nginx|supervisor|DATABASE_PASSWORD|deploy/", re.IGNORECASE)
    assert {name for name, text in texts.items() if said.search(text)} == set()


# Docker: what can be said of the files


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_linter_finds_nothing_in_the_dockerfile(
    deployed: Callable[..., Path], template: str, database: str
) -> None:
    lint("hadolint", deployed(template, database=database) / "Dockerfile")


def test_the_image_is_small_in_rights_and_knows_no_secret(deployed: Callable[..., Path], template: str) -> None:
    project = deployed(template)
    stages = stages_of(project / "Dockerfile")
    assert [stage.base.partition(" ")[0] for stage in stages] == ["python:3.12-slim-trixie"] * 2
    final = stages[-1]
    names = [name for name, _ in final.instructions]
    assert names.count("USER") == names.count("HEALTHCHECK") == names.count("CMD") == 1
    assert int(final.value("USER")) > 0
    assert names.index("USER") > max(index for index, name in enumerate(names) if name in {"RUN", "COPY"})
    assert not re.search(r"apt|pip|uv |gcc", " ".join(value for name, value in final.instructions if name == "RUN"))
    assert json.loads(final.value("CMD"))[0] == "gunicorn"
    assert json.loads(final.value("HEALTHCHECK").partition("CMD ")[2])[-1] == "/healthz"
    kept = [value for stage in stages for name, value in stage.instructions if name in {"ENV", "ARG", "LABEL"}]
    assert not re.search(r"SECRET|PASSWORD|TOKEN", " ".join(kept))


def test_nothing_secret_nor_of_this_machine_is_sent_to_docker(
    deployed: Callable[..., Path], template: str, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    shutil.copytree(deployed(template), project)
    strange = [
        *(
            ".env",
            ".env.production",
            ".git/config",
            ".venv/bin/python",
            "app.sqlite3",
            "db.sqlite3-wal",
            "data/b.sqlite3",
        ),
        *("deploy/certificate/privkey.pem", ".mypy_cache/x", ".coverage", "build/x", "key.pem", "config/local.pem"),
        "staticfiles/x" if template == "django-full" else "instance/app.sqlite3",
    ]
    for name in strange:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("secret")
    sent = build_context(project)
    assert not sent & set(strange)
    assert not [name for name in sent if name.startswith(("tests/", "docs/", ".git"))]
    assert {"pyproject.toml", "README.md", "LICENSE", "gunicorn.conf.py", "deploy/healthcheck.py"} <= sent


SERVICES = {
    "flask-micro": [
        ({"database": "none"}, {"web"}),
        (
            {"database": "mysql", "jobs": "celery", "deployment": ["docker"]},
            {"web", "migrate", "database", "redis", "worker", "beat"},
        ),
        ({"database": "mongodb", "deployment": ["docker"]}, {"web", "migrate", "database"}),
    ],
    "flask-blueprints": [
        ({"database": "sqlite"}, {"web", "migrate", "nginx"}),
        ({"database": "oracle", "deployment": ["docker"]}, {"web", "migrate"}),
        ({"jobs": "celery", "realtime": True}, {"web", "migrate", "nginx", "redis", "worker", "beat"}),
        ({"database": "mongodb"}, {"web", "migrate", "nginx", "database"}),
    ],
    "django-full": [
        ({"jobs": "celery", "deployment": ["docker"]}, {"web", "migrate", "redis", "worker", "beat"}),
        (
            {"database": "postgresql", "jobs": "celery", "realtime": True},
            {"web", "migrate", "nginx", "database", "redis", "worker", "beat"},
        ),
        (
            {"database": "mongodb", "jobs": "celery", "deployment": ["docker"]},
            {"web", "migrate", "database", "redis", "worker", "beat"},
        ),
    ],
}


@pytest.mark.parametrize(
    ("template", "answers", "expected"),
    [(template, *row) for template, rows in SERVICES.items() for row in rows],
)
def test_the_compose_file_is_sound(
    deployed: Callable[..., Path], template: str, answers: Mapping[str, object], expected: set[str]
) -> None:
    project = deployed(template, **answers)
    lint("check-jsonschema", "--builtin-schema", "vendor.compose-spec", project / "compose.yaml")
    compose = compose_of(project)
    services = compose["services"]
    assert services.keys() == expected | ({"nginx"} if "deployment" not in answers else set())
    _check_services(services)
    mounted = {volume.partition(":")[0] for service in services.values() for volume in _named_volumes(service)}
    assert mounted == set(compose.get("volumes", {}))


# MongoDB keeps the account that its image makes in a database apart.
@pytest.mark.parametrize(
    ("database", "port", "account"),
    [("postgresql", 5432, ""), ("mysql", 3306, ""), ("mongodb", 27017, "authSource=admin")],
)
def test_the_application_asks_the_database_beside_it_with_the_password_that_this_was_given(
    deployed: Callable[..., Path], template: str, database: str, port: int, account: str
) -> None:
    services = compose_of(deployed(template, database=database, jobs="celery"), ENV_FILE)["services"]
    given = services["database"]["environment"]
    for name in ("web", "migrate", "worker", "beat"):
        address = urllib.parse.urlsplit(services[name]["environment"]["DATABASE_URL"])
        assert (address.scheme, address.hostname, address.port) == (database, "database", port)
        assert (address.path, address.query) == ("/app", account)
        assert {address.username, address.password} <= set(given.values())
        assert address.password == ENV_FILE["DATABASE_PASSWORD"]
        assert "database" in services[name]["depends_on"]


@pytest.mark.parametrize("database", ["postgresql", "mongodb"])
def test_compose_says_which_setting_is_missing(deployed: Callable[..., Path], template: str, database: str) -> None:
    text = (deployed(template, database=database) / "compose.yaml").read_text()
    assert set(re.findall(r"\$\{(\w+):\?is missing in \.env\}", text)) == {
        "SECRET_KEY",
        "ALLOWED_HOSTS",
        "DATABASE_PASSWORD",
    }
    assert not re.search(r"\$\{?\w+[^:\w]", re.sub(r"\$\{\w+:\?[^}]*\}|\$\$", "", text))


def _check_services(services: Mapping[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        once = service["restart"] == "no"
        assert once is (name == "migrate")
        healthy = "healthcheck" in service and not service["healthcheck"].get("disable")
        assert healthy or name in {"migrate", "beat"}
        assert "no-new-privileges:true" in service["security_opt"]
        if "build" in service:
            assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        else:
            assert re.fullmatch(r"[a-z]+:\d+(\.\d+)?", service["image"])
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
        for other, needed in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if other == "migrate" else "service_healthy"
            assert needed["condition"] == wanted
            assert other in services


def _named_volumes(service: Mapping[str, Any]) -> list[str]:
    return [volume for volume in service.get("volumes", []) if isinstance(volume, str) and not volume.startswith(".")]


# Docker: what the image is made by, and what runs in it


# flask-micro is made as flask-blueprints is.
@pytest.mark.parametrize("template", ["flask-blueprints", "django-full"])
def test_what_the_dockerfile_says_makes_a_server_that_migrates_serves_and_stops(
    deployed: Callable[..., Path], environment: MakeEnvironment, template: str, tmp_path: Path
) -> None:
    project = deployed(template)
    image = Image(project, tmp_path, environment(template).python)
    services = compose_of(project, ENV_FILE)["services"]
    mail = {"EMAIL_SERVER": "mail.example", "EMAIL_FROM": "a@mail.example"}
    variables = ENV_FILE | mail | {name: str(value) for name, value in services["web"]["environment"].items()}

    end(image.run(services["migrate"]["command"], variables))
    before = tree(image.app)
    port = free_port()
    server = image.run(image.command("CMD"), variables, port=port)
    try:
        wait(lambda: end(image.run(image.command("HEALTHCHECK"), variables, port=port), check=False) == 0)
        assert end(image.run(services["web"]["healthcheck"]["test"][1:], variables, port=port)) == 0
        assert end(image.run(image.command("HEALTHCHECK"), variables, port=free_port()), check=False) == 1
        status, _, page = ask(port, "/", headers={"X-Forwarded-Proto": "https"})
        assert status == 200
        for path in re.findall(rb'href="(/static/[^"]+\.css)"', page):
            assert ask(port, path.decode(), headers={"X-Forwarded-Proto": "https"})[0] == 200
        assert b"/static/" in page
    finally:
        server.send_signal(signal.SIGTERM)
        _, errors = server.communicate(timeout=START_SECONDS)
    assert server.returncode == 0, errors
    # The one that asked for a name of somebody else was refused.
    assert not [line for line in errors.splitlines() if '"ERROR"' in line and "DisallowedHost" not in line]
    assert tree(image.app) == before, "it wrote to what is read-only in its container"


def test_an_image_without_settings_does_not_start(
    deployed: Callable[..., Path], environment: MakeEnvironment, run: Run
) -> None:
    project = deployed("flask-micro")
    [stage] = [stage for stage in stages_of(project / "Dockerfile") if "CMD" in dict(stage.instructions)]
    built_in = dict(part.split("=", 1) for part in shlex.split(stage.value("ENV")) if not part.startswith("PATH="))
    done = run(project, environment("flask-micro"), "gunicorn", variables=built_in, expect=None)
    assert done.returncode != 0
    assert "SECRET_KEY" in done.stderr


# Docker: what runs beside the server


@pytest.mark.thorough
@pytest.mark.service
def test_what_compose_runs_beside_the_server_works_and_is_found_healthy(
    *,
    deployed: Callable[..., Path],
    environment: MakeEnvironment,
    run: Run,
    background: Background,
    live_database: Callable[[str], AbstractContextManager[str]],
    live_redis: Callable[[], AbstractContextManager[str]],
    template: str,
    tmp_path: Path,
) -> None:
    project = deployed(template, database="postgresql", jobs="celery")
    installed = environment(template)
    services = compose_of(project, ENV_FILE)["services"]
    with live_database("postgresql") as database, live_redis() as redis, contextlib.ExitStack() as running:
        mail = {"EMAIL_SERVER": "mail.example", "EMAIL_FROM": "a@mail.example"}
        here = {"DATABASE_URL": database, "REDIS_URL": redis, "HOSTNAME": socket.gethostname(), "C_FORCE_ROOT": "1"}
        variables = {name: str(value) for name, value in services["worker"]["environment"].items()} | mail | here
        if template != "django-full":
            variables["FLASK_APP"] = "my_project"  # as the image has it
        run(project, installed, *services["migrate"]["command"], variables=variables)
        for name in ("worker", "beat"):
            assert services[name]["environment"] == services["worker"]["environment"]
            command = [part.replace("/tmp/", f"{tmp_path}/") for part in services[name]["command"]]
            program = str(installed.directory / "bin" / command[0])
            log = running.enter_context(background(project, installed, program, *command[1:], variables=variables))
            health = services[name]["healthcheck"]
            if not health.get("disable"):
                assert seconds_of(health["start_period"]) >= START_SECONDS
                kind, *test = health["test"]
                if kind == "CMD-SHELL":
                    test = ["sh", "-c", test[0].replace("$$", "$")]
                deadline = time.monotonic() + seconds_of(health["start_period"])
                while run(project, installed, *test, variables=variables, expect=None).returncode != 0:
                    assert time.monotonic() < deadline, log.read_text()
                lonely = variables | {"REDIS_URL": "redis://127.0.0.1:1"}
                assert run(project, installed, *test, variables=lonely, expect=None).returncode != 0


def seconds_of(duration: str) -> int:
    [(number, unit)] = re.findall(r"^(\d+)(s|m)$", duration)
    return int(number) * {"s": 1, "m": 60}[unit]
