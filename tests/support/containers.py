"""What a Dockerfile builds and compose.yaml describes, without Docker."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker.utils.build
import yaml

from support.deploying import START_SECONDS


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
        for name in build_context(project):
            (self.context / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(project / name, self.context / name)
        # The Python of the base image. Tools are installed beside it; uv looks for one that is no environment.
        subprocess.run([python, "-m", "venv", folder / "python"], check=True)
        self.path = f"{folder}/python/bin:{python.resolve().parent}:/usr/local/bin:/usr/bin:/bin"
        (folder / "data").mkdir()
        self.environment: dict[str, str] = {}
        self.stages = stages_of(project / "Dockerfile")
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
        here = {
            name: value
            for name, value in os.environ.items()
            if re.match(r"PIP_|UV_|SSL_|\w+_proxy$", name, re.IGNORECASE)
        }
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


def stages_of(path: Path) -> list[Stage]:
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


def build_context(project: Path) -> set[str]:
    """The files that Docker's own rules let through."""
    patterns = [
        line for line in (project / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")
    ]
    sent = docker.utils.build.exclude_paths(str(project), patterns)
    return {name for name in sent if (project / name).is_file()}


def compose_of(project: Path, variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The file as Compose reads it, with the variables put in."""
    text = (project / "compose.yaml").read_text()
    if variables is not None:
        text = re.sub(r"\$\{(\w+):\?[^}]*\}", lambda found: variables[found[1]], text)
    document: dict[str, Any] = yaml.safe_load(text)
    return document


def end(process: subprocess.Popen[str], *, check: bool = True) -> int:
    _, errors = process.communicate(timeout=START_SECONDS)
    assert process.returncode == 0 or not check, errors
    return process.returncode


def tree(folder: Path) -> dict[str, int]:
    return {
        str(path): path.stat().st_mtime_ns
        for path in folder.rglob("*")
        # The test writes the port into healthcheck.py; what Python may not compile it does without.
        if path.is_file() and path.name != "healthcheck.py" and path.suffix != ".pyc"
    }
