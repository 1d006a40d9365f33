"""Reads the files of a checkout's newest commit with git; a git directory without a work tree will do."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_LEFT_OUT = re.compile(
    r"(^|/)(tests?|testing|migrations?|alembic|versions|docs?|examples?|demo|benchmarks?|node_modules|vendor|vendored|"
    r"third_party|libs|custom_libs|site-packages|contrib|cookiecutter|ansible|\.github)/|(^|/)(test_[^/]*|[^/]*_tests?|conftest|tests)\.py$",
    re.IGNORECASE,
)
"""Files that say nothing about the application itself: tests, migrations, documentation, and what others wrote."""

_MANIFEST = re.compile(
    r"(^|/)(requirements[^/]*\.(txt|in)|requirements/[^/]+\.(txt|in|pip)|pyproject\.toml|setup\.(py|cfg)|Pipfile|environment\.ya?ml)$"
)
_NOT_IN_USE = re.compile(
    r"(^|[/_.-])(dev|develop|development|tests?|testing|lint|docs?|debug)([/_.-]|$)", re.IGNORECASE
)
_LARGEST = 400_000


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """The newest commit of a repository: its text files that say something about the application, by their paths."""

    commit: str
    commits: int
    manifests: Mapping[str, str]
    code: Mapping[str, str]
    tables: Mapping[str, str]
    """The SQL files, which may hold the tables."""
    readme: str


def git_directory(folder: Path) -> Path | None:
    """Return the git directory of a checkout, of a bare repository, or of one in a folder ``repo``."""
    for place in (folder / ".git", folder, folder / "repo" / ".git", folder / "repo"):
        if (place / "HEAD").is_file() and (place / "objects").is_dir():
            return place
    return None


def read_checkout(git: Path, *, within: str = "") -> Checkout:
    """Return what the newest commit holds below the folder ``within``; the manifests at the top count as well."""
    paths = {}
    for line in _git(git, "ls-tree", "-r", "-l", "-z", "HEAD").split(b"\0"):
        about, _, name = line.partition(b"\t")
        if about.startswith(b"100") and about.split()[3].isdigit() and int(about.split()[3]) <= _LARGEST:
            paths[name.decode(errors="replace")] = about.split()[2].decode()
    inside = [path for path in paths if path.startswith(within and f"{within}/")]
    manifests = [path for path in paths if _MANIFEST.search(path) and _is_own(path, within)]
    code = [path for path in inside if path.endswith(".py") and not _LEFT_OUT.search(path)]
    tables = [path for path in inside if path.endswith(".sql") and not _LEFT_OUT.search(path)]
    wanted = [*manifests, *code, *tables]
    texts = dict(zip(wanted, _texts(git, [paths[path] for path in wanted]), strict=True))
    return Checkout(
        commit=_git(git, "rev-parse", "HEAD").decode().strip(),
        commits=int(_git(git, "rev-list", "--count", "HEAD")),
        manifests={path: texts[path] for path in sorted(manifests, key=lambda path: (path.count("/"), path))},
        code={path: texts[path] for path in sorted(code)},
        tables={path: texts[path] for path in sorted(tables)},
        readme=next((path for path in sorted(paths) if path.lower().startswith("readme")), ""),
    )


def _is_own(path: str, within: str) -> bool:
    is_near = "/" not in path or path.startswith(f"{within}/" if within else "")
    return is_near and not _LEFT_OUT.search(path) and not _NOT_IN_USE.search(path)


def _texts(git: Path, blobs: list[str]) -> list[str]:
    asked = "".join(f"{blob}\n" for blob in blobs).encode()
    told = _git(git, "cat-file", "--batch", given=asked)
    texts, at = [], 0
    for _ in blobs:
        end = told.index(b"\n", at)
        size = int(told[at:end].split()[2])
        texts.append(told[end + 1 : end + 1 + size].decode(errors="replace"))
        at = end + size + 2
    return texts


def _git(git: Path, *arguments: str, given: bytes | None = None) -> bytes:
    command = ["git", "-c", "safe.directory=*", f"--git-dir={git}", *arguments]
    return subprocess.run(command, input=given, capture_output=True, check=True).stdout
