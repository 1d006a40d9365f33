"""Runs the command line as people and pipelines do: in a process of its own, with a home and a TMPDIR of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.contract import refuse_unpublished

COMMAND = (sys.executable, "-W", "error", "-m", "waypost")
# Root may write everywhere, unless it gives up that right: permissions then count for it as for anybody.
_WITHOUT_RIGHTS = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all")
AS_ANYBODY = (*_WITHOUT_RIGHTS, *COMMAND) if os.geteuid() == 0 else COMMAND
EXIT_CODES = frozenset({0, 1, 2, 3, 4, 5, 6, 7, 130})


@dataclass(frozen=True, kw_only=True)
class Done:
    """How a process ended, and what it said."""

    arguments: tuple[str, ...] = ()
    code: int
    out: str
    err: str

    @property
    def reply(self) -> dict[str, Any]:
        """The one JSON object on standard output, which follows the published schema."""
        lines = self.out.splitlines()
        assert len(lines) == 1, f"not one line: {self.out!r} {self.err!r}"
        reply = json.loads(lines[0])
        assert isinstance(reply, dict)
        assert reply["exit_code"] == self.code
        refuse_unpublished(self.arguments, reply)
        return reply


class Workplace:
    """A folder to run commands in; ``here`` is the current folder, ``temporary`` what TMPDIR names."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.here = root / "here"
        self.temporary = root / "tmp"
        self.home = root / "home"
        for folder in (self.here, self.temporary, self.home):
            folder.mkdir(parents=True)
        (self.home / ".gitconfig").write_text("[user]\nname = A Tester\nemail = tester@example.com\n")

    def environment(self, changes: Mapping[str, str | None] | None = None) -> dict[str, str]:
        """The variables a command runs with; a change to None takes one away."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "COVERAGE"))}
        wanted: dict[str, str | None] = {
            **inherited,
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "GIT_CONFIG_NOSYSTEM": "1",
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "PYTHONDONTWRITEBYTECODE": "1",
            **(changes or {}),
        }
        return {name: value for name, value in wanted.items() if value is not None}

    def run(
        self,
        *arguments: str | Path,
        stdin: str | bytes = b"",
        env: Mapping[str, str | None] | None = None,
        cwd: Path | None = None,
        umask: int = -1,
        program: Sequence[str] = COMMAND,
    ) -> Done:
        """Run ``waypost ARGUMENTS``, hold it to what always holds, and return how it ended."""
        done = subprocess.run(
            [*program, *(os.fspath(argument) for argument in arguments)],
            cwd=cwd or self.here,
            env=self.environment(env),
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            check=False,
            timeout=60,
            umask=umask,
        )
        out, err = done.stdout.decode(), done.stderr.decode()
        assert "Traceback" not in err, err
        assert "Exception ignored" not in err, err
        assert done.returncode in EXIT_CODES, (done.returncode, err)
        assert list(self.temporary.iterdir()) == []
        return Done(
            arguments=tuple(os.fspath(argument) for argument in arguments), code=done.returncode, out=out, err=err
        )

    def files(self) -> list[str]:
        """Everything below the current folder, so that what is left behind shows."""
        return sorted(str(path.relative_to(self.here)) for path in self.here.rglob("*"))
