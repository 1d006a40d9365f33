"""For whoever watches the application: whether it lives, and whether it can do its work."""

import logging

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from .extensions import db

bp = Blueprint("health", __name__)
logger = logging.getLogger(__name__)


@bp.get("/healthz")
def alive() -> ResponseReturnValue:
    """Answers as long as the process does; asks nothing else."""
    return {"status": "ok"}


@bp.get("/readyz")
def ready() -> ResponseReturnValue:
    """Answers 503, and says why, when what it needs is out of reach."""
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        logger.exception("the database does not answer")
        return {"status": "unavailable", "checks": {"database": "failed"}}, 503
    return {"status": "ok", "checks": {"database": "ok"}}
