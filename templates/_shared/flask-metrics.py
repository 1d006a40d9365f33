"""What is counted, and the page /metrics that shows it in Prometheus' text format."""

import os
from collections.abc import Iterator

from flask import Flask
from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    PlatformCollector,
    ProcessCollector,
    make_wsgi_app,
)
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from werkzeug.middleware.dispatcher import DispatcherMiddleware

REQUESTS = Counter("http_requests", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "http_request_duration_seconds", "Time it took to answer a request.", ["method", "route"]
)
WORKERS = Gauge("http_workers", "Processes that answer requests.", multiprocess_mode="liveall")


def init_app(app: Flask) -> None:
    """Answer /metrics ahead of the application: to whoever asks, by any host name, uncounted."""
    WORKERS.set(1)
    page = make_wsgi_app(registry())
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/metrics": page})  # type: ignore[method-assign]


def record(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request. The route is the pattern and not the address, of which there is no end."""
    REQUESTS.labels(method, route, status).inc()
    SECONDS.labels(method, route).observe(seconds)


def registry() -> CollectorRegistry:
    """What the page shows: this process, or all workers where gunicorn.conf.py has made them a place."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    PlatformCollector(registry)
    registry.register(AllWorkers())
    return registry


{% include 'templates/_shared/metrics-workers.py' %}
