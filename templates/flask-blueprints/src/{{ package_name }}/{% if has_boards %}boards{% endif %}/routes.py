"""The page of the boards: what is on it, its script asks of the API."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from ..auth.access import login_required

bp = Blueprint("boards", __name__, url_prefix="/boards", template_folder="templates")


@bp.get("/")
@login_required
def index() -> ResponseReturnValue:
    """The application in the browser."""
    return render_template("boards/index.html")
