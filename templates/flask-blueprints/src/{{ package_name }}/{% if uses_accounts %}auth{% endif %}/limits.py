"""How often something may be tried before it has to wait."""

from http import HTTPStatus

from flask import request
from werkzeug.wrappers import Response

from . import emails

FAILURES_PER_ACCOUNT = "5 per 15 minutes"
FAILURES_PER_ADDRESS = "20 per 15 minutes"
# Counted before it is known which of them fail: attempts that come all at once are too many too.
ATTEMPTS_PER_ACCOUNT = "10 per minute"


def account_named() -> str:
    """The account a form is about, whether it exists or not."""
    return "account:" + emails.normalise(request.form.get("email", ""))[: emails.LONGEST]


def has_failed(response: Response) -> bool:
    """Whether an attempt counts: only one that was refused does."""
    return response.status_code >= HTTPStatus.BAD_REQUEST
