"""Blueprints of flask-blueprints in a second application: taken there as the README says, they work as they are."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.browsing import PASSWORD
from templates.test_flask_blueprints import Browser
from templates.test_pages import MESSAGE, OLD_STAMP

if TYPE_CHECKING:
    from templates.conftest import Environment, MakeEnvironment, Render, Run, Serve

pytestmark = pytest.mark.project

TEMPLATE = "flask-blueprints"
# Another name, so that whatever still names the first project fails.
SECOND = {"project_name": "Second", "project_slug": "second", "package_name": "second_project"}
BOSS = "boss@example.com"
IN_ROOT = ("pyproject.toml", ".env.example", "tests/test_config.py")
EVERYTHING: dict[str, object] = {"accounts": "full", "admin": "multi-role"}


@dataclass(frozen=True, kw_only=True)
class Reuse:
    """A blueprint to take along, and the answers that a project has because of it."""

    folder: str
    use: Callable[[Path, Run, Environment, Browser], None]
    because: dict[str, object]
    without: dict[str, object]
    same: dict[str, object] = field(default_factory=dict)


def read_the_site(project: Path, run: Run, shared: Environment, visitor: Browser) -> None:
    """Its pages, its contact form and its calendar."""
    home = visitor.get("/about")
    assert home[0] == 200
    assert "Second</title>" in home[2]
    assert 'href="/opening-hours"' in home[2]
    assert "Did you mean" in visitor.get("/openig-hours")[2]
    run(project, shared, "flask", "pages", "seed", "--count", "3")
    assert "X-WR-CALNAME:Second\r\n" in visitor.get("/events.ics")[2]
    assert "http://127.0.0.1:8000/opening-hours" in visitor.get("/sitemap.xml")[2]
    stamp = run(project, shared, "python", "-c", OLD_STAMP.replace("my_project", "second_project")).stdout.strip()
    assert visitor.submit("/contact", **MESSAGE, stamp=stamp)[0] == 303
    assert "is the ladder free?" in run(project, shared, "flask", "pages", "export-messages").stdout


def run_the_site(project: Path, run: Run, shared: Environment, visitor: Browser) -> None:
    """All of it, with its members and the part of the admin area that belongs to it."""
    read_the_site(project, run, shared, visitor)
    sign_in(project, run, shared, visitor)
    assert "House rules" in visitor.get("/members/")[2]
    assert 'href="/admin/messages/"' in visitor.get("/admin/")[2]
    assert "Ada Example" in visitor.get("/admin/messages/")[2]
    assert "Repair evening" in visitor.get("/admin/events/")[2]


def read_the_blog(project: Path, run: Run, shared: Environment, visitor: Browser) -> None:
    """Its list, a post, a tag, the search and the feed."""
    run(project, shared, "flask", "blog", "seed", "--count", "3")
    listed = visitor.get("/blog/")
    assert "Post 3" in listed[2]
    assert 'href="/blog/feed.xml"' in listed[2]
    assert "Second</title>" in visitor.get("/blog/posts/post-1")[2]
    assert "Post 2" in visitor.get("/blog/tags/even")[2]
    assert "Post 1" in visitor.get("/blog/?q=POST+1")[2]
    assert "http://127.0.0.1:8000/blog/posts/post-1" in visitor.get("/blog/feed.xml")[2]


def write_the_blog(project: Path, run: Run, shared: Environment, visitor: Browser) -> None:
    """All of it, and a new post."""
    read_the_blog(project, run, shared, visitor)
    sign_in(project, run, shared, visitor)
    assert visitor.submit("/writing/new", title="A second life", body="*Here*, too.")[0] == 302
    assert "A second life" in visitor.get("/writing/")[2]


def run_the_admin_area(project: Path, run: Run, shared: Environment, visitor: Browser) -> None:
    """Its accounts, and what it does with them."""
    run(project, shared, "flask", "create-user", "--email", "ada@example.com", "--password", PASSWORD)
    assert visitor.get("/admin/")[0] == 302
    sign_in(project, run, shared, visitor)
    assert 'href="/admin/"' in visitor.get("/")[2]
    assert "ada@example.com" in visitor.get("/admin/accounts/")[2]
    assert visitor.submit("/admin/accounts/1", roles="auditor")[0] == 405  # the page is for reading
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', visitor.get("/admin/accounts/1")[2])
    assert token
    assert visitor.post("/admin/accounts/1/deactivate", csrf_token=token[1])[0] == 302
    assert "Deactivated" in visitor.get("/admin/accounts/1")[2]


WITHOUT: dict[str, object] = {"example": False}
REUSES = {
    "website": Reuse(
        folder="pages", use=run_the_site, because={"example_domain": "pages"}, without=WITHOUT, same=EVERYTHING
    ),
    "website without accounts": Reuse(
        folder="pages", use=read_the_site, because={"example_domain": "pages"}, without=WITHOUT
    ),
    "blog": Reuse(
        folder="blog", use=write_the_blog, because={"example_domain": "blog"}, without=WITHOUT, same=EVERYTHING
    ),
    "blog with sign-in alone": Reuse(
        folder="blog",
        use=write_the_blog,
        because={"example_domain": "blog"},
        without=WITHOUT,
        same={"accounts": "login"},
    ),
    "blog without accounts": Reuse(
        folder="blog", use=read_the_blog, because={"example_domain": "blog"}, without=WITHOUT
    ),
    "admin area": Reuse(
        folder="admin",
        use=run_the_admin_area,
        because={"admin": "multi-role"},
        without={"admin": "none"},
        same={"example": False, "accounts": "full"},
    ),
    "admin area with sign-in alone": Reuse(
        folder="admin",
        use=run_the_admin_area,
        because={"admin": "basic"},
        without={"admin": "none"},
        same={"example": False, "accounts": "login", "security": "high"},
    ),
}
THOROUGH = set(REUSES) - {"website"}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.thorough) if name in THOROUGH else name for name in REUSES]
)
def test_a_blueprint_works_in_a_second_application(
    name: str, render: Render, environment: MakeEnvironment, run: Run, serve: Serve
) -> None:
    reuse, shared = REUSES[name], environment(TEMPLATE)
    first = render(TEMPLATE, **reuse.same | reuse.because)
    before = render(TEMPLATE, **reuse.same | reuse.without)
    second = render(TEMPLATE, **reuse.same | reuse.without | SECOND)
    _take_along(reuse.folder, first, before, second)

    blueprint = _package(second) / reuse.folder
    for file in _files(blueprint):
        assert file.read_bytes() == (_package(first) / reuse.folder / file.relative_to(blueprint)).read_bytes()

    run(second, shared, "flask", "db", "upgrade")
    if reuse.folder != "admin":  # which has no tables
        run(second, shared, "make", "migrations", "MESSAGE=reuse")
        run(second, shared, "make", "migrate")
    run(second, shared, "flask", "db", "check")
    run(second, shared, "ruff", "check")
    run(second, shared, "ruff", "format", "--check")
    run(second, shared, "mypy")
    run(second, shared, "pytest", "-q")
    with serve(second, shared) as url:
        reuse.use(second, run, shared, Browser(url))


def sign_in(project: Path, run: Run, shared: Environment, visitor: Browser) -> None:
    """As an administrator."""
    run(project, shared, "flask", "create-admin", "--email", BOSS, "--password", PASSWORD)
    assert visitor.submit("/auth/login", email=BOSS, password=PASSWORD)[0] == 302


def _take_along(folder: str, first: Path, before: Path, second: Path) -> None:
    """Copy the blueprint, and do with the files that the README names what it says."""
    found = re.search(
        rf"copy `{folder}/`\s+into it,\s+and from these files what it lacks:([^:]*?)\. ?(?:`make|\n)", _readme(first)
    )
    assert found
    shutil.copytree(_package(first) / folder, _package(second) / folder)
    for name in re.findall("`([^`]+)`", found[1]):
        roots = (first, before, second) if name in IN_ROOT else (_package(first), _package(before), _package(second))
        named = roots[0] / name
        assert named.exists(), f"the README names {name}, which is not there"
        for file in _files(named) if named.is_dir() else [named]:
            _add(*(root / file.relative_to(roots[0]) for root in roots))


def _add(first: Path, before: Path, second: Path) -> None:
    """Bring into the second project's file what the blueprint brought into the first one's."""
    if not second.exists():
        second.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(first, second)
        return
    subprocess.run(["git", "merge-file", "--quiet", second, before, first], check=True)


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts]


def _package(project: Path) -> Path:
    [module] = (project / "src").glob("*/__init__.py")
    return module.parent


def _readme(project: Path) -> str:
    return (project / "README.md").read_text(encoding="utf-8")
