"""The back office, for those whose roles open it."""

from .routes import bp

__all__ = ["bp"]
