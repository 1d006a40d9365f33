"""How people get an account, and into it again when they forget the password."""

from .routes import bp

__all__ = ["bp"]
