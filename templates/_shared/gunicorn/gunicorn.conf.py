{#
Each template's own gunicorn.conf.py extends this: what counts for monitoring and closes WebSockets is the same in all.
#}
{% set has_sockets = uses_flask and uses_realtime %}
"""{% block purpose %}{% endblock %}"""

{% if uses_metrics %}
import fcntl
{% endif %}
import os
{% if uses_metrics %}
import shutil
{% endif %}
{% if has_sockets %}
import signal
{% endif %}
{% if uses_django %}
import sys
{% endif %}
{% if uses_metrics %}
import tempfile
{% endif %}
{% if has_sockets %}
import threading
{% endif %}
{% if uses_metrics %}
from contextlib import suppress
{% endif %}
{% block standard_library %}
{% endblock %}
{% if uses_metrics %}
from pathlib import Path
{% endif %}
{% if uses_metrics or uses_django %}
from typing import Any
{% endif %}
{% block packages %}
{% if has_sockets %}

from gunicorn.workers.gthread import ThreadWorker
{% endif %}
{% endblock %}
{% if uses_metrics %}


def metrics_folder() -> str:
    """Make a folder for the workers' counts, locked until the last of our processes has ended.

    Those that nobody has locked any more, of servers that were killed, are removed.
    """
    prefix = "{{ project_slug }}-metrics-"
    for left in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        with suppress(OSError):  # in use, or just removed by another server
            if left.lstat().st_uid == os.geteuid():
                with (left / "lock").open() as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(left)
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    # Nobody finds the lock before it is held.
    held = os.open(folder / "new", os.O_CREAT | os.O_RDWR)
    fcntl.flock(held, fcntl.LOCK_EX)
    (folder / "new").rename(folder / "lock")
    return str(folder)


# Each worker counts in files of its own in there, and /metrics adds them up.
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = metrics_folder()

from prometheus_client.multiprocess import mark_process_dead  # noqa: E402
{% endif %}

{% block settings %}
{% endblock %}
{% if uses_metrics %}


def child_exit(_server: object, worker: Any) -> None:
    """Take a worker that has gone from the list of those that live; what it counted stays."""
    mark_process_dead(worker.pid)


def on_exit(_server: object) -> None:
    """Leave nothing behind that we have made: the next start counts from nought."""
    folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    if (folder / "lock").exists():
        shutil.rmtree(folder, ignore_errors=True)
{% endif %}
{% if has_sockets %}


def post_worker_init(worker: ThreadWorker) -> None:
    """Hang up on clients that stay connected when told to stop; they would hold it up until time is over."""
    clients = worker.wsgi.extensions["socketio"].server.eio

    def hang_up() -> None:
        for client in list(clients.sockets.values()):
            client.close(wait=False)  # waiting for what it has not heard yet may never end

    def stop(number: int, frame: object) -> None:
        worker.handle_exit(number, frame)
        threading.Thread(target=hang_up, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
{% endif %}
