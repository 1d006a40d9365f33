"""Projects as people live with them: made, worked on for some weeks, updated, and then held to what they promise."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.environments import found
from support.running import Workplace
from support.sources import git

EMAIL, PASSWORD = "zoe@example.com", "correct horse battery staple"
_SECONDS = 900


@dataclass(kw_only=True)
class Life:
    """A project at work: its folder in ``place``, its template, and what people have put into it.

    ``rows`` are how many there are in each table, ``edits`` what was done to each of the template's files.
    """

    place: Workplace
    template: str
    name: str = "my-shop"
    uses_pip: bool = False
    rows: dict[str, int] = field(default_factory=dict)
    edits: dict[str, Callable[[str], str]] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)

    @property
    def project(self) -> Path:
        """Where it is."""
        return self.place.here / self.name

    @property
    def is_django(self) -> bool:
        """Whether it is made with Django now."""
        return (self.project / "manage.py").is_file()

    @property
    def package(self) -> Path:
        """The folder of its own package."""
        return next(path.parent for path in sorted(self.project.glob("src/*/__init__.py")))

    def make(self, answers: Mapping[str, object], *, release: str | None = None) -> None:
        """Make it, install it and bring its database up to date."""
        settings = [f"--set={key}={value}" for key, value in answers.items()]
        version = ["--ref", release] if release else []
        done = self.place.run("new", self.name, f"--set=template={self.template}", "--defaults", *settings, *version)
        assert done.code == 0, done.err
        self.step("make setup")
        if self.has_target("migrate"):
            self.step("make migrate")

    def has_target(self, target: str) -> bool:
        """Whether its Makefile has this target."""
        return re.search(rf"^{target}:", (self.project / "Makefile").read_text(), re.MULTILINE) is not None

    def step(self, command: str) -> str:
        """Do what somebody types in the project's folder, and return what it printed."""
        if command == "make setup" and not self.uses_pip:
            return self._install()
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.project,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        assert done.returncode == 0, (
            f"{command} ended with {done.returncode}\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
        )
        return done.stdout

    def environment(self) -> dict[str, str]:
        """The variables that commands run with: nothing of Waypost's own tools, and git as in a new account."""
        unset = ("TMPDIR", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTEST_ADDOPTS")
        inherited = self.place.environment(dict.fromkeys(unset))
        tools = os.path.dirname(sys.executable)  # noqa: PTH120 - a part of PATH
        path = os.pathsep.join(part for part in inherited["PATH"].split(os.pathsep) if part != tools)
        python = found(self.python_version)
        assert python is not None
        return {**inherited, "PATH": f"{python.parent}{os.pathsep}{path}"}

    @property
    def python_version(self) -> str:
        """The Python that it is made for."""
        text = (self.project / ".copier-answers.yml").read_text()
        match = re.search(r"^python_version: '?([\d.]+)", text, re.MULTILINE)
        assert match
        return match[1]

    def update(self, *arguments: str) -> dict[str, Any]:
        """Update it, follow each step that the reply names, and return the reply."""
        done = self.place.run("update", self.project, *arguments, "--yes", "--json")
        assert done.code in (0, 5), done.out
        for path in done.reply["conflicts"]:
            self._settle(path, done.reply["reasons"][path])
        for command in done.reply["next"]:
            if command.startswith("cd "):
                assert command.endswith(self.name)
            elif command != "git diff":
                self._set_addresses()
                self.step(command)
        return done.reply

    def hold_to_its_promises(self) -> None:
        """Check what an updated project must be, beyond its own tests, which were a step of the update."""
        tracked = git("ls-files", cwd=self.project).splitlines()
        assert git("status", "--porcelain", cwd=self.project) == ""
        forbidden = [path for path in tracked if re.search(r"\.sqlite3|(^|/)\.env$|\.env\.old|celerybeat", path)]
        assert forbidden == []
        if self.is_django:
            self.step(".venv/bin/python manage.py makemigrations --check --dry-run")
            self.step(".venv/bin/python manage.py migrate --check")
        elif (self.package / "migrations" / "versions").is_dir() and (self.package / "migrations/env.py").is_file():
            self.step(self.check_command)
        assert self.place.run("check", self.project, "--json").reply["projects"][0]["is_outdated"] is False

    @property
    def check_command(self) -> str:
        """What says whether models and database are alike."""
        if (self.package / "extensions.py").is_file():
            return ".venv/bin/flask db check"
        return f".venv/bin/flask --app {self.package.name} check-migrations"

    def edit(self, path: str, change: Callable[[str], str]) -> None:
        """Edit one of the template's files, in a way that can be repeated where an update changes the same lines."""
        file = self.project / path
        file.write_text(change(file.read_text()))
        self.edits[_in_any_package(path)] = change

    def commit(self, message: str) -> None:
        """Commit everything that git does not ignore."""
        git("add", "--all", cwd=self.project)
        git("commit", "--quiet", "--allow-empty", f"--message={message}", cwd=self.project)

    def database(self) -> Path:
        """The file of its SQLite database."""
        candidates = [*self.project.glob("*.sqlite3"), *self.project.glob("instance/*.sqlite3")]
        return max(candidates, key=lambda path: path.stat().st_mtime)

    def fill(self, tables: Mapping[str, Callable[[str], object]] | None = None) -> None:
        """Put a row into each table of the example and of the user that has none, and remember how many there are."""
        with sqlite3.connect(self.database()) as connection:
            for table in tables or self._own_tables(connection):
                if self._count(connection, table) == 0:
                    _insert(connection, table)
            self.rows = {table: self._count(connection, table) for table in self._own_tables(connection)}

    def hold_to_its_rows(self) -> None:
        """Check that no row is gone."""
        with sqlite3.connect(self.database()) as connection:
            for table, count in self.rows.items():
                assert self._count(connection, table) >= count, table

    @staticmethod
    def _own_tables(connection: sqlite3.Connection) -> list[str]:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        wanted = re.compile(r"(items|items_item|posts|notes|notes_note|users|accounts_user|shop_category)")
        return [name for (name,) in rows if wanted.fullmatch(name)]

    @staticmethod
    def _count(connection: sqlite3.Connection, table: str) -> int:
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(count)

    def _settle(self, path: str, reason: str) -> None:
        """Settle a conflict as a person does: the file is the template's, with the own edit made once more."""
        edit = self.edits.get(_in_any_package(path))
        assert edit, reason
        file = self.project / path
        if git("ls-files", "--unmerged", "--", path, cwd=self.project).count(" 3\t"):
            git("checkout", "--theirs", "--", path, cwd=self.project)
            file.write_text(edit(file.read_text()))
        else:
            file.unlink()

    def _set_addresses(self) -> None:
        """Write the addresses of this machine's servers where the examples stand, as a person would."""
        path = self.project / ".env"
        text = path.read_text()
        for name, value in self.addresses.items():
            text = re.sub(rf"^{name}=(?!sqlite).*$", f"{name}={value}", text, flags=re.MULTILINE)
        path.write_text(text)

    def _install(self) -> str:
        """Do what `make setup` does, by uv instead of pip: a tenth of the time."""
        uv = shutil.which("uv", path=os.path.dirname(sys.executable))  # noqa: PTH120 - a part of PATH
        assert uv
        python = self.project / ".venv/bin/python"
        fits = f"import sys; sys.exit(sys.version_info < ({self.python_version.replace('.', ', ')}))"
        if not python.exists() or subprocess.run([python, "-c", fits], check=False).returncode:
            self._uv(uv, "venv", "--quiet", "--clear", "--python", str(found(self.python_version)), ".venv")
        self._uv(uv, "pip", "install", "--quiet", "--python", str(python), "--editable", ".", "--group", "dev")
        return ""

    def _uv(self, *command: str) -> None:
        done = subprocess.run(command, cwd=self.project, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def _in_any_package(path: str) -> str:
    return re.sub(r"^src/\w+/", "src/*/", path)


def _insert(connection: sqlite3.Connection, table: str) -> None:
    columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
    values = {
        name: _value(name, kind)
        for _, name, kind, required, default, key in columns
        if required and not key and default is None
    }
    owners = {target: table_ for _, _, table_, target, *_ in connection.execute(f"PRAGMA foreign_key_list({table})")}
    for name, other in owners.items():
        first = connection.execute(f"SELECT id FROM {other} LIMIT 1").fetchone()
        if first and name in values:
            values[name] = first[0]
    names, marks = ", ".join(f'"{name}"' for name in values), ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", [*values.values()])


def _value(name: str, kind: str) -> object:
    if "_at" in name or kind.upper().startswith(("DATE", "TIMESTAMP")):
        return "2026-11-29 12:00:00.000000"
    return 1 if kind.upper().startswith(("INT", "BIGINT", "BOOL", "NUM", "DEC", "SMALLINT")) else f"some {name}"
