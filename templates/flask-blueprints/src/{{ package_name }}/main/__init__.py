"""The pages that belong to no other area."""

from .routes import bp

__all__ = ["bp"]
