"""Messages as a table for spreadsheets."""

import csv
from collections.abc import Iterable
from typing import TextIO

from .models import Message

HEADINGS = ("received", "name", "email", "message")
# Spreadsheets take a cell that begins with one of these for a formula, and run it.
BEGIN_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def write(messages: Iterable[Message], file: TextIO) -> None:
    """Write them as CSV, one a row."""
    table = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
    table.writerow(HEADINGS)
    for message in messages:
        received = message.created_at.isoformat(timespec="seconds")
        table.writerow([received, *map(as_text, (message.name, message.email, message.text))])


def as_text(cell: str) -> str:
    """What spreadsheets show as it is and do not run."""
    return f"'{cell}" if cell.startswith(BEGIN_FORMULAS) else cell
