"""The wizard as a page: a Flask application, for one person on this machine or hosted by any WSGI server.

``create_app()`` makes the hosted one: ``gunicorn 'waypost.web:create_app()'``. ``waypost web`` serves the other, which
also makes projects and updates them. Needs what ``pip install 'waypost[web]'`` brings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask


def create_app(**settings: Any) -> Flask:
    """Return the application that can be hosted: it writes nothing, and keeps nothing of a request.

    ``settings`` are those of ``waypost.web.app.hosted``.
    """
    from waypost.web.app import hosted, warm_up  # noqa: PLC0415 - importing the package costs nothing

    app = hosted(**settings)
    warm_up(app)
    return app
