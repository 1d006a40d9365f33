"""The commands of uploads, for whoever runs the application."""

from datetime import timedelta

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from ..extensions import db
from ..models import now
from .models import ProfilePicture
from .store import VISIBILITIES, store

# Younger ones may belong to a row that is about to be committed.
SPARED = timedelta(days=1)


@click.command()
@with_appcontext
def delete_unused_files() -> None:
    """Delete the files that no row names and that are older than a day. Run it every night."""
    # A table of yours that names files belongs here too.
    named = set(db.session.scalars(select(ProfilePicture.file)))
    count = 0
    for visibility in VISIBILITIES:
        for name, since in list(store().files(visibility)):
            if name not in named and since < now() - SPARED:
                store().delete(visibility, name)
                count += 1
    click.echo(f"Deleted {count} files that nothing names.")
