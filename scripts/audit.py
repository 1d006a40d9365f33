"""Looks for known vulnerabilities in all that generated projects install, at the newest versions which they allow.

    make audit

Ends with 0 where none is known, 1 where one is, and 2 where the database that knows could not be asked. The database is
pip-audit's: of the package index, or of another service, such as ``AUDIT_SERVICE=osv``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from support.environments import requirements

UV = Path(sys.executable).with_name("uv")
TEMPLATES = ("flask-micro", "flask-blueprints", "django-full", "django-full-lts")


def main() -> int:
    """Audit each template; give the worst exit code, where not having asked is worse than having found something."""
    return max(audit(template, resolved(requirements(template))) for template in TEMPLATES)


def resolved(asked: Sequence[str]) -> str:
    """The newest versions of all that is asked for, and of all that this asks for, one a line."""
    command = [str(UV), "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--python-version", "3.12", "-"]
    return subprocess.run(command, input="\n".join(asked), capture_output=True, text=True, check=True).stdout


def audit(template: str, pins: str) -> int:
    """Say what is known of the versions of a template; give the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "requirements.txt"
        path.write_text(pins, encoding="utf-8")
        command = [
            *(str(UV), "tool", "run", "--quiet", "pip-audit", "--requirement", str(path), "--no-deps", "--disable-pip")
        ]
        command += ["--format", "json", "--progress-spinner", "off"]
        command += ["--vulnerability-service", os.environ.get("AUDIT_SERVICE", "pypi")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(f"{template}: the database of vulnerabilities cannot be reached from here:", file=sys.stderr)
        print(
            done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "pip-audit said nothing", file=sys.stderr
        )
        return 2
    return told(template, packages)


def told(template: str, packages: Sequence[dict[str, Any]]) -> int:
    """Say what pip-audit's reply means; give the exit code."""
    unknown = [package for package in packages if "skip_reason" in package]
    for package in packages:
        for known in package.get("vulns", ()):
            fixed = f"fixed in {', '.join(known['fix_versions'])}" if known["fix_versions"] else "not fixed yet"
            print(f"{template}: {package['name']} {package['version']}: {known['id']}, {fixed}")
    print(f"{template}: {len(packages) - len(unknown)} of {len(packages)} packages were looked up", file=sys.stderr)
    if unknown:
        print(
            f"{template}: the database could not be asked about the others, the first of them {unknown[0]['name']}. "
            "Try again where it can be reached, or with AUDIT_SERVICE=osv.",
            file=sys.stderr,
        )
        return 2
    return 1 if any(package.get("vulns") for package in packages) else 0


if __name__ == "__main__":
    sys.exit(main())
