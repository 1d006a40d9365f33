"""What people say about themselves."""

from .routes import bp

__all__ = ["bp"]
