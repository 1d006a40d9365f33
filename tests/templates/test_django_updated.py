"""A migrated project of django-full goes on with other answers: its migrations, its rows, its groups.

The update leaves migrations that a project has as they are and adds new ones behind them. What it does is imitated here
with few lines; the update itself is tested with the whole life of projects.
"""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support.sources import source_of
from waypost.questions.catalogue import load_catalogue
from waypost.sources.embedded import embedded
from waypost.sources.rendering import render as rendered
from waypost.sources.source import source_at

if TYPE_CHECKING:
    from templates.conftest import Environment, MakeEnvironment, Render, Run

pytestmark = pytest.mark.project

STAFF = {
    "account.emailaddress": "v",
    "accounts.user": "vac",
    "api.apitoken": "vd",
    "items.item": "vacd",
}
ROLES = {
    "User managers": {"account.emailaddress": "v", "accounts.user": "vac", "api.apitoken": "vd"},
    "Content managers": {"accounts.user": "v", "items.item": "vacd"},
    "Auditors": dict.fromkeys(
        ("account.emailaddress", "accounts.user", "admin.logentry", "api.apitoken", "auth.group", "items.item"), "v"
    ),
}
# People and what belongs to them, as far as the project has a place for it.
ROWS = """
from django.apps import apps
models = {model._meta.label_lower: model for model in apps.get_models()}
def make(model, /, **values):
    if model in models:
        models[model].objects.create(**values)
if User := models.get("accounts.user"):
    for email, is_staff in (("ada@example.com", False), ("staff@example.com", True)):
        user = User.objects.create_user(email, "Correct-Horse-9", is_staff=is_staff)
        make("account.emailaddress", user=user, email=email, verified=True, primary=True)
        make("mfa.authenticator", user=user, type="totp", data={})
        make("usersessions.usersession", user=user, ip="127.0.0.1", user_agent="x", session_key=email)
        make("api.apitoken", user=user, name="test", digest=email, expires_at=user.date_joined)
        if "admin.logentry" in models:
            kind = models["contenttypes.contenttype"].objects.get_for_model(User)
            make("admin.logentry", user=user, content_type=kind, object_id=user.pk, object_repr="", action_flag=1)
        for group in models["auth.group"].objects.all():
            user.groups.add(group)
if Item := models.get("items.item"):
    owner = {"owner": user} if hasattr(Item, "owner") else {}
    make("items.item", name="A lamp", **owner)
"""
GROUPS = """
from django.contrib.auth.models import Group
letters = {"view": "v", "add": "a", "change": "c", "delete": "d"}
found = {}
for group in Group.objects.all():
    rights = found[group.name] = {}
    for right in group.permissions.select_related("content_type"):
        action, _, model = right.codename.partition("_")
        name = f"{right.content_type.app_label}.{model}"
        rights[name] = "".join(sorted(rights.get(name, "") + letters[action], key="vacd".index))
print(found)
"""
TAKEN = """
from django.contrib.auth.models import Group
rights = Group.objects.get(name="Staff").permissions
rights.remove(*rights.filter(codename__in=["add_user", "delete_item"]))
"""
TOKEN_OPENS = """
from apps.api.models import ApiToken
print([ApiToken.objects.valid({secret!r}) is not None])
"""
DELETED = "from apps.accounts.models import User; print(User.objects.all().delete()[0])"


@pytest.fixture(scope="module")
def installed(environment: MakeEnvironment) -> Environment:
    return environment("django-full")


@pytest.fixture
def released(tmp_path: Path) -> Any:
    """A function that makes a project of an earlier release."""

    def make(version: str, **answers: Any) -> Path:
        with source_at(embedded().url, version) as source:
            resolution = load_catalogue(source.root).resolve({"template": "django-full", **answers})
            assert not resolution.problems, resolution.problems
            rendered(source_of(source.root), resolution, tmp_path / "project")
        return tmp_path / "project"

    return make


@pytest.mark.parametrize("version", [pytest.param("v0.1.0", marks=pytest.mark.thorough), "v0.2.0"])
def test_more_staff_roles_give_a_database_of_a_release_all_groups_with_their_rights(
    released: Any, render: Render, run: Run, installed: Environment, version: str
) -> None:
    project = released(version)
    migrate(project, installed, run)
    assert groups_of(project, installed, run) == {"Staff": STAFF}
    update(project, render("django-full", admin="multi-role"))
    go_on(project, installed, run)
    assert groups_of(project, installed, run) == {"Staff": STAFF, **ROLES}


def test_fewer_staff_roles_take_nothing_from_anybody(
    released: Any, render: Render, run: Run, installed: Environment
) -> None:
    project = released("v0.2.0", admin="multi-role")
    migrate(project, installed, run)
    update(project, render("django-full"))
    go_on(project, installed, run)
    assert groups_of(project, installed, run) == {"Staff": STAFF, **ROLES}


def test_what_staff_took_from_a_group_of_a_release_stays_taken_and_what_is_new_arrives(
    released: Any, render: Render, run: Run, installed: Environment
) -> None:
    project = released("v0.2.0", accounts="none")
    migrate(project, installed, run)
    taken = "Group.objects.get(name='Staff').permissions.filter(codename__in=['add_user', 'delete_item'])"
    remove = (
        f"from django.contrib.auth.models import Group\nGroup.objects.get(name='Staff').permissions.remove(*{taken})"
    )
    run(project, installed, "python", "manage.py", "shell", "-c", remove)
    update(project, render("django-full"))
    go_on(project, installed, run)
    assert groups_of(project, installed, run) == {"Staff": STAFF | {"accounts.user": "vc", "items.item": "vac"}}
    run(project, installed, "pytest", "tests/accounts/test_groups.py", "tests/accounts/test_roles.py")


def test_a_token_of_a_release_still_opens_the_api_until_the_password_changes(
    released: Any, render: Render, run: Run, installed: Environment
) -> None:
    project = released("v0.2.0")
    migrate(project, installed, run)
    secret = run(project, installed, "python", "manage.py", "create-token", "--email", "ada@example.com").stdout.strip()
    update(project, render("django-full"))
    go_on(project, installed, run)
    opens = TOKEN_OPENS.format(secret=secret)
    assert run(project, installed, "python", "manage.py", "shell", "-v0", "-c", opens).stdout == "[True]\n"
    account = ("--email", "ada@example.com", "--password", "Another-Horse-7")
    run(project, installed, "python", "manage.py", "create-user", *account)
    assert run(project, installed, "python", "manage.py", "shell", "-v0", "-c", opens).stdout == "[False]\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            {"accounts": "none", "admin": "none", "api": "none"}, {"admin": "multi-role"}, marks=pytest.mark.thorough
        ),
        ({}, {"accounts": "none"}),
        pytest.param(
            {"security": "high"},
            {"accounts": "login", "admin": "none", "api": "none", "sessions": "cookie"},
            marks=pytest.mark.thorough,
        ),
        pytest.param({}, {"example": False, "api_library": "django-ninja"}, marks=pytest.mark.thorough),
        ({"example": False}, {"example_domain": "shop"}),
        pytest.param({"cache": "redis", "sessions": "redis"}, {}, marks=pytest.mark.thorough),
        ({}, {"accounts": "registration"}),
        pytest.param({"accounts": "registration"}, {}, marks=pytest.mark.thorough),
        pytest.param({"example_domain": "shop"}, {"security": "high"}, marks=pytest.mark.thorough),
        pytest.param(
            {"accounts": "none", "admin": "none"}, {"admin": "none", "accounts": "login"}, marks=pytest.mark.thorough
        ),
        pytest.param({"sessions": "cookie"}, {"security": "high", "cache": "redis"}, marks=pytest.mark.thorough),
    ],
    ids=[
        *("accounts and roles come", "accounts go, staff stay", "all of an account goes"),
        *("the example goes", "a shop comes", "the cache comes into the database"),
        *("profiles go", "profiles come"),
        *("the shop goes", "accounts come and staff go", "second factors come"),
    ],
)
def test_a_database_with_rows_follows_the_answers(
    *, render: Render, run: Run, installed: Environment, tmp_path: Path, before: dict[str, Any], after: dict[str, Any]
) -> None:
    project = tmp_path / "project"
    shutil.copytree(render("django-full", **before), project)
    migrate(project, installed, run)
    accounts = project / "apps/accounts/apps.py"
    had_people = accounts.exists()
    update(project, render("django-full", **after))
    go_on(project, installed, run)
    run(project, installed, "ruff", "check")
    run(project, installed, "ruff", "format", "--check")
    if had_people and accounts.exists():
        assert int(run(project, installed, "python", "manage.py", "shell", "-v0", "-c", DELETED).stdout) > 0


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"accounts": "none"}),
        ({"accounts": "none", "admin": "none"}, {"admin": "multi-role"}),
        ({}, {"example_domain": "shop", "api": "none"}),
    ],
    ids=["accounts go", "accounts come", "items and API go, a shop comes"],
)
def test_the_gates_stay_green_beside_the_migrations_of_before(
    *,
    render: Render,
    run: Run,
    installed: Environment,
    tmp_path: Path,
    before: dict[str, Any],
    after: dict[str, Any],
    pass_gates: Any,
) -> None:
    project = tmp_path / "project"
    shutil.copytree(render("django-full", **before), project)
    migrate(project, installed, run)
    update(project, render("django-full", **after))
    go_on(project, installed, run)
    pass_gates(project, installed)


def migrate(project: Path, installed: Environment, run: Run) -> None:
    """Make the database and put rows into it."""
    run(project, installed, "python", "manage.py", "migrate", "-v0")
    run(project, installed, "python", "manage.py", "shell", "-c", ROWS)


def go_on(project: Path, installed: Environment, run: Run) -> None:
    """Do what the update says, and hold that nothing is missing then and no question is asked."""
    run(project, installed, "python", "manage.py", "makemigrations", "--noinput")
    run(project, installed, "python", "manage.py", "migrate", "-v0")
    run(project, installed, "python", "manage.py", "makemigrations", "--check", "--dry-run")
    run(project, installed, "python", "manage.py", "migrate", "--check")


def groups_of(project: Path, installed: Environment, run: Run) -> Any:
    """What each group may view, add, change and delete."""
    return ast.literal_eval(run(project, installed, "python", "manage.py", "shell", "-v0", "-c", GROUPS).stdout)


def update(project: Path, new: Path) -> None:
    """Put the files of ``new`` in place of the project's; its migrations stay, and new ones come behind them."""
    kept = {path for path in files(project) if _is_kept(path)}
    old = {path: (project / path).read_text() for path in files(project) if path.suffix == ".py"}
    for path in files(project) - kept:
        (project / path).unlink()
    added: set[Path] = set()
    for path in sorted(files(new) - kept):
        beside = sorted(each.stem for each in kept | added if each.parent == path.parent and each.stem[0].isdigit())
        here, text = path, (new / path).read_bytes()
        if "migrations" in path.parts and beside and path.stem[0].isdigit():
            number = max(int(path.stem[:4]), int(beside[-1][:4]) + 1)
            here = path.with_name(f"{number:04}{path.name[4:]}")
            link = f'("{path.parent.parent.name}", "{beside[-1]}")'
            text = re.sub(rf'\("{path.parent.parent.name}", "\w+"\)', link, text.decode(), count=1).encode()
            added.add(here)
        (project / here).parent.mkdir(parents=True, exist_ok=True)
        (project / here).write_bytes(text)
        shutil.copymode(new / path, project / here)
    waiting = [path for path in kept if path.suffix == ".py"]
    while waiting:
        for module in _imported((project / waiting.pop()).read_text()):
            for path in (Path(*module.split(".")).with_suffix(".py"), Path(*module.split("."), "__init__.py")):
                if path in old and not (project / path).exists():
                    (project / path).write_text(old[path])
                    waiting.append(path)
    for folder in sorted(project.rglob("*"), reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def files(folder: Path) -> set[Path]:
    """The files below a folder, as paths from there."""
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


def _is_kept(path: Path) -> bool:
    return "migrations" in path.parts or path.suffix == ".sqlite3" or path.name == ".env"


def _imported(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            parts = name.split(".")
            yield from (".".join(parts[: length + 1]) for length in range(len(parts)))
