"""nginx in front of a server, with the files of a project, and the browser that asks it."""

from __future__ import annotations

import contextlib
import getpass
import grp
import http.client
import http.cookiejar
import os
import re
import shutil
import signal
import ssl
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from services import free_port
from support.deploying import START_SECONDS, listens, program, wait


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
        self.context = proxy.context
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.cookies), _From(proxy.context, address), _Stay
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


@contextlib.contextmanager
def proxy(project: Path, url: str, folder: Path, changes: Mapping[str, str]) -> Iterator[Proxy]:
    """Run nginx, from this empty folder, in front of the server at this address, with the project's own files.

    ``changes`` are those of nginx.conf, what stands there to what the test puts in its place.
    """
    ports = {"http": free_port(), "https": free_port()}
    _adapt_nginx(project / "deploy", folder, ports, url.removeprefix("http://"), changes)
    shutil.copytree(certificate(project), folder / "certificate")
    process = subprocess.Popen(
        [program("nginx"), "-p", folder, "-c", folder / "nginx.conf"], stderr=subprocess.PIPE, text=True
    )
    try:
        wait(lambda: process.poll() is not None or listens(ports["https"]))
        assert process.poll() is None, process.communicate()[1]
        context = ssl.create_default_context(cafile=folder / "certificate" / "fullchain.pem")
        yield Proxy(**ports, context=context, log=folder / "access.log")
    finally:
        process.send_signal(signal.SIGQUIT)
        _, errors = process.communicate(timeout=START_SECONDS)
    assert process.returncode == 0, errors


def _adapt_nginx(
    deploy: Path, folder: Path, ports: Mapping[str, int], application: str, more: Mapping[str, str]
) -> None:
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
            **more,
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


def certificate(project: Path) -> Path:
    """The certificate that the README's own commands make."""
    folder = project / "deploy" / "certificate"
    if not folder.exists():
        [commands] = re.findall(
            r"```console\n(mkdir -p deploy/certificate.*?)```", (project / "README.md").read_text(), re.DOTALL
        )
        subprocess.run(["sh", "-e", "-c", commands], cwd=project, check=True, capture_output=True)
    return folder
