"""Deployment files: sound by their linters, and all that they start really started, Docker itself left out."""

from __future__ import annotations

import contextlib
import getpass
import grp
import gzip
import http.client
import http.cookiejar
import json
import os
import re
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docker.utils.build
import psutil
import pytest
import yaml

from services import free_port

if TYPE_CHECKING:
    from templates.conftest import Environment, MakeEnvironment, Render, Run, Serve

pytestmark = pytest.mark.project

TEMPLATES = ("flask-micro", "flask-blueprints", "django-full")
ALL = ["docker", "nginx", "supervisor"]
SECRET = "0123456789abcdef" * 4
# What somebody has in .env whose project is in production.
ENV_FILE = {
    "SECRET_KEY": SECRET,
    "ALLOWED_HOSTS": "localhost,127.0.0.1",
    "DATABASE_PASSWORD": "abc123",
    "TRUSTED_PROXIES": "1",
    "WEB_CONCURRENCY": "2",
}
START_SECONDS = 30


@pytest.fixture(scope="module")
def deployed(render: Render) -> Callable[..., Path]:
    """``deployed("flask-micro", database="mysql")``: a project with all deployment files; the same one next time."""
    made: dict[str, Path] = {}

    def project(template: str, /, **answers: object) -> Path:
        key = json.dumps([template, answers])
        if key not in made:
            made[key] = render(template, **{"deployment": ALL} | answers)
        return made[key]

    return project


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
    _lint("hadolint", deployed(template, database=database) / "Dockerfile")


def test_the_image_is_small_in_rights_and_knows_no_secret(deployed: Callable[..., Path], template: str) -> None:
    project = deployed(template)
    stages = _stages(project / "Dockerfile")
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
    sent = _build_context(project)
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
    ],
    "flask-blueprints": [
        ({"database": "sqlite"}, {"web", "migrate", "nginx"}),
        ({"database": "oracle", "deployment": ["docker"]}, {"web", "migrate"}),
        ({"jobs": "celery", "realtime": True}, {"web", "migrate", "nginx", "redis", "worker", "beat"}),
    ],
    "django-full": [
        ({"jobs": "celery", "deployment": ["docker"]}, {"web", "migrate", "redis", "worker", "beat"}),
        (
            {"database": "postgresql", "jobs": "celery", "realtime": True},
            {"web", "migrate", "nginx", "database", "redis", "worker", "beat"},
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
    _lint("check-jsonschema", "--builtin-schema", "vendor.compose-spec", project / "compose.yaml")
    compose = _compose(project)
    services = compose["services"]
    assert services.keys() == expected | ({"nginx"} if "deployment" not in answers else set())
    _check_services(services)
    mounted = {volume.partition(":")[0] for service in services.values() for volume in _named_volumes(service)}
    assert mounted == set(compose.get("volumes", {}))


def test_compose_says_which_setting_is_missing(deployed: Callable[..., Path], template: str) -> None:
    text = (deployed(template, database="postgresql") / "compose.yaml").read_text()
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


@dataclass
class Stage:
    """A stage of a Dockerfile."""

    base: str
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def value(self, name: str) -> str:
        """What the only instruction of this name says."""
        [value] = [value for other, value in self.instructions if other == name]
        return value


class Image:
    """What a Dockerfile builds, in a folder instead of Docker: its commands are run, its paths lie below the folder."""

    def __init__(self, project: Path, folder: Path, python: Path) -> None:
        self.folder = folder
        self.project = project
        self.context = folder / "context"
        for name in _build_context(project):
            (self.context / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(project / name, self.context / name)
        # The Python of the base image. Tools are installed beside it; uv looks for one that is no environment.
        subprocess.run([python, "-m", "venv", folder / "python"], check=True)
        self.path = f"{folder}/python/bin:{python.resolve().parent}:/usr/local/bin:/usr/bin:/bin"
        (folder / "data").mkdir()
        self.environment: dict[str, str] = {}
        self.stages = _stages(project / "Dockerfile")
        for number in range(len(self.stages)):
            self._build(number)

    @property
    def app(self) -> Path:
        """The folder that the finished image works in."""
        return self._root(len(self.stages) - 1) / "app"

    def command(self, name: str) -> list[str]:
        """What the last stage says to run."""
        return [str(part) for part in json.loads(self.stages[-1].value(name).rpartition("CMD ")[2])]

    def run(self, command: Sequence[str], variables: Mapping[str, str], *, port: int = 8000) -> subprocess.Popen[str]:
        """Start a command as a container would, with a port of its own."""
        parts = [part.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for part in command]
        health = self.app / "deploy" / "healthcheck.py"
        health.write_text(re.sub(r'"127.0.0.1", \d+', f'"127.0.0.1", {port}', health.read_text()))
        environ = self._environ(self.environment | {name: self._inside(value) for name, value in variables.items()})
        program = shutil.which(parts[0], path=environ["PATH"])
        assert program, f"{parts[0]} is not in the image"
        return subprocess.Popen([program, *parts[1:]], cwd=self.app, env=environ, text=True, stderr=subprocess.PIPE)

    def _build(self, number: int) -> None:
        stage, root = self.stages[number], self._root(number)
        (root / "app").mkdir(parents=True)
        self.environment = {}
        for name, value in stage.instructions:
            if name == "ENV":
                for assignment in shlex.split(value):
                    key, _, text = assignment.partition("=")
                    self.environment[key] = self._inside(text)
            elif name == "COPY":
                self._copy(shlex.split(value), root)
            elif name == "RUN" and not value.startswith("useradd"):  # there are no users here
                done = subprocess.run(
                    ["sh", "-c", self._inside(value)],
                    cwd=root / "app",
                    env=self._environ(self.environment),
                    capture_output=True,
                    text=True,
                    check=False,
                )
                assert done.returncode == 0, f"{value}\n{done.stdout}\n{done.stderr}"

    def _copy(self, words: list[str], root: Path) -> None:
        *sources, target = words
        origin = self.context
        if sources[0].startswith("--from="):
            [_, source] = sources
            if source == target:  # the environment: its paths are absolute, so that it stays where it is
                return
            origin, sources = self._root(0), [source.removeprefix("/")]
        for path in [found for source in sources for found in ([origin] if source == "." else origin.glob(source))]:
            place = root / "app" / target
            if path.is_dir():
                shutil.copytree(path, place, dirs_exist_ok=True)
            else:
                place.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, place)

    def _environ(self, variables: Mapping[str, str]) -> dict[str, str]:
        """Variables of a container, and those that say where packages come from here."""
        here = {name: value for name, value in os.environ.items() if re.match(r"PIP_|UV_|SSL_|\w+_proxy$", name, re.IGNORECASE)}
        # uv keeps what it fetched, unlike in a container.
        kept = {name: value for name, value in variables.items() if name != "UV_NO_CACHE"}
        return here | {
            "HOME": "/nonexistent",
            "UV_CACHE_DIR": str(Path.home() / ".cache" / "uv"),
            **kept,
            "PATH": variables.get("PATH", "$PATH").replace("$PATH", self.path),
        }

    def _inside(self, text: str) -> str:
        return re.sub(r"(?<![\w.])/(opt/venv|data)\b", rf"{self.folder}/\1", text)

    def _root(self, number: int) -> Path:
        return self.folder / f"stage-{number}"


# flask-micro is made as flask-blueprints is.
@pytest.mark.parametrize("template", ["flask-blueprints", "django-full"])
def test_what_the_dockerfile_says_makes_a_server_that_migrates_serves_and_stops(
    deployed: Callable[..., Path], environment: MakeEnvironment, template: str, tmp_path: Path
) -> None:
    project = deployed(template)
    image = Image(project, tmp_path, environment(template).python)
    services = _compose(project, ENV_FILE)["services"]
    mail = {"EMAIL_SERVER": "mail.example", "EMAIL_FROM": "a@mail.example"}
    variables = ENV_FILE | mail | {name: str(value) for name, value in services["web"]["environment"].items()}

    _end(image.run(services["migrate"]["command"], variables))
    before = _tree(image.app)
    port = free_port()
    server = image.run(image.command("CMD"), variables, port=port)
    try:
        _wait(lambda: _end(image.run(image.command("HEALTHCHECK"), variables, port=port), check=False) == 0)
        assert _end(image.run(services["web"]["healthcheck"]["test"][1:], variables, port=port)) == 0
        other = variables | {"ALLOWED_HOSTS": "other.example"}
        assert _end(image.run(image.command("HEALTHCHECK"), other, port=port), check=False) == 1
        status, _, page = _ask(port, "/", headers={"X-Forwarded-Proto": "https"})
        assert status == 200
        for path in re.findall(rb'href="(/static/[^"]+\.css)"', page):
            assert _ask(port, path.decode(), headers={"X-Forwarded-Proto": "https"})[0] == 200
        assert b"/static/" in page
    finally:
        server.send_signal(signal.SIGTERM)
        _, errors = server.communicate(timeout=START_SECONDS)
    assert server.returncode == 0, errors
    # The one that asked for a name of somebody else was refused.
    assert not [line for line in errors.splitlines() if '"ERROR"' in line and "DisallowedHost" not in line]
    assert _tree(image.app) == before, "it wrote to what is read-only in its container"


def test_an_image_without_settings_does_not_start(
    deployed: Callable[..., Path], environment: MakeEnvironment, run: Run
) -> None:
    project = deployed("flask-micro")
    [stage] = [stage for stage in _stages(project / "Dockerfile") if "CMD" in dict(stage.instructions)]
    built_in = dict(part.split("=", 1) for part in shlex.split(stage.value("ENV")) if not part.startswith("PATH="))
    done = run(project, environment("flask-micro"), "gunicorn", variables=built_in, expect=None)
    assert done.returncode != 0
    assert "SECRET_KEY" in done.stderr


# nginx


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """A running nginx."""

    http: int
    https: int
    context: ssl.SSLContext
    log: Path


class Browser:
    """Keeps cookies, follows no redirect, and has an address of loopback of its own."""

    def __init__(self, proxy: Proxy, address: str = "127.0.0.1") -> None:
        self.base = f"https://localhost:{proxy.https}"
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), _From(proxy.context, address), _Stay
        )

    def open(
        self, path: str, data: bytes | dict[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Return status, headers and body."""
        body = urllib.parse.urlencode(data).encode() if isinstance(data, dict) else data
        request = urllib.request.Request(self.base + path, body, dict(headers or {}))
        try:
            answer = self.opener.open(request, timeout=START_SECONDS)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.headers, answer.read()

    def submit(self, path: str, data: dict[str, str], headers: Mapping[str, str] | None = None) -> int:
        """Fill in the form of a page and send it, as a browser does."""
        page = self.open(path)[2].decode()
        token = re.search(r'name="(csrf\w+)"[^>]*value="([^"]+)"', page)
        assert token, page
        return self.open(
            path,
            {token[1]: token[2], **data},
            {"Origin": self.base, "Referer": self.base + path, **(headers or {})},
        )[0]


class _From(urllib.request.HTTPSHandler):
    def __init__(self, context: ssl.SSLContext, address: str) -> None:
        super().__init__()
        self.connect = lambda host, **options: http.client.HTTPSConnection(
            host, context=context, source_address=(address, 0), **options
        )

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self.connect, request)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: object) -> None:
        return None


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, str], contextlib.AbstractContextManager[Proxy]]:
    """``with nginx(project, url)``: nginx in front of the server at this address, with the project's own files."""

    @contextlib.contextmanager
    def proxy(project: Path, url: str) -> Iterator[Proxy]:
        program = _program("nginx")
        folder = tmp_path_factory.mktemp("nginx")
        ports = {"http": free_port(), "https": free_port()}
        _adapt_nginx(project / "deploy", folder, ports, url.removeprefix("http://"))
        shutil.copytree(_certificate(project), folder / "certificate")
        process = subprocess.Popen(
            [program, "-p", folder, "-c", folder / "nginx.conf"], stderr=subprocess.PIPE, text=True
        )
        try:
            _wait(lambda: process.poll() is not None or _listens(ports["https"]))
            assert process.poll() is None, process.communicate()[1]
            context = ssl.create_default_context(cafile=folder / "certificate" / "fullchain.pem")
            yield Proxy(**ports, context=context, log=folder / "access.log")
        finally:
            process.send_signal(signal.SIGQUIT)
            _, errors = process.communicate(timeout=START_SECONDS)
        assert process.returncode == 0, errors

    return proxy


def _adapt_nginx(deploy: Path, folder: Path, ports: Mapping[str, int], application: str) -> None:
    """Copy the files with other ports and folders, and whoever runs this as the user."""
    temporary = "\n".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = getpass.getuser()
    changes = {
        "nginx.conf": {
            "user www-data;": f"user {user} {grp.getgrgid(os.getgid()).gr_name};\npid {folder}/pid;\ndaemon off;",
            "/var/log/nginx": str(folder),
            "http {": f"http {{\n{temporary}",
            "listen 80 default_server;": f"listen 127.0.0.1:{ports['http']} default_server;",
            "listen [::]:80 default_server;": "",
            "server 127.0.0.1:8000;": f"server {application};",
        },
        "nginx-tls.conf": {
            "listen 443 ssl default_server;": f"listen 127.0.0.1:{ports['https']} ssl default_server;",
            "listen [::]:443 ssl default_server;": "",
        },
    }
    (folder / "tls").mkdir()
    for name, place in (("nginx.conf", "nginx.conf"), ("nginx-tls.conf", "tls/tls.conf")):
        text = (deploy / name).read_text()
        for old, new in changes[name].items():
            assert old in text, f"{old} is not in {name}"
            text = text.replace(old, new)
        (folder / place).write_text(text)


def _certificate(project: Path) -> Path:
    """The certificate that the README's own commands make."""
    folder = project / "deploy" / "certificate"
    if not folder.exists():
        [commands] = re.findall(r"```console\n(mkdir .*?)```", (project / "README.md").read_text(), re.DOTALL)
        subprocess.run(["sh", "-e", "-c", commands], cwd=project, check=True, capture_output=True)
    return folder


def test_nginx_and_its_linter_accept_the_files_as_they_are(
    deployed: Callable[..., Path], template: str, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    shutil.copytree(deployed(template), project)
    configuration = project / "deploy" / "nginx.conf"
    as_root = os.geteuid() == 0
    # Whoever is not root may not write to nginx's own folders, which says nothing about the file.
    ours = [] if as_root else ["-g", f"error_log stderr; pid {tmp_path}/pid;"]
    if not as_root:
        configuration.write_text(configuration.read_text().replace("/var/log/nginx", str(tmp_path)))
    subprocess.run([_program("nginx"), "-t", "-c", configuration, *ours], check=True, capture_output=True)
    # With the certificate, at the places the README names.
    _certificate(project)
    (project / "deploy" / "tls").mkdir()
    shutil.copy(project / "deploy" / "nginx-tls.conf", project / "deploy" / "tls" / "tls.conf")
    done = subprocess.run([_program("nginx"), "-t", "-c", configuration, *ours], check=True, capture_output=True)
    assert b"warn" not in done.stderr or not as_root, done.stderr
    # host_spoofing: the application refuses hosts that are not its own, and needs the port to know where it is.
    # hsts_header: the application sends it.
    _lint("gixy", "--skips", "host_spoofing,hsts_header", configuration)


def test_nginx_takes_bodies_as_large_as_the_application_does(
    deployed: Callable[..., Path], run: Run, environment: MakeEnvironment, template: str
) -> None:
    project = deployed(template)
    ask = "from my_project import create_app; print(create_app().config['MAX_CONTENT_LENGTH'])"
    if template == "django-full":
        ask = "from config.settings import MAX_BODY_BYTES; print(MAX_BODY_BYTES)"
    limit = run(
        project, environment(template), "python", "-c", ask, variables={"PYTHONPATH": f"{project}:{project}/src"}
    )
    [number, unit] = re.findall(r"client_max_body_size (\d+)(m?);", (project / "deploy" / "nginx.conf").read_text())[0]
    assert int(number) * (1024**2 if unit else 1) == int(limit.stdout)


def test_behind_nginx_the_application_knows_who_asks_and_how(
    deployed: Callable[..., Path],
    environment: MakeEnvironment,
    serve: Serve,
    nginx: Callable[[Path, str], contextlib.AbstractContextManager[Proxy]],
    tmp_path: Path,
) -> None:
    project = deployed("flask-micro")
    (tmp_path / "probe.py").write_text(
        "import time\n"
        "from flask import request\n"
        "from my_project import create_app\n"
        "app = create_app()\n"
        "@app.get('/probe')\n"
        "def probe():\n"
        "    return {'address': request.remote_addr, 'root': request.url_root}\n"
        "@app.post('/probe')\n"
        "def measure():\n"
        "    return {'bytes': len(request.get_data())}\n"
        "@app.get('/slow')\n"
        "def slow():\n"
        "    time.sleep(2)\n"
        "    return {'slow': True}\n"
    )
    variables = _production(project) | {"PYTHONPATH": f"{project}/src:{tmp_path}"}
    slow: list[int] = []
    with contextlib.ExitStack() as stack:
        serving = contextlib.ExitStack()
        url = serving.enter_context(
            serve(project, environment("flask-micro"), variables=variables, application="probe:app")
        )
        proxy = stack.enter_context(nginx(project, url))
        spoofed = {
            "X-Forwarded-For": "203.0.113.7",
            "X-Forwarded-Proto": "http",
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Prefix": "/evil",
            "Forwarded": "for=203.0.113.7",
            "X-Real-IP": "203.0.113.7",
        }
        browser = Browser(proxy, "127.0.0.9")
        for headers in ({}, spoofed):
            answer = json.loads(browser.open("/probe", headers=headers)[2])
            assert answer == {"address": "127.0.0.9", "root": f"https://localhost:{proxy.https}/"}
        assert browser.open("/probe", headers={"Host": "evil.example"})[0] == 400

        status, headers_sent, _ = _ask(proxy.http, "/probe?a=1", host="localhost")
        assert (status, headers_sent["Location"]) == (308, "https://localhost/probe?a=1")

        assert browser.open("/probe", b"x" * 100_000)[0] == 200
        status, headers_sent, _ = browser.open("/probe", b"x" * 100_001)
        assert (status, headers_sent["Server"]) == (413, "nginx")  # without its version
        assert "a=1" not in proxy.log.read_text()

        # Told to stop, the server first finishes what it has begun.
        thread = threading.Thread(target=lambda: slow.append(browser.open("/slow")[0]))
        thread.start()
        time.sleep(1)
        serving.close()
        thread.join()
        assert slow == [200]
        assert browser.open("/probe")[0] == 502


@pytest.mark.parametrize(
    ("template", "answers", "allowed"),
    [("django-full", {}, 10), ("flask-blueprints", {"accounts": "login"}, 20)],
    ids=["django-full", "flask-blueprints"],
)
def test_behind_nginx_people_sign_in_and_are_told_apart_by_their_address(
    *,
    deployed: Callable[..., Path],
    environment: MakeEnvironment,
    run: Run,
    serve: Serve,
    nginx: Callable[[Path, str], contextlib.AbstractContextManager[Proxy]],
    template: str,
    answers: Mapping[str, object],
    allowed: int,
    tmp_path: Path,
) -> None:
    project = deployed(template, **answers)
    installed = environment(template)
    variables = _production(project) | {"DATABASE_URL": f"sqlite:///{tmp_path}/app.sqlite3", "WEB_CONCURRENCY": "1"}
    if template == "django-full":
        _command(run, project, installed, variables, "python manage.py migrate")
        _command(run, project, installed, variables, "python manage.py collectstatic --no-input")
        _command(
            run,
            project,
            installed,
            variables,
            "python manage.py create-admin --email a@b.example --password Correct-Horse-9",
        )
        path, names = "/accounts/login/", ("login", "password")
    else:
        _command(run, project, installed, variables, "flask db upgrade")
        _command(
            run, project, installed, variables, "flask create-admin --email a@b.example --password Correct-Horse-9"
        )
        path, names = "/auth/login", ("email", "password")
    with serve(project, installed, variables=variables) as url, nginx(project, url) as proxy:

        def sign_in(browser: Browser, email: str, password: str, forwarded: str = "") -> int:
            return browser.submit(
                path, dict(zip(names, (email, password), strict=True)), {"X-Forwarded-For": forwarded}
            )

        assert sign_in(Browser(proxy), "a@b.example", "Correct-Horse-9") == 302
        foreign = Browser(proxy).open(path, {"csrf_token": "x"}, {"Origin": "https://evil.example"})
        assert foreign[0] in {400, 403}
        assert b"__Host-" in str(Browser(proxy).open(path)[1]).encode()
        # A new name and a made-up address each time: still one place, which is shut out in the end.
        statuses = [
            sign_in(Browser(proxy, "127.0.0.3"), f"p{number}@b.example", "Wrong-Horse-9", f"203.0.113.{number}")
            for number in range(allowed + 2)
        ]
        assert statuses[0] in {200, 422}, statuses
        assert statuses[-1] == 429, statuses
        assert sign_in(Browser(proxy, "127.0.0.4"), "a@b.example", "Correct-Horse-9") == 302


@pytest.mark.parametrize("monitoring", ["prometheus", "munin"])
def test_nginx_shows_nobody_what_is_measured(
    *,
    deployed: Callable[..., Path],
    environment: MakeEnvironment,
    serve: Serve,
    nginx: Callable[[Path, str], contextlib.AbstractContextManager[Proxy]],
    monitoring: str,
) -> None:
    project = deployed("flask-micro", monitoring=[monitoring])
    with (
        serve(project, environment("flask-micro"), variables=_production(project)) as url,
        nginx(project, url) as proxy,
    ):
        port = urllib.parse.urlsplit(url).port or 0
        assert _ask(port, "/metrics")[0] == 200
        for path in ("/metrics", "/metrics/", "/metrics?a=b", "//metrics", "/%6detrics", "/items/../metrics", "/./metrics"):
            status, headers, _ = Browser(proxy).open(path)
            assert (status, headers["Server"]) == (403, "nginx"), path
        assert Browser(proxy).open("/")[0] == 200


def test_nginx_compresses_what_holds_no_secret_and_no_page(
    deployed: Callable[..., Path],
    environment: MakeEnvironment,
    serve: Serve,
    nginx: Callable[[Path, str], contextlib.AbstractContextManager[Proxy]],
) -> None:
    project = deployed("flask-blueprints")
    with (
        serve(project, environment("flask-blueprints"), variables=_production(project)) as url,
        nginx(project, url) as proxy,
    ):
        browser = Browser(proxy)
        _, headers, style = browser.open("/static/style.css", headers={"Accept-Encoding": "gzip"})
        assert headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(style) == (project / "src/my_project/static/style.css").read_bytes()
        status, headers, _ = browser.open("/", headers={"Accept-Encoding": "gzip"})
        assert (status, headers["Content-Encoding"]) == (200, None)


# supervisor


@pytest.mark.parametrize("template", ["flask-micro", "django-full"])
def test_supervisor_starts_the_server_again_and_leaves_nothing_behind(
    render: Render, environment: MakeEnvironment, template: str, tmp_path: Path
) -> None:
    with _supervised(render, environment(template), template, tmp_path) as supervised:
        first = _control(supervised.configuration, "pid", "web")
        os.kill(int(first), signal.SIGKILL)
        _wait(lambda: _control(supervised.configuration, "pid", "web") not in {first, "0"} and supervised.answers())
        _wait(lambda: "RUNNING" in _control(supervised.configuration, "status"), supervised.log)
    said = supervised.log.read_text()
    assert said.count("SIGKILL") == 1, said  # ours; none was needed to stop it
    assert "healthz" in said  # what it runs writes its log through it


@pytest.mark.service
def test_supervisor_runs_a_worker_and_beat_beside_the_server(
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    live_redis: Callable[[], contextlib.AbstractContextManager[str]],
    tmp_path: Path,
) -> None:
    installed = environment("flask-blueprints")
    with (
        live_redis() as url,
        _supervised(
            render, installed, "flask-blueprints", tmp_path, answers={"jobs": "celery"}, variables={"REDIS_URL": url}
        ) as supervised,
    ):
        ping = ("celery", "--app", "my_project.worker", "inspect", "ping", "--timeout", "5")
        said = ""
        for _ in range(12):  # the worker takes a while to start
            said += run(supervised.project, installed, *ping, variables={"REDIS_URL": url}, expect=None).stdout
            if "1 node online" in said:
                break
        assert "1 node online" in said
    assert "SIGKILL" not in supervised.log.read_text()


@dataclass(frozen=True, kw_only=True)
class Supervised:
    """A project under supervisord."""

    project: Path
    configuration: Path
    port: int
    log: Path

    def answers(self) -> bool:
        """Whether the server is alive."""
        return _answers(self.port)


@contextlib.contextmanager
def _supervised(
    render: Render,
    installed: Environment,
    template: str,
    folder: Path,
    answers: Mapping[str, object] | None = None,
    variables: Mapping[str, str] | None = None,
) -> Iterator[Supervised]:
    """All of a project's programs, running; at the end supervisor is told to stop, and nothing may be left of it."""
    # Its socket is named after the project: two runs of these tests must not share one.
    slug = f"supervised-{uuid.uuid4().hex[:8]}"
    more = {"deployment": ["supervisor"], "project_slug": slug, "package_name": "my_project"}
    project = render(template, **more | dict(answers or {}))
    supervised = Supervised(
        project=project,
        configuration=project / "deploy" / "supervisord.conf",
        port=free_port(),
        log=folder / "log",
    )
    environ = {
        "PATH": f"{installed.directory}/bin:/usr/bin:/bin",
        "PYTHONPATH": f"{project}/src",
        "PYTHONDONTWRITEBYTECODE": "1",
        "GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{supervised.port}",
        "DATABASE_URL": f"sqlite:///{folder}/app.sqlite3",
        **(variables or {}),
    }
    command = [_program("supervisord"), "--configuration", str(supervised.configuration)]
    with supervised.log.open("w") as output:
        process = subprocess.Popen(command, env=environ, stdout=output, stderr=output)
    family: set[psutil.Process] = set()
    try:
        programs = supervised.configuration.read_text().count("[program:")
        _wait(lambda: _control(supervised.configuration, "status").count("RUNNING") == programs, supervised.log)
        _wait(supervised.answers, supervised.log)
        family |= set(psutil.Process(process.pid).children(recursive=True))
        yield supervised
        family |= set(psutil.Process(process.pid).children(recursive=True))
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=2 * START_SECONDS)
    said = supervised.log.read_text()
    assert code == 0, said
    _, alive = psutil.wait_procs(family, timeout=5)
    assert not alive, said
    assert not list(Path("/tmp").glob(f"{slug}*"))


def _control(configuration: Path, *command: str) -> str:
    """What supervisorctl says."""
    return subprocess.run(
        [_program("supervisorctl"), "--configuration", configuration, *command],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()


# What they share


def _production(project: Path) -> dict[str, str]:
    return {
        "APP_ENV": "production",
        "SECRET_KEY": SECRET,
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "TRUSTED_PROXIES": "1",
    }


def _command(run: Run, project: Path, installed: Environment, variables: Mapping[str, str], command: str) -> None:
    run(project, installed, *shlex.split(command), variables=variables)


def _lint(program: str, *arguments: str | Path) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name(program), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not found:
        pytest.skip(f"{name} is not installed here")
    return found


def _stages(path: Path) -> list[Stage]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    stages: list[Stage] = []
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        name, _, value = line.partition(" ")
        value = " ".join(value.split())
        if name == "FROM":
            stages.append(Stage(base=value))
        else:
            stages[-1].instructions.append((name, value))
    return stages


def _build_context(project: Path) -> set[str]:
    """The files that Docker's own rules let through."""
    patterns = [
        line for line in (project / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")
    ]
    sent = docker.utils.build.exclude_paths(str(project), patterns)
    return {name for name in sent if (project / name).is_file()}


def _compose(project: Path, variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The file as Compose reads it, with the variables put in."""
    text = (project / "compose.yaml").read_text()
    if variables is not None:
        text = re.sub(r"\$\{(\w+):\?[^}]*\}", lambda found: variables[found[1]], text)
    document: dict[str, Any] = yaml.safe_load(text)
    return document


def _ask(
    port: int, path: str, *, host: str = "localhost", headers: Mapping[str, str] | None = None
) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
    with contextlib.closing(connection):
        connection.request("GET", path, headers={"Host": host, **(headers or {})})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()


def _answers(port: int) -> bool:
    try:
        return _ask(port, "/healthz")[0] == 200
    except OSError:
        return False


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _wait(happened: Callable[[], bool], log: Path | None = None) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not happened():
        assert time.monotonic() < deadline, log.read_text() if log else "it did not happen in time"
        time.sleep(0.1)


def _end(process: subprocess.Popen[str], *, check: bool = True) -> int:
    _, errors = process.communicate(timeout=START_SECONDS)
    assert process.returncode == 0 or not check, errors
    return process.returncode


def _tree(folder: Path) -> dict[str, int]:
    return {
        str(path): path.stat().st_mtime_ns
        for path in folder.rglob("*")
        # The test writes the port into healthcheck.py; what Python may not compile it does without.
        if path.is_file() and path.name != "healthcheck.py" and path.suffix != ".pyc"
    }
