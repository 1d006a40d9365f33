"""Boards: cards that several people move, in an application in the browser that uses the API."""

from . import commands
from .routes import bp

bp.cli.add_command(commands.seed)
bp.cli.add_command(commands.share)
bp.cli.add_command(commands.unshare)
bp.cli.add_command(commands.export_client)

__all__ = ["bp"]
