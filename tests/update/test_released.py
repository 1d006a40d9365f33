"""Projects that were made from a real release become what the newest version makes, and keep what is somebody's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.running import Workplace
from support.sources import TEMPLATES, git
from waypost.projects.belongings import is_migration
from waypost.projects.keeping.memory import MEMORY
from waypost.sources.releases import releases

pytestmark = pytest.mark.slow

RELEASES = [release.version for release in releases()]
UNASKED_UPDATES = ("v0.1.0", "v0.2.0")
# Answers that reach far into each template, and were there from the first release on.
ANSWERS = {
    "flask-micro": {"database": "postgresql", "ci": "github"},
    "flask-blueprints": {"accounts": "full", "admin": "multi-role", "api": "rest"},
    "django-full": {"admin": "multi-role", "security": "high"},
}


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize(
    "release",
    [RELEASES[0], *(pytest.param(release, marks=pytest.mark.thorough) for release in RELEASES[1:-1]), RELEASES[-1]],
)
@pytest.mark.parametrize("answers", [{}, ANSWERS], ids=["defaults", "many answers"])
def test_an_update_makes_of_a_released_project_what_is_made_today(
    place: Workplace, release: str, template: str, answers: dict[str, dict[str, str]]
) -> None:
    settings = {"template": template, **answers.get(template, {})}
    made(place, "project", settings, release)
    # What the first releases brought along with CI, unasked, is asked for today.
    is_unasked = "ci" in settings and release in UNASKED_UPDATES
    made(place, "today", settings | ({"dependency_updates": "renovate"} if is_unasked else {}), None)
    project = place.here / "project"
    readme = project / "README.md"
    readme.write_bytes(readme.read_bytes().replace(b"# One\n", b"# One, and mine\n", 1))
    (project / "mine.txt").write_text("mine\n")
    git("add", "--all", cwd=project)
    git("commit", "--quiet", "--message=Mine", cwd=project)

    before = contents(project)

    done = place.run("update", project, "--json")
    assert (done.code, done.reply["conflicts"]) == (0, [])
    after = contents(project)
    # Migrations are the project's own from the day they were made; those of today come after them.
    assert {path: after.get(path) for path in before if is_of_a_history(path)} == {
        path: content for path, content in before.items() if is_of_a_history(path)
    }
    expected = {path: content for path, content in contents(place.here / "today").items() if not is_of_a_history(path)}
    expected["README.md"] = expected["README.md"].replace(b"# One\n", b"# One, and mine\n", 1)
    assert b"mine" in expected["README.md"]
    expected["mine.txt"] = b"mine\n"
    assert {path: content for path, content in after.items() if not is_of_a_history(path)} == expected

    place.run("undo", project)
    assert git("status", "--porcelain", cwd=project) == ""


@pytest.mark.parametrize("accounts", ["login", "full"])
@pytest.mark.parametrize("template", ["flask-blueprints", "django-full"])
def test_accounts_of_a_released_project_become_those_that_people_make_and_the_others_again(
    place: Workplace, template: str, accounts: str
) -> None:
    settings = {"template": template, "api": "rest"}
    made(place, "project", {**settings, "accounts": accounts}, RELEASES[-1])
    project = place.here / "project"
    history = {path: content for path, content in contents(project).items() if is_of_a_history(path)}
    for chosen in ("registration", accounts):
        made(place, chosen, {**settings, "accounts": chosen}, None)
        done = place.run("update", project, "--json", f"--set=accounts={chosen}")
        assert (done.code, done.reply["conflicts"]) == (0, [])
        after, today = contents(project), contents(place.here / chosen)
        assert history.items() <= after.items()
        assert {path: content for path, content in after.items() if not is_of_a_history(path)} == {
            path: content for path, content in today.items() if not is_of_a_history(path)
        }
        git("add", "--all", cwd=project)
        git("commit", "--quiet", f"--message=With {chosen}", cwd=project)


@pytest.mark.parametrize("kind", ["ml-service", "lightweight-app", "ecommerce"])
def test_an_update_puts_no_other_example_in_the_place_of_the_one_that_is_there(place: Workplace, kind: str) -> None:
    made(place, "project", {"kind": kind}, "0.2.0")
    before = set(contents(place.here / "project"))
    done = place.run("update", place.here / "project", "--json")
    assert (done.code, done.reply["answers"]["example_domain"]) == (0, {"value": "items", "origin": "default"})
    assert {name for name in before if "items" in name} <= set(contents(place.here / "project"))


@pytest.mark.parametrize(("ci", "chosen", "is_kept"), [("gitlab", (), True), ("github", ("none",), False)])
def test_an_update_keeps_the_settings_of_renovate_unless_it_is_asked_not_to(
    place: Workplace, ci: str, chosen: tuple[str, ...], *, is_kept: bool
) -> None:
    made(place, "project", {"template": "flask-micro", "ci": ci}, "0.2.0")
    settings = [f"--set=dependency_updates={choice}" for choice in chosen]
    done = place.run("update", place.here / "project", "--json", *settings)
    assert (done.code, done.reply["conflicts"]) == (0, [])
    assert done.reply["answers"]["dependency_updates"]["value"] == ("renovate" if is_kept else "none")
    assert (place.here / "project" / "renovate.json").exists() == is_kept
    git("add", "--all", cwd=place.here / "project")
    git("commit", "--quiet", "--message=Updated", cwd=place.here / "project")
    again = place.run("update", place.here / "project", "--json", "--set=ci=none")
    assert again.code == 0
    assert (place.here / "project" / "renovate.json").exists() == is_kept


def test_without_ci_an_update_brings_no_settings_of_renovate(place: Workplace) -> None:
    made(place, "project", {"template": "flask-micro"}, "0.2.0")
    assert place.run("update", place.here / "project", "--set=ci=github").code == 0
    assert not (place.here / "project" / "renovate.json").exists()


def made(place: Workplace, name: str, settings: dict[str, str], version: str | None) -> None:
    """Make a project of a release, which only a manifest can name, or of the newest version."""
    table = ", ".join(f'{key} = "{value}"' for key, value in settings.items())
    wanted = f'version = "{version}"\n' if version else ""
    manifest = place.here / f"{name}.toml"
    manifest.write_text(f'[[projects]]\npath = "{name}"\n{wanted}set = {{ project_name = "One", {table} }}\n')
    assert place.run("batch", manifest).code == 0


def contents(project: Path) -> dict[str, bytes]:
    """Every file but those that are written once, and the record, which names the version."""
    once = {".env", "docs/decisions/0001-web-framework.md"}
    names = (path.relative_to(project) for path in project.rglob("*") if path.is_file())
    kept = (name for name in names if name.parts[0] != ".git" and name.as_posix() not in once)
    return {name.as_posix(): (project / name).read_bytes() for name in kept}


def is_of_a_history(path: str) -> bool:
    """Whether the file is a migration, the package of one, or what is remembered of them."""
    return is_migration(path) or path.endswith("/migrations/__init__.py") or path == MEMORY
