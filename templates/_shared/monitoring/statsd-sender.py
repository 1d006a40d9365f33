"""Sends counters and timings to statsd. It is UDP: nobody waits for it, and nothing fails without it."""

import logging
import re
{% if uses_celery %}
from time import perf_counter
from typing import Any
{% endif %}

{% if uses_celery %}
from celery.signals import task_postrun, task_prerun
{% endif %}
from statsd import Connection, Counter, {{ 'Gauge, ' if has_predictions }}Timer

PREFIX = "{{ project_slug }}"

logger = logging.getLogger(__name__)
# The client would write a line about all it sends, and a traceback whenever nobody listens.
logging.getLogger("statsd").setLevel(logging.CRITICAL)


class Sender:
    """Names what is sent after the project, and after what happened."""

    def __init__(self, host: str, port: int) -> None:
        try:
            connection = Connection(host, port)
        except OSError as error:
            logger.warning("nothing is sent to statsd: %s has no address (%s)", host, error)
            connection = Connection("127.0.0.1", port, disabled=True)
        self._counter = Counter(PREFIX, connection)
        self._timer = Timer(PREFIX, connection)
{% if has_predictions %}
        self._gauge = Gauge(PREFIX, connection)
{% endif %}

    def record(self, method: str, view: str, status: int, seconds: float) -> None:
        """Count a request, and send how long it took."""
        self._counter.increment(f"requests.{method}.{_word(view)}.{status}")
        self._timer.send(f"request_time.{method}.{_word(view)}", seconds)
{% if has_predictions %}

    def record_drift(self, feature: str, drift: float) -> None:
        """Send how far a feature is from what the model was trained on."""
        self._gauge.send(f"drift.{feature}", drift)

    def record_shadow(self, measure: str, value: float) -> None:
        """Send how the predictions of the shadow model differ from the live ones."""
        self._gauge.send(f"shadow.{measure}", value)
{% endif %}
{% if uses_celery %}

    def watch_tasks(self) -> None:
        """Count each background task by how it ends, and send how long it took."""
        began: dict[str, float] = {}

        def begin(task_id: str, **_more: Any) -> None:
            began[task_id] = perf_counter()

        def end(task_id: str, task: Any, state: str | None, **_more: Any) -> None:
            name = _word(task.name)
            self._counter.increment(f"tasks.{name}.{state}")
            self._timer.send(f"task_time.{name}", perf_counter() - began.pop(task_id))

        task_prerun.connect(begin, weak=False)
        task_postrun.connect(end, weak=False)
{% endif %}


def _word(name: str) -> str:
    """Return the name without what statsd takes for the end of a name, or for the next level of it."""
    return re.sub(r"\W", "_", name)
