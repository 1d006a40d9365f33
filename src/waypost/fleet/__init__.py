"""Many projects: the manifest that lists them, and processes that work on them beside each other.

Others use ``read_manifest`` from ``manifest`` and ``run_batch`` from ``batch``.
"""
