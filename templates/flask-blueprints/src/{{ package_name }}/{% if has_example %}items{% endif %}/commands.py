"""The items' commands: `flask items ...`."""

import click
from flask.cli import with_appcontext

from ..extensions import db
from .models import Item


@click.command()
@click.option("--count", default=30, show_default=True, type=click.IntRange(1, 10_000))
@with_appcontext
def seed(count: int) -> None:
    """Fill the list with made-up items."""
    db.session.add_all(
        Item(name=f"Item {number}", description=f"Made up, number {number} of {count}")
        for number in range(1, count + 1)
    )
    db.session.commit()
    click.echo(f"Added {count} items.")
