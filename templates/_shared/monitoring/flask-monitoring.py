"""Measures each request, and tells whoever watches the application."""

from time import perf_counter

from flask import Flask, Response, g, request
{% if uses_metrics %}
from prometheus_client import make_wsgi_app
from werkzeug.middleware.dispatcher import DispatcherMiddleware
{% endif %}

from . import {{ 'metrics, statsd' if uses_metrics and uses_statsd else 'metrics' if uses_metrics else 'statsd' }}
{% if uses_statsd %}
from .config import Settings
{% endif %}

METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


{% if uses_statsd %}
def init_app(app: Flask, settings: Settings) -> None:
{% else %}
def init_app(app: Flask) -> None:
{% endif %}
    """Measure from the first hook of a request to its last."""
{% if uses_metrics %}
    # Ahead of the application: whoever asks, by any host name, is answered and not counted.
    page = make_wsgi_app(metrics.begin())
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/metrics": page})  # type: ignore[method-assign]
{% endif %}
{% if uses_statsd %}
    sender = statsd.Sender(settings.statsd_host, settings.statsd_port)
{% endif %}
{% if uses_statsd and has_predictions %}
    app.extensions["statsd"] = sender
{% endif %}
{% if uses_statsd and uses_celery %}
    sender.watch_tasks()
{% endif %}

    @app.before_request
    def begin() -> None:
        g.began = perf_counter()

    @app.after_request
    def record(response: Response) -> Response:
        seconds = perf_counter() - g.began
        # What somebody makes up, methods and addresses, must not begin a series each.
        method = request.method if request.method in METHODS else "OTHER"
{% if uses_metrics %}
        route = request.url_rule.rule if request.url_rule else "unmatched"
        metrics.record(method, route, response.status_code, seconds)
{% endif %}
{% if uses_statsd %}
        view = request.endpoint or "unmatched"
        sender.record(method, view, response.status_code, seconds)
{% endif %}
        return response
