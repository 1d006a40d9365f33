"""Items: the example of an area with a model, forms and pages."""

from . import commands
from .routes import bp

bp.cli.add_command(commands.seed)

__all__ = ["bp"]
