"""Uploads as chosen: gates, files behind nginx, and files in buckets of a server that speaks the protocol of S3.

That server is nanio, a small one that stands in for Amazon's: it checks signatures and when they expire, which moto
does not. It knows no bucket that everybody may read, so a public file is looked at with the keys of the bucket.
"""

from __future__ import annotations

import contextlib
import http.client
import http.cookiejar
import io
import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from services import free_port
from support.deploying import listens, wait
from support.environments import USUAL, installed, standing_in
from support.nginx import Proxy

if TYPE_CHECKING:
    from templates.conftest import Environment, FindTraces, MakeEnvironment, PassGates, Render, Run, Serve

pytestmark = pytest.mark.project

PASSWORD = "Correct-Horse-Battery-9"
EMAIL = "ada@example.com"
STAND_IN = "nanio==0.1.7"
KEY_ID, SECRET_KEY = "id-for-tests", "secret-for-tests-0123456789"

# What the projects have for their pictures.
PAGES = {"django-full": "/accounts/picture/", "flask-blueprints": "/account/picture"}
SIGN_IN = {"django-full": ("/accounts/login/", "login"), "flask-blueprints": ("/auth/login", "email")}
# Two private files, of which the addresses are printed.
PRIVATE = {
    "django-full": """
import django; django.setup()
from django.core.files.base import ContentFile
from apps.core.media import private_storage
for name in ("a", "b"):
    print(private_storage().url(private_storage().save(f"reports/{name}.pdf", ContentFile(b"%PDF-1.7 %%EOF"))))
""",
    "flask-blueprints": """
from my_project import create_app
from my_project.media.store import keep, store
with create_app().test_request_context():
    for _ in range(2):
        print(store().url("private", keep("private", b"%PDF-1.7 %%EOF", "pdf")))
""",
}
PICTURE = """
import sys
from PIL import Image
exif = Image.Exif()
exif[0x010F] = "Camera of Ada"
Image.new("RGB", (900, 600), (200, 30, 30)).save(sys.argv[1], "JPEG", exif=exif)
"""
# What a bucket says of its files.
LISTING = """
import json, os, boto3
client = boto3.client("s3", endpoint_url=os.environ["S3_ENDPOINT_URL"], region_name="us-east-1",
    aws_access_key_id=os.environ["S3_ACCESS_KEY_ID"], aws_secret_access_key=os.environ["S3_SECRET_ACCESS_KEY"])
found = {}
for bucket in ("shown", "closed"):
    for entry in client.list_objects_v2(Bucket=bucket).get("Contents", []):
        answer = client.get_object(Bucket=bucket, Key=entry["Key"])
        found[bucket + "/" + entry["Key"]] = {
            "kind": answer["ContentType"], "shown": answer.get("ContentDisposition"),
            "is_clean": b"Camera" not in answer["Body"].read()}
print(json.dumps(found))
"""
MAKE_BUCKETS = LISTING.partition("found = {}")[0] + "for name in ('shown', 'closed'): client.create_bucket(Bucket=name)"


class Visitor:
    """Keeps cookies, and fills in forms."""

    def __init__(self, url: str) -> None:
        self.url = url
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def get(self, path: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        return _answer(self.opener, urllib.request.Request(urllib.parse.urljoin(self.url, path)))

    def submit(
        self, path: str, fields: Mapping[str, str], files: Mapping[str, bytes] | None = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        page = self.get(path)[2].decode()
        token = re.search(r'name="(csrf\w+)"[^>]*value="([^"]+)"', page)
        assert token, page
        boundary, body = uuid.uuid4().hex, io.BytesIO()
        for name, text in {token[1]: token[2], **fields}.items():
            body.write(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode())
        for name, content in (files or {}).items():
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="../a.svg"\r\n'
            body.write(f"{head}Content-Type: image/svg+xml\r\n\r\n".encode() + content + b"\r\n")
        body.write(f"--{boundary}--\r\n".encode())
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Referer": self.url + path}
        return _answer(self.opener, urllib.request.Request(self.url + path, body.getvalue(), headers))


def _answer(
    opener: urllib.request.OpenerDirector, request: urllib.request.Request
) -> tuple[int, http.client.HTTPMessage, bytes]:
    try:
        answer = opener.open(request, timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.headers, answer.read()


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A project with somebody who can sign in, and a picture."""

    template: str
    project: Path
    shared: Environment
    run: Run
    picture: bytes

    def python(self, script: str, variables: Mapping[str, str]) -> str:
        """What a script prints that runs in the project."""
        more = {"DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": f"{self.project}:{self.project}/src"}
        return self.run(self.project, self.shared, "python", "-c", script, variables={**more, **variables}).stdout

    def signed_in(self, url: str) -> Visitor:
        visitor = Visitor(url)
        path, field = SIGN_IN[self.template]
        visitor.submit(path, {field: EMAIL, "password": PASSWORD})
        return visitor

    def shown_on(self, visitor: Visitor) -> str:
        """Send the picture; return the address at which the page shows it."""
        status, _, page = visitor.submit(PAGES[self.template], {}, {"picture": self.picture})
        assert status == 200, page
        [address] = re.findall(r'<img src="([^"]*\.jpg)"', page.decode().replace('class="avatar" ', ""))
        return str(address)


@pytest.fixture
def prepared(render: Render, environment: MakeEnvironment, run: Run, tmp_path: Path) -> Callable[..., Upload]:
    """A function that makes a project with an account."""

    def prepare(template: str, variables: Mapping[str, str], **answers: object) -> Upload:
        project, shared = render(template, accounts="login", **answers), environment(template)
        picture = tmp_path / "picture.jpg"
        run(project, shared, "python", "-c", PICTURE, str(picture))
        manage = ["python", "manage.py"] if template == "django-full" else ["flask"]
        migrate = ["migrate"] if template == "django-full" else ["db", "upgrade"]
        run(project, shared, *manage, *migrate, variables=variables)
        account = ("create-user", "--email", EMAIL, "--password", PASSWORD)
        run(project, shared, *manage, *account, variables=variables)
        if template == "django-full" and "APP_ENV" in variables:
            run(project, shared, *manage, "collectstatic", "--no-input", variables=variables)
        return Upload(template=template, project=project, shared=shared, run=run, picture=picture.read_bytes())

    return prepare


@pytest.fixture
def buckets(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The variables that name a server with two buckets."""
    server = installed([STAND_IN], "nanio", standing_in("nanio", USUAL))
    port = free_port()
    keys = {"NANIO_ACCESS_KEY": KEY_ID, "NANIO_SECRET_KEY": SECRET_KEY}
    command: list[str | Path] = [
        server / "bin" / "nanio",
        "serve",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-access-log",
    ]
    with (tmp_path / "nanio.log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--data-dir", str(tmp_path / "nanio")],
            env=os.environ | keys,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        wait(lambda: process.poll() is not None or listens(port))
        assert process.poll() is None, (tmp_path / "nanio.log").read_text()
        yield {
            "S3_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "S3_PUBLIC_BUCKET": "shown",
            "S3_PRIVATE_BUCKET": "closed",
            "S3_ACCESS_KEY_ID": KEY_ID,
            "S3_SECRET_ACCESS_KEY": SECRET_KEY,
            "MEDIA_LINK_SECONDS": "6",
        }
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_a_default_project_that_takes_uploads_passes_its_gates(
    render: Render, environment: MakeEnvironment, pass_gates: PassGates
) -> None:
    pass_gates(render("flask-blueprints", media="local"), environment("flask-blueprints"))


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("template", "answers"),
    [
        ("django-full", {"media": "local"}),
        ("django-full", {"media": "s3", "api_library": "django-ninja", "accounts": "registration"}),
        ("django-full", {"media": "local", "deployment": ["docker", "nginx"], "admin": "multi-role"}),
        ("django-full", {"media": "s3", "admin": "none", "example": False, "api": "none"}),
        ("django-full-lts", {"media": "local", "security": "high", "accounts": "login"}),
        ("django-full-lts", {"media": "s3"}),
        ("flask-blueprints", {"media": "s3", "accounts": "full", "admin": "multi-role", "api": "rest"}),
        ("flask-blueprints", {"media": "local", "deployment": ["docker", "nginx"], "example": False}),
        ("flask-blueprints", {"media": "local", "example_domain": "blog", "security": "high"}),
        ("flask-blueprints", {"media": "local", "example_domain": "boards", "api": "rest"}),
        ("flask-blueprints", {"media": "s3", "example_domain": "pages", "sessions": "database"}),
    ],
    ids=str,
)
def test_every_project_that_takes_uploads_passes_its_gates(
    render: Render, environment: MakeEnvironment, pass_gates: PassGates, template: str, answers: dict[str, object]
) -> None:
    older = {"django_version": "5.2"} if template.endswith("-lts") else {}
    pass_gates(render(template.removesuffix("-lts"), **older, **answers), environment(template))


@pytest.mark.parametrize("template", ["flask-micro", "flask-blueprints", "django-full"])
def test_without_uploads_there_is_no_trace_of_them(render: Render, find_traces: FindTraces, template: str) -> None:
    project = render(template, deployment=["docker", "nginx"])
    found = find_traces(project, r"pillow|\bPIL\b|profile.?picture|boto|s3_|X-Accel|MEDIA_MAX|/srv/media")
    assert found == set()


@pytest.mark.parametrize("template", ["flask-blueprints", "django-full"])
def test_on_its_own_disk_there_is_no_trace_of_buckets(render: Render, find_traces: FindTraces, template: str) -> None:
    project = render(template, media="local", deployment=["docker", "nginx"])
    assert find_traces(project, r"boto|s3_|bucket|storages\.backends") == set()


@pytest.mark.slow
@pytest.mark.parametrize("template", ["django-full", pytest.param("flask-blueprints", marks=pytest.mark.thorough)])
def test_files_go_into_buckets_and_come_from_there(
    prepared: Callable[..., Upload], serve: Serve, buckets: dict[str, str], template: str
) -> None:
    upload = prepared(template, {}, media="s3")
    upload.python(MAKE_BUCKETS, buckets)
    with serve(upload.project, upload.shared, variables=buckets) as url:
        visitor = upload.signed_in(url)
        address = upload.shown_on(visitor)
        server = buckets["S3_ENDPOINT_URL"]
        assert address.startswith(f"{server}/shown/")
        policy = visitor.get(PAGES[template])[1]["Content-Security-Policy"]
        assert re.search(rf"img-src [^;]*{server}", policy)
        # nothing leads around the buckets
        assert visitor.get(f"/media/{address.rpartition('/shown/')[2]}")[0] == 404
        name = address.removeprefix(f"{server}/")
        [(kept, said)] = json.loads(upload.python(LISTING, buckets)).items()
        assert kept == name
        assert said["kind"] == "image/jpeg"
        assert said["is_clean"]
        remove = f"{PAGES[template].rstrip('/')}/remove"
        _remove(visitor, PAGES[template], remove + ("/" if template == "django-full" else ""))
        assert json.loads(upload.python(LISTING, buckets)) == {}
        _private_addresses_are_good_for_one_file_and_for_a_while(upload, buckets)


def _private_addresses_are_good_for_one_file_and_for_a_while(upload: Upload, buckets: Mapping[str, str]) -> None:
    first, second = upload.python(PRIVATE[upload.template], buckets).split()
    anybody = urllib.request.build_opener()

    def status(address: str) -> int:
        return _answer(anybody, urllib.request.Request(address))[0]

    code, headers, body = _answer(anybody, urllib.request.Request(first))
    assert (code, body) == (200, b"%PDF-1.7 %%EOF")
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"] == "attachment"
    address, signature = urllib.parse.urlsplit(first), urllib.parse.urlsplit(second).query
    assert status(address._replace(query="").geturl()) == 403
    assert status(address._replace(query=signature).geturl()) == 403
    assert status(first[:-1] + ("0" if first[-1] != "0" else "1")) == 403
    time.sleep(int(buckets["MEDIA_LINK_SECONDS"]) + 1)
    assert status(first) == 403


def _remove(visitor: Visitor, page: str, path: str) -> None:
    token = re.search(r'name="(csrf\w+)"[^>]*value="([^"]+)"', visitor.get(page)[2].decode())
    assert token
    body = urllib.parse.urlencode({token[1]: token[2]}).encode()
    request = urllib.request.Request(visitor.url + path, body, {"Referer": visitor.url + page})
    assert _answer(visitor.opener, request)[0] == 200


@pytest.mark.slow
@pytest.mark.parametrize("template", ["flask-blueprints", pytest.param("django-full", marks=pytest.mark.thorough)])
def test_a_server_of_buckets_that_is_away_makes_no_project_unready(
    prepared: Callable[..., Upload], serve: Serve, template: str
) -> None:
    nobody = {
        "S3_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}",
        "S3_PUBLIC_BUCKET": "shown",
        "S3_PRIVATE_BUCKET": "closed",
        "S3_ACCESS_KEY_ID": KEY_ID,
        "S3_SECRET_ACCESS_KEY": SECRET_KEY,
    }
    upload = prepared(template, {}, media="s3")
    with serve(upload.project, upload.shared, variables=nobody) as url:
        assert Visitor(url).get("/readyz")[0] == 200


@pytest.mark.slow
@pytest.mark.parametrize("template", ["flask-blueprints", pytest.param("django-full", marks=pytest.mark.thorough)])
def test_nginx_sends_what_the_application_lets_it_send(
    prepared: Callable[..., Upload],
    serve: Serve,
    nginx: Callable[..., AbstractContextManager[Proxy]],
    tmp_path: Path,
    template: str,
) -> None:
    media = tmp_path / "media"
    upload = prepared(template, {}, media="local", deployment=["docker", "nginx"])
    variables = {"MEDIA_ROOT": str(media), "MEDIA_BY_NGINX": "1", "TRUSTED_PROXIES": "1"}
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(serve(upload.project, upload.shared, variables=variables))
        proxy = stack.enter_context(nginx(upload.project, url, **{"/srv/media": str(media)}))
        behind = f"https://localhost:{proxy.https}"
        visitor = upload.signed_in(url)
        address = upload.shown_on(visitor)
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=proxy.context))

        def ask(path: str, body: bytes | None = None) -> tuple[int, http.client.HTTPMessage, bytes]:
            return _answer(opener, urllib.request.Request(behind + path, body))

        status, headers, content = ask(address)
        assert status == 200
        assert content.startswith(b"\xff\xd8\xff")
        assert headers["Content-Type"] == "image/jpeg"
        assert headers["Content-Disposition"] == "inline"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in headers["Content-Security-Policy"]
        (media / "public" / "x.html").write_text("<script>alert(1)</script>")
        assert ask("/media/x.html")[1]["Content-Disposition"] == "attachment"
        assert ask("/media/x.html")[1]["Content-Type"] == "application/octet-stream"
        first, second = upload.python(PRIVATE[template], variables).split()
        status, headers, content = ask(first)
        assert (status, content) == (200, b"%PDF-1.7 %%EOF")
        assert headers["Content-Type"] == "application/pdf"
        assert headers["Content-Disposition"] == "attachment"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in headers["Cache-Control"]
        path, _, _ = first.partition("?")
        assert ask(path)[0] == 404
        assert ask(f"{path}?{second.partition('?')[2]}")[0] == 404
        for way in (path.replace("/files/", "/private-files/"), f"/media/../private{path.removeprefix('/files')}"):
            assert ask(way)[0] == 404
        assert ask("/", b"x" * (6 * 1024**2 + 1))[0] == 413


@pytest.mark.parametrize("template", ["flask-blueprints", "django-full"])
def test_nginx_takes_forms_as_large_as_the_application_does(
    render: Render, environment: MakeEnvironment, run: Run, template: str
) -> None:
    project = render(template, media="local", deployment=["nginx"])
    ask = {
        "django-full": "from config.settings import MAX_UPLOAD_BYTES; print(MAX_UPLOAD_BYTES)",
        "flask-blueprints": "from my_project import create_app; c = create_app().config; "
        "print(c['MAX_CONTENT_LENGTH'] + c['MEDIA_MAX_BYTES'])",
    }[template]
    variables = {"PYTHONPATH": f"{project}:{project}/src"}
    limit = run(project, environment(template), "python", "-c", ask, variables=variables)
    assert f"client_max_body_size {int(limit.stdout) // 1024**2}m;" in (project / "deploy/nginx.conf").read_text()
