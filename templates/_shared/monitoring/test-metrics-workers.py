# What a worker leaves in the folder, without the time it takes to start one.
WORKER = """
import sys
from prometheus_client import Counter, Gauge

Counter("http_requests", "", ["method", "route", "status"]).labels("GET", "/pattern", 200).inc()
Gauge("http_workers", "", multiprocess_mode="liveall").set(1)
print("counted", flush=True)
sys.stdin.read()
"""


def count(page: str, name: str, **labels: str) -> float:
    """Add up the samples that have this name and these labels."""
    samples = [each for metric in text_string_to_metric_families(page) for each in metric.samples]
    return sum(s.value for s in samples if s.name == name and labels.items() <= s.labels.items())


@contextmanager
def worker(folder: Path) -> Iterator[str]:
    """Run a process that has counted a request, and give its id."""
    with subprocess.Popen(
        [sys.executable, "-c", WORKER],
        env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "counted\n"
        yield str(process.pid)


def test_all_workers_count_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    with worker(tmp_path) as gone:
        pass
    mark_process_dead(gone)
    with worker(tmp_path) as first, worker(tmp_path) as second:
        page = generate_latest(metrics.begin()).decode()
    assert count(page, "http_requests_total", route="/pattern") == 3
    assert count(page, "http_workers") == 2
    assert count(page, "python_info") == 1
    for pid in (first, second):
        assert count(page, "process_resident_memory_bytes", pid=pid) > 0
    assert not count(page, "process_resident_memory_bytes", pid=gone)
    names = [metric.name for metric in text_string_to_metric_families(page)]
    assert len(names) == len(set(names))
