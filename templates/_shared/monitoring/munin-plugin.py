#!/usr/bin/env python3
"""Munin plugin that draws what /metrics says; the README tells how to link it, under a name for each graph.

It needs nothing but Python. `env.ADDRESS` in the node's configuration says where the service listens.

#%# family=auto
#%# capabilities=autoconf suggest
"""

import http.client
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ADDRESS = os.environ.get("ADDRESS", "127.0.0.1:8000")
STATUSES = {"2": "answered", "3": "sent elsewhere", "4": "refused", "5": "failed"}
SAMPLE = re.compile(r"(\w+)(?:\{(.*)\})? (\S+)")

GRAPHS = {
    "requests": """\
graph_title {{ project_slug }}: requests
graph_vlabel requests per ${graph_period}
graph_category webserver
graph_args --base 1000 --lower-limit 0
"""
    + "".join(
        f"status{first}.label {first}xx {what}\nstatus{first}.type DERIVE\nstatus{first}.min 0\n"
        for first, what in STATUSES.items()
    ),
    "duration": """\
graph_title {{ project_slug }}: mean time of a request
graph_vlabel seconds
graph_category webserver
graph_args --base 1000 --lower-limit 0
graph_order requests microseconds
requests.label requests
requests.type DERIVE
requests.min 0
requests.graph no
microseconds.label mean
microseconds.type DERIVE
microseconds.min 0
microseconds.cdef microseconds,requests,/,1000000,/
""",
    "memory": """\
graph_title {{ project_slug }}: memory
graph_vlabel bytes
graph_category webserver
graph_args --base 1024 --lower-limit 0
resident.label of all its processes
resident.draw AREA
""",
}


def main() -> int:
    """Do what Munin asks: `autoconf`, `suggest`, `config`, or print the values."""
    command = sys.argv[1] if len(sys.argv) > 1 else "fetch"
    if command == "suggest":
        sys.stdout.write("".join(f"{graph}\n" for graph in GRAPHS))
        return 0
    if command == "autoconf":
        sys.stdout.write(autoconf())
        return 0
    graph = Path(sys.argv[0]).name.rpartition("_")[2]
    if graph not in GRAPHS:
        names = ", ".join(f"{{ project_slug }}_{name}" for name in GRAPHS)
        sys.stderr.write(f"link this plugin as one of: {names}\n")
        return 1
    if command == "config":
        sys.stdout.write(GRAPHS[graph])
        return 0
    try:
        samples = list(read())
    except (OSError, http.client.HTTPException) as error:
        sys.stderr.write(f"http://{ADDRESS}/metrics cannot be read: {error}\n")
        return 1
    for field, value in values(graph, samples):
        sys.stdout.write(f"{field}.value {value:.0f}\n")
    return 0


def autoconf() -> str:
    """Say whether the service is there to be watched."""
    try:
        list(read())
    except (OSError, http.client.HTTPException) as error:
        return f"no (http://{ADDRESS}/metrics cannot be read: {error})\n"
    return "yes\n"


def read() -> Iterator[tuple[str, str, float]]:
    """Ask for the page; give name, labels and value of each sample on it."""
    connection = http.client.HTTPConnection(ADDRESS, timeout=5)
    connection.request("GET", "/metrics")
    response = connection.getresponse()
    page = response.read().decode()
    if response.status != http.HTTPStatus.OK:
        raise http.client.HTTPException(f"the answer is {response.status} {response.reason}")
    for line in page.splitlines():
        if sample := SAMPLE.fullmatch(line):
            yield sample[1], sample[2] or "", float(sample[3])


def values(graph: str, samples: list[tuple[str, str, float]]) -> Iterator[tuple[str, float]]:
    """Give the fields of a graph."""
    if graph == "requests":
        for first in STATUSES:
            yield f"status{first}", total(samples, "http_requests_total", f'status="{first}')
    elif graph == "duration":
        yield "requests", total(samples, "http_request_duration_seconds_count")
        yield "microseconds", 1_000_000 * total(samples, "http_request_duration_seconds_sum")
    else:
        yield "resident", total(samples, "process_resident_memory_bytes")


def total(samples: list[tuple[str, str, float]], wanted: str, label: str = "") -> float:
    """Add up what workers, methods and addresses have in this."""
    return sum(value for name, labels, value in samples if name == wanted and label in labels)


if __name__ == "__main__":
    sys.exit(main())
