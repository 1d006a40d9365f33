"""Made-up projects that Waypost did not make, in repositories of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from support.updating import commit, files, git, put
from waypost.update.merge.trees import File

MODULE = {
    "app.py": "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/')\ndef home():\n    return 'hello'\n",
}
"""A module, as Flask's own first page shows it."""

FLASK = {
    "shop/__init__.py": """\
from flask import Flask

from .cart import bp

def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "postgresql://localhost/shop"
    app.register_blueprint(bp)
    return app
""",
    "shop/cart.py": """\
from flask import Blueprint

bp = Blueprint("cart", __name__)


@bp.get("/login")
def login():
    return "sign in"
""",
    "requirements.txt": "Flask==3.1.0\nFlask-SQLAlchemy\npsycopg2-binary\nrq\nsentry-sdk[flask]>=2\n",
    "Dockerfile": "FROM python:3.13-slim\nCOPY shop shop\n",
    ".github/workflows/tests.yml": "on: push\n",
    "README.md": "# Corner Shop\n\nSells things.\n",
    "LICENSE": "MIT License\n",
    ".gitignore": "*.pyc\n",
}
"""An application of blueprints."""

DJANGO = {
    "manage.py": """\
import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_of_mine.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
""",
    "site_of_mine/__init__.py": "",
    "site_of_mine/settings.py": "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3'}}\n",
    "site_of_mine/urls.py": "from django.contrib import admin\n\nurlpatterns = [('admin/', admin.site.urls)]\n",
}
"""What ``django-admin startproject`` makes, shortened."""


def repository_of(folder: Path, entries: Mapping[str, File | bytes | str]) -> Path:
    """A repository with one commit of these files, and no record."""
    folder.mkdir(parents=True)
    git("init", "--quiet", "--initial-branch=main", cwd=folder)
    put(folder, files(entries))
    commit(folder)
    return folder
