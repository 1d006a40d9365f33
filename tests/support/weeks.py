"""What people do to a project in its first weeks: something of their own in every place where things are added."""

from __future__ import annotations

import re

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
    life.edit("README.md", lambda text: text + _README)
    life.edit("pyproject.toml", lambda text: _inserted(text, r"\ndependencies = \[\n", r'\g<0>    "idna>=3",\n'))
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


def _django(life: Life, *, edits_models: bool) -> None:
    life.step(".venv/bin/python manage.py startapp notes")
    app = life.project / "apps/notes"
    (app / "models.py").write_text(_NOTES_APP)
    models = "apps/accounts/models.py"
    if edits_models and (life.project / models).is_file():
        field = r"\n\1nickname = models.CharField(max_length=40, blank=True)\g<0>"
        life.edit(models, lambda text: _inserted(text, r"\n( +)is_staff = ", field))
    life.step(".venv/bin/python manage.py makemigrations --name ours")


def _blueprints(life: Life) -> None:
    notes = life.package / "notes"
    notes.mkdir()
    (notes / "__init__.py").write_text(_NOTES_BLUEPRINT)
    life.edit(f"src/{life.package.name}/__init__.py", _with_notes)
    if (life.package / "models.py").is_file() and (life.package / "migrations/versions").is_dir():
        life.edit(f"src/{life.package.name}/models.py", _with_a_model)
        life.step('.venv/bin/flask db migrate --message "Our notes"')


def _micro(life: Life) -> None:
    (life.package / "notes.py").write_text(_NOTES_BLUEPRINT)
    life.edit(f"src/{life.package.name}/__init__.py", _with_notes)


def _account(life: Life) -> None:
    if (life.project / "manage.py").is_file():
        if (life.project / "apps/accounts").is_dir():
            life.step(f".venv/bin/python manage.py create-admin --email {EMAIL} --password '{PASSWORD}'")
    elif (life.package / "auth").is_dir():
        life.step(f".venv/bin/flask create-admin --email {EMAIL} --password '{PASSWORD}'")


def _with_notes(factory: str) -> str:
    text = _inserted(factory, r"\nfrom \.config import .*\n", r"\g<0>from .notes import bp as notes_bp\n")
    return _inserted(text, r"\n    app\.register_blueprint\(", r"\n    app.register_blueprint(notes_bp)\g<0>")


def _with_a_model(models: str) -> str:
    text = models if " String" in models else models.replace("import DateTime,", "import DateTime, String,", 1)
    text = text.replace("import DeclarativeBase", "import DeclarativeBase, Mapped, mapped_column", 1)
    return text.rstrip() + "\n" + _NOTES_MODEL.format(base="Base")


def _inserted(text: str, where: str, what: str) -> str:
    text, count = re.subn(where, what, text, count=1)
    assert count == 1, f"{where} is not in:\n{text}"
    return text
