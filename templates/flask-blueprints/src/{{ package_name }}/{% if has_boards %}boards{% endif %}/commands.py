"""The commands of boards: `flask boards ...`."""

import shutil
from pathlib import Path

import click
from flask import current_app, render_template
from flask.cli import with_appcontext
from sqlalchemy import select

from ..auth.models import User
from ..extensions import db
from . import store
from .models import Board

CARDS = (
    ("todo", "Choose a name", "Three of us vote, and the shortest wins."),
    ("todo", "Order the lamps", "Forty of them, in two colours.\nAsk for samples first."),
    ("todo", "Write to the neighbours", ""),
    ("doing", "Paint the shelves", "Two coats. The second when the first is dry."),
    ("doing", "Draw the sign", ""),
    ("done", "Find a room", "Number 12, on the ground floor."),
)


@click.command()
@click.option("--email", help="Whose boards they will be; the first account's if missing.")
@click.option("--count", default=2, show_default=True, type=click.IntRange(1, 20))
@with_appcontext
def seed(email: str | None, count: int) -> None:
    """Make boards with made-up cards, unless they are there already."""
    owner = _account(email) if email else db.session.scalar(select(User).order_by(User.id).limit(1))
    if owner is None:
        raise click.ClickException("there is no account yet; flask create-admin makes one")
    for number in range(1, count + 1):
        board = store.add_board(owner, name=f"Lamp library {number}", key=f"sample-board-{number}")
        for place, (lane, title, text) in enumerate(CARDS, 1):
            card = store.NewCard(lane=lane, title=title, text=text, key=f"sample-card-{place}")
            store.add_card(owner, board.id, card)
    click.echo(f"{owner.email} has {count} boards with made-up cards.")


@click.command()
@click.option("--board", "board_id", required=True, type=int, help="The number in its address.")
@click.option("--email", required=True, help="Who will see it and change its cards.")
@with_appcontext
def share(board_id: int, email: str) -> None:
    """Let an account see a board and change its cards."""
    user = _account(email)
    store.share(_board(board_id), user)
    click.echo(f"{user.email} sees the board.")


@click.command()
@click.option("--board", "board_id", required=True, type=int, help="The number in its address.")
@click.option("--email", required=True, help="Who will see it no longer.")
@with_appcontext
def unshare(board_id: int, email: str) -> None:
    """Take a board away from an account that does not own it."""
    user, board = _account(email), _board(board_id)
    if board.owner_id == user.id:
        raise click.ClickException("this account owns the board")
    store.unshare(board, user)
    click.echo(f"{user.email} sees the board no longer.")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--api", required=True, help="Where the API is, such as https://api.example.com.")
@with_appcontext
def export_client(folder: Path, api: str) -> None:
    """Write the page and its scripts to a folder, for a server of static files to serve."""
    static = Path(current_app.root_path) / "static"
    shutil.copytree(static / "boards", folder, dirs_exist_ok=True)
    for style in ("style.css", "site-custom.css"):
        shutil.copy(static / style, folder)
    page = render_template("boards/client.html", api=api.rstrip("/"))
    (folder / "index.html").write_text(page, encoding="utf-8")
    click.echo(f"Wrote {folder}. Name its origin in CORS_ORIGINS.")


def _account(email: str) -> User:
    user = User.find(email)
    if user is None:
        raise click.ClickException("there is no account with this address")
    return user


def _board(board_id: int) -> Board:
    board = db.session.get(Board, board_id)
    if board is None:
        raise click.ClickException("there is no such board")
    return board
