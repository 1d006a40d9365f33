"""What is typed and what is printed: the only home of click.

The entry point uses ``run`` from ``run``.
"""
