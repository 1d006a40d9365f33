"""PostgreSQL as the settings name it; Django looks for its parts in `base.py`."""
