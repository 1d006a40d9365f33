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
