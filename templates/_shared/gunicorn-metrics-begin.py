# Each worker counts in files of its own in there, and /metrics adds them up.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = os.environ.get(
    "PROMETHEUS_MULTIPROC_DIR"
) or tempfile.mkdtemp(prefix="{{ project_slug }}-metrics-")
