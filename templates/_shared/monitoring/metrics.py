"""What is counted, over all worker processes, for Prometheus' page /metrics."""

import os
from collections.abc import Iterator

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

REQUESTS = Counter("http_requests", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "http_request_duration_seconds", "Time it took to answer a request.", ["method", "route"]
)
WORKERS = Gauge("http_workers", "Processes that answer requests.", multiprocess_mode="liveall")


def record(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request. The route is the pattern and not the address, of which there is no end."""
    REQUESTS.labels(method, route, status).inc()
    SECONDS.labels(method, route).observe(seconds)


def begin() -> CollectorRegistry:
    """Count this process as one of the workers, and return what the page shows.

    That is this process, or all workers where gunicorn.conf.py has made them a place.
    """
    WORKERS.set(1)
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    PlatformCollector(registry)
    registry.register(AllWorkers())
    return registry


class AllWorkers(Collector):
    """What all workers have counted since the start, and what those that live take of the machine."""

    def __init__(self) -> None:
        self._counted = MultiProcessCollector(None)

    def collect(self) -> Iterator[Metric]:
        """Add the workers' counts up, and look at each worker's process."""
        taken: dict[str, Metric] = {}
        for metric in self._counted.collect():
            yield metric
            if metric.name == "http_workers":
                for worker in metric.samples:
                    add_process(taken, worker.labels["pid"])
        yield from taken.values()


def add_process(taken: dict[str, Metric], pid: str) -> None:
    """Add a process's memory, processor time and open files, marked as its own."""
    for metric in ProcessCollector(pid=lambda: pid, registry=None).collect():
        empty = Metric(metric.name, metric.documentation, metric.type)
        whole = taken.setdefault(metric.name, empty)
        for sample in metric.samples:
            whole.add_sample(sample.name, {"pid": pid}, sample.value)
