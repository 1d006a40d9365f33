"""The start page."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

bp = Blueprint("main", __name__, template_folder="templates")


@bp.get("/")
def home() -> ResponseReturnValue:
    """The start page, open to everybody."""
    return render_template("main/home.html")
