"""Accounts: who people are, how they sign in, what they may do."""

from . import commands
from .routes import bp

bp.cli.add_command(commands.create_admin)
bp.cli.add_command(commands.create_user)

__all__ = ["bp"]
