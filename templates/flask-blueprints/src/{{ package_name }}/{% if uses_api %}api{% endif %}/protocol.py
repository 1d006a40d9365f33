"""How the API speaks HTTP: what it reads, and what it need not send again."""

from typing import Any

from flask import Request, Response, request
from marshmallow import RAISE, Schema
from webargs.flaskparser import FlaskParser, abort

UNREADABLE = (ValueError, RecursionError)  # numbers too long and lists too deep to be read


class StrictParser(FlaskParser):
    """Refuses what the description does not allow: other media types, unknown parameters."""

    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"query": RAISE}

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The body, which has to be JSON and say so."""
        if not req.is_json:
            abort(415)
        try:
            return super().load_json(req, schema)
        except UNREADABLE:
            abort(400)


def leave_out_what_is_known(response: Response) -> Response:
    """The answer, or 304 for a caller who says that it has this state already."""
    response.make_conditional(request)
    return response
