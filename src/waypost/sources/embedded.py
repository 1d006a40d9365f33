"""The template source that Waypost carries: its folder, its address and its version."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from waypost.address import without_credentials
from waypost.errors import SourceError

_DISTRIBUTION = "waypost"
# What projects record that were made before Waypost had an address: they belong to it for ever.
_UNPUBLISHED = "https://waypost.invalid/waypost/waypost.git"


@dataclass(frozen=True, kw_only=True)
class TemplateSource:
    """A folder with one version of a template source, and what a project records of it: no credentials."""

    root: Path
    url: str
    version: str

    @property
    def name(self) -> str:
        """What people call it, where it has no templates with names of their own: the last part of its address."""
        return re.split(r"[/:]", self.url.rstrip("/"))[-1].removesuffix(".git")


@cache
def embedded() -> TemplateSource:
    """Return the template source that this Waypost carries, with its canonical address and version.

    A checkout says both itself, for what was installed of it may be older; elsewhere the package's metadata does, whose
    reading takes a moment. ``embedded_root`` does without.
    """
    root = embedded_root()
    url, version = _described_by_checkout(root) or _described_by_metadata()
    return TemplateSource(root=root, url=url, version=f"v{version}")


@cache
def embedded_root() -> Path:
    """Return the folder of the templates that this Waypost carries: the checkout's own, or those packed into the wheel.

    Raises ``SourceError`` where the installation carries none.
    """
    package = Path(__file__).parents[1]
    for root in (package / "_source", package.parents[1]):
        if (root / "copier.yml").is_file():
            return root
    raise SourceError("this installation carries no templates", hint="Install Waypost again.")


def is_canonical(url: str) -> bool:
    """Whether ``url`` is the address of the templates that this Waypost carries, with credentials or without."""
    return without_credentials(url) in {embedded().url, _UNPUBLISHED}


def _described_by_checkout(root: Path) -> tuple[str, str] | None:
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    except FileNotFoundError:
        return None
    return project["urls"]["Source"], project["version"]


def _described_by_metadata() -> tuple[str, str]:
    from importlib import metadata  # noqa: PLC0415 - takes a moment, and a checkout needs none

    entries = metadata.metadata(_DISTRIBUTION).get_all("Project-URL") or []
    url = next(str(entry).partition(", ")[2] for entry in entries if str(entry).startswith("Source, "))
    return url, metadata.version(_DISTRIBUTION)
