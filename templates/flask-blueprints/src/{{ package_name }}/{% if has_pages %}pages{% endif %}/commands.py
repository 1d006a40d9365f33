"""The site's commands: `flask pages ...`."""

from datetime import datetime, timedelta
from typing import TextIO
from uuid import UUID, uuid4

import click
from flask.cli import with_appcontext

from ..models import now
from ..text import is_one_line, is_plain
from . import export, store, times
from .models import PLACE_LENGTH, SUMMARY_LENGTH, TITLE_LENGTH

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata")
TITLES = ("Repair evening", "How to sharpen knives", "Open day", "Seeds to swap", "Long table")
PLACES = ("Workshop", "Courtyard", "Room 2")
MESSAGES = (
    ("Ada Example", "ada@example.com", "Is the long ladder free on Saturday?"),
    ("Grace Example", "grace@example.com", "I have two lamps to spare. When can I bring them?"),
    ("Alan Example", "alan@example.com", "Thank you for the repair evening!"),
)
LOCAL = click.DateTime(["%Y-%m-%d %H:%M"])


@click.command()
@click.option("--count", default=30, show_default=True, type=click.IntRange(1, 10_000))
@with_appcontext
def seed(count: int) -> None:
    """Fill the site with made-up events, a third of which are over, and messages."""
    evening = now().replace(hour=18, minute=0, second=0, microsecond=0)
    for number in range(count):
        starts_at = evening + timedelta(days=3 * (number - count // 3) + 1)
        store.add_event(
            store.Plan(
                title=TITLES[number % len(TITLES)],
                summary=f"Made up, number {number + 1} of {count}.\nBring somebody along.",
                place=PLACES[number % len(PLACES)],
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=2),
                time_zone=ZONES[number % len(ZONES)],
            )
        )
    for name, email, text in MESSAGES:
        store.add_message(name, email, text, uuid4())
    click.echo(f"Added {count} events and {len(MESSAGES)} messages.")


@click.command("add-event")
@click.argument("title")
@click.option(
    "--when",
    nargs=2,
    required=True,
    type=LOCAL,
    metavar="BEGIN END",
    help='When it begins and ends: "2027-03-01 18:00" "2027-03-01 20:00".',
)
@click.option("--zone", required=True, help="Whose clocks these times go by: Europe/Berlin.")
@click.option("--place", default="", help="Where it is.")
@click.option("--summary", default="", help="What it is about.")
@with_appcontext
def add_event(
    title: str, when: tuple[datetime, datetime], zone: str, place: str, summary: str
) -> None:
    """Add an event; its id is printed."""
    try:
        starts_at, ends_at = (times.moment_of(local, zone) for local in when)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    if ends_at <= starts_at:
        raise click.ClickException("it has to end after it begins")
    if not title or not all(map(is_one_line, (title, place))) or not is_plain(summary):
        raise click.ClickException("use plain text, and one line for the title and the place")
    lengths = ((title, TITLE_LENGTH), (place, PLACE_LENGTH), (summary, SUMMARY_LENGTH))
    if any(len(text) > longest for text, longest in lengths):
        raise click.ClickException(
            f"use at most {TITLE_LENGTH} characters for the title, {PLACE_LENGTH} for the place and"
            f" {SUMMARY_LENGTH} for the summary"
        )
    plan = store.Plan(
        title=title,
        summary=summary,
        place=place,
        starts_at=starts_at,
        ends_at=ends_at,
        time_zone=zone,
    )
    click.echo(store.add_event(plan))


@click.command("delete-event")
@click.argument("event_id", type=click.UUID)
@with_appcontext
def delete_event(event_id: UUID) -> None:
    """Delete an event, whose id is the end of its address."""
    event = store.find_event(event_id)
    if event is None:
        raise click.ClickException("there is no event with this id")
    store.delete_event(event)
    click.echo(f"Deleted {event_id}.")


@click.command("export-messages")
@click.argument("file", type=click.File("w", encoding="utf-8"), default="-")
@with_appcontext
def export_messages(file: TextIO) -> None:
    """Write all messages as CSV, to the screen unless a file is named."""
    export.write(store.all_messages(), file)


@click.command("delete-messages")
@click.option("--days", required=True, type=click.IntRange(0, 36_500), help="Older than this.")
@with_appcontext
def delete_messages(days: int) -> None:
    """Delete the messages that are older than so many days."""
    count = store.delete_messages_before(now() - timedelta(days=days))
    click.echo(f"Deleted {count} messages.")
