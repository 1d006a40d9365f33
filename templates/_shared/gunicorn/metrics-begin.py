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
