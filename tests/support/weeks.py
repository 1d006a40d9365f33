"""What people do to a project in its first weeks: something of their own in every place where things are added."""

from __future__ import annotations

import re
from pathlib import Path

from support.lives import EMAIL, PASSWORD, Life

_README = "\n## How we run it\n\nOn Tuesdays.\n"
_NOTES_APP = '''"""Notes of our own."""

from django.db import models


class Note(models.Model):
    """What somebody noted."""

    text = models.CharField(max_length=200)

    def __str__(self) -> str:
        """Return the text."""
        return self.text
'''
_NOTES_BLUEPRINT = '''"""Notes of our own."""

from flask import Blueprint

bp = Blueprint("notes", __name__, url_prefix="/notes")


@bp.get("/")
def index() -> str:
    """Say hello."""
    return "Notes"
'''
_NOTES_MODEL = '''

class Note({base}):
    """What somebody noted."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(200), default="")
'''


def some_weeks(life: Life, *, edits_models: bool = True) -> None:
    """Add to the README, a dependency, an application or a blueprint, a model with its migration, and an account.

    With ``edits_models`` users of Django get a field more, in the template's own file.
    """
    readme = life.project / "README.md"
    readme.write_text(readme.read_text() + _README)
    _depend_on(life, "idna>=3")
    if life.template == "django-full":
        _django(life, edits_models=edits_models)
    elif life.template == "flask-blueprints":
        _blueprints(life)
    else:
        _micro(life)
    life.step("make setup")
    if life.has_target("migrate"):
        life.step("make migrate")
    _account(life)


def _depend_on(life: Life, requirement: str) -> None:
    project = life.project / "pyproject.toml"
    text = project.read_text()
    project.write_text(re.sub(r"(\ndependencies = \[\n)", rf'\1    "{requirement}",\n', text, count=1))


def _django(life: Life, *, edits_models: bool) -> None:
    life.step(".venv/bin/python manage.py startapp notes")
    app = life.project / "apps/notes"
    (app / "models.py").write_text(_NOTES_APP)
    models = life.project / "apps/accounts/models.py"
    if edits_models and models.is_file():
        _insert(models, r"\n( +)is_staff = ", r"\n\1nickname = models.CharField(max_length=40, blank=True)\g<0>")
    life.step(".venv/bin/python manage.py makemigrations --name ours")


def _blueprints(life: Life) -> None:
    notes = life.package / "notes"
    notes.mkdir()
    (notes / "__init__.py").write_text(_NOTES_BLUEPRINT)
    factory = life.package / "__init__.py"
    _insert(factory, r"\n    return app\n", r"\n    app.register_blueprint(notes.bp)\g<0>")
    _insert(factory, r"\n\n\ndef create_app", r"\nfrom .notes import bp as notes_bp\g<0>")
    factory.write_text(factory.read_text().replace("notes.bp", "notes_bp"))
    models = life.package / "models.py"
    if models.is_file() and (life.package / "migrations/versions").is_dir():
        text = models.read_text()
        text = text.replace("import DateTime,", "import DateTime, String,", 1) if " String" not in text else text
        text = text.replace("import DeclarativeBase", "import DeclarativeBase, Mapped, mapped_column", 1)
        models.write_text(text.rstrip() + "\n" + _NOTES_MODEL.format(base="Base"))
        life.step('.venv/bin/flask db migrate --message "Our notes"')


def _micro(life: Life) -> None:
    (life.package / "notes.py").write_text(_NOTES_BLUEPRINT)
    factory = life.package / "__init__.py"
    before, end, after = factory.read_text().rpartition("    return app\n")
    registered = "    from .notes import bp\n\n    app.register_blueprint(bp)\n"
    factory.write_text(before + registered + end + after)


def _account(life: Life) -> None:
    if (life.project / "manage.py").is_file():
        if (life.project / "apps/accounts").is_dir():
            life.step(f".venv/bin/python manage.py create-admin --email {EMAIL} --password '{PASSWORD}'")
    elif (life.package / "auth").is_dir():
        life.step(f".venv/bin/flask create-admin --email {EMAIL} --password '{PASSWORD}'")


def _insert(path: Path, where: str, what: str) -> None:
    text, count = re.subn(where, what, path.read_text(), count=1)
    assert count == 1, f"{path} has no {where}"
    path.write_text(text)
