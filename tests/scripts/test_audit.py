"""The audit tells known vulnerabilities from a database that could not be asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import audit

SOUND = {"name": "flask", "version": "3.1.1", "vulns": []}
KNOWN = {"name": "jinja2", "version": "2.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]}
OPEN = {"name": "jinja2", "version": "2.0", "vulns": [{"id": "PYSEC-2", "fix_versions": []}]}
UNKNOWN = {"name": "celery", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("packages", "code", "out", "err"),
    [
        ([SOUND], 0, "", "1 of 1 packages"),
        ([SOUND, KNOWN], 1, "jinja2 2.0: PYSEC-1, fixed in 2.1", "2 of 2 packages"),
        ([OPEN], 1, "jinja2 2.0: PYSEC-2, not fixed yet", "1 of 1 packages"),
        ([SOUND, UNKNOWN], 2, "", "could not be asked about the others, the first of them celery"),
        ([KNOWN, UNKNOWN], 2, "PYSEC-1", "1 of 2 packages"),
    ],
    ids=["none", "one", "one without a fix", "not asked", "one, and not asked"],
)
def test_the_reply_is_told(
    capsys: pytest.CaptureFixture[str], packages: list[dict[str, Any]], code: int, out: str, err: str
) -> None:
    assert audit.told("flask-micro", packages) == code
    said = capsys.readouterr()
    assert out in said.out
    assert bool(out) == bool(said.out)
    assert err in said.err


def test_without_a_reply_the_database_is_said_to_be_out_of_reach(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path))  # else pip-audit may be there from another run, and ask
    for name in ("UV_OFFLINE", "PIP_NO_INDEX"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("UV_NO_INDEX", "1")
    assert audit.audit("flask-micro", "flask==3.1.1\n") == 2
    assert "cannot be reached" in capsys.readouterr().err
