def child_exit(_server: object, worker: Any) -> None:
    """Take a worker that has gone from the list of those that live; what it counted stays."""
    mark_process_dead(worker.pid)


def on_exit(_server: object) -> None:
    """Leave nothing behind that we have made: the next start counts from nought."""
    folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    if (folder / "lock").exists():
        shutil.rmtree(folder, ignore_errors=True)
