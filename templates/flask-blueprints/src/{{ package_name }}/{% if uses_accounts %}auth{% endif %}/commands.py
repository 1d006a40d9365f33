"""The accounts' commands, for whoever runs the application."""

from typing import Any

import click
from flask.cli import with_appcontext

from ..extensions import db
from . import emails, passwords
from .models import User
from .roles import Role


def _given_or_typed(_context: click.Context, _option: click.Parameter, given: str | None) -> str:
    if given is not None:
        return given
    try:
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    except click.Abort as abort:
        # Ctrl-C is another matter.
        if not isinstance(abort.__context__, EOFError):
            raise
        raise click.ClickException(
            "No password was given, and without a terminal none can be asked for:"
            " add --password PASSWORD."
        ) from abort
    return typed


def _account_options(command: Any) -> Any:
    command = click.option("--password", callback=_given_or_typed, help="Asked for if missing.")(
        command
    )
    return click.option("--email", required=True, help="The address to sign in with.")(command)


@click.command()
@_account_options
@with_appcontext
def create_admin(email: str, password: str) -> None:
    """Make an account that may do everything."""
    user = _new_user(email, password)
    user.roles = frozenset({Role.ADMINISTRATOR})
    db.session.commit()
    click.echo(f"Made the administrator {user.email}.")


@click.command()
@_account_options
@with_appcontext
def create_user(email: str, password: str) -> None:
    """Make an account without a role."""
    user = _new_user(email, password)
    db.session.commit()
    click.echo(f"Made the account {user.email}.")


def _new_user(email: str, password: str) -> User:
    if not emails.is_valid(email):
        raise click.BadParameter("this is no email address", param_hint="--email")
    if problem := passwords.problem_with(password, email):
        raise click.BadParameter(problem, param_hint="--password")
    if known := User.find(email):
        state = "" if known.active else ", which is deactivated"
        raise click.ClickException(f"there is an account with this address already{state}")
    user = User(email=email)
    user.set_password(password)
    db.session.add(user)
    return user
