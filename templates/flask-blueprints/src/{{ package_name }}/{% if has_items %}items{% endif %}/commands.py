"""The items' commands: `flask items ...`."""

import click
from flask.cli import with_appcontext

from . import store


@click.command()
@click.option("--count", default=30, show_default=True, type=click.IntRange(1, 10_000))
@with_appcontext
def seed(count: int) -> None:
    """Fill the list with made-up items."""
    store.add_all(
        (f"Item {number}", f"Made up, number {number} of {count}") for number in range(1, count + 1)
    )
    click.echo(f"Added {count} items.")
