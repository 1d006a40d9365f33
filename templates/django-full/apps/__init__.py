"""The project's applications. Every folder here with an ``apps.py`` is installed."""
