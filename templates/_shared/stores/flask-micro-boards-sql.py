{% macro of(name) %}{{ ':' ~ name if uses_sqlite else '%(' ~ name ~ ')s' }}{% endmacro %}
{% set IntegrityError = {'sqlite': 'sqlite3', 'postgresql': 'psycopg', 'mysql': 'pymysql'}[database] ~ '.IntegrityError' %}
{% set Cursor = {'sqlite': 'sqlite3.Cursor', 'postgresql': 'psycopg.Cursor[Row]', 'mysql': 'DictCursor'}[database] %}
def list_boards(before: int, limit: int) -> list[Board]:
    """Return boards with ids below `before`, newest first."""
    statement = "SELECT * FROM boards WHERE id < {{ of('before') }} ORDER BY id DESC LIMIT {{ of('limit') }}"
    return [Board(**row) for row in fetch(statement, {"before": before, "limit": limit})]


def create_board(new: BoardFields) -> Board | None:
    """Store a board; return it, or the one that was made with its key before."""
    values = {"name": new.name, "key": new.key, "now": datetime.now(UTC)}
    with suppress({{ IntegrityError }}), transaction() as cursor:
        cursor.execute(
            "INSERT INTO boards (name, made_with, revision, created_at)"
            " VALUES ({{ of('name') }}, {{ of('key') }}, 1, {{ of('now') }})",
            values,
        )
    rows = fetch("SELECT * FROM boards WHERE made_with = {{ of('key') }}", values)
    return next((Board(**row) for row in rows), None)


def find_board(board_id: int) -> WholeBoard | None:
    """Return a board with its cards when it exists."""
    values = {"id": board_id}
    rows = fetch("SELECT * FROM boards WHERE id = {{ of('id') }}", values)
    cards = fetch("SELECT * FROM cards WHERE board_id = {{ of('id') }} ORDER BY lane, position", values)
    return next((WholeBoard.model_validate(row | {"cards": cards}) for row in rows), None)


def delete_board(board_id: int) -> bool:
    """Delete a board with its cards; say whether it was there."""
    with transaction() as cursor:
        cursor.execute("DELETE FROM boards WHERE id = {{ of('id') }}", {"id": board_id})
        return cursor.rowcount == 1


def find_card(card_id: int) -> Card | None:
    """Return a card when it exists."""
    rows = fetch("SELECT * FROM cards WHERE id = {{ of('id') }}", {"id": card_id})
    return next((Card(**row) for row in rows), None)


def create_card(board_id: int, new: CardFields) -> Card | None:
    """Store a card at the end of its lane; return it, or the one that was made with its key before.

    Without such a board there is nothing to return.
    """
    values = new.model_dump() | {"board": board_id}
    with transaction() as cursor:
        if not lock(cursor, board_id):
            return None
        cursor.execute("SELECT * FROM cards WHERE board_id = {{ of('board') }}", values)
        cards = cursor.fetchall()
        if not any(card["made_with"] == new.key for card in cards):
            if len(cards) >= MOST_CARDS:
                raise TooManyError
            last = max((card["position"] for card in cards if card["lane"] == new.lane), default=0)
            cursor.execute(
                "INSERT INTO cards (board_id, lane, position, title, text, made_with, version)"
                " VALUES ({{ of('board') }}, {{ of('lane') }}, {{ of('position') }}, {{ of('title') }}, {{ of('text') }}, {{ of('key') }}, 1)",
                values | {"position": last + GAP},
            )
        made = "SELECT * FROM cards WHERE board_id = {{ of('board') }} AND made_with = {{ of('key') }}"
        cursor.execute(made, values)
        return next((Card.model_validate(dict(row)) for row in cursor.fetchall()), None)


def change_card(card_id: int, patch: CardPatch) -> Card:
    """Store what changes of a card, and where it goes."""
    changes = patch.model_dump(include={"lane", "title", "text"}, exclude_none=True)
    with transaction() as cursor:
        before = lock_card(cursor, card_id, patch.version)
        card = before.model_copy(update=changes | {"version": before.version + 1})
        cursor.execute(
            "UPDATE cards SET title = {{ of('title') }}, text = {{ of('text') }}, version = {{ of('version') }} WHERE id = {{ of('id') }}",
            card.model_dump(),
        )
        if patch.moves:
            cursor.execute(
                "SELECT id, position FROM cards WHERE lane = {{ of('lane') }} AND board_id ="
                " (SELECT board_id FROM cards WHERE id = {{ of('id') }}) ORDER BY position",
                {"lane": card.lane, "id": card_id},
            )
            lane = {row["id"]: row["position"] for row in cursor.fetchall()}
            places = rearrange(lane, card_id, patch.before).items()
            cursor.executemany(
                "UPDATE cards SET position = {{ of('place') }}, lane = {{ of('lane') }} WHERE id = {{ of('id') }}",
                [{"id": each, "place": place, "lane": card.lane} for each, place in places],
            )
    return card


def delete_card(card_id: int, version: int) -> None:
    """Delete a card."""
    with transaction() as cursor:
        lock_card(cursor, card_id, version)
        cursor.execute("DELETE FROM cards WHERE id = {{ of('id') }}", {"id": card_id})


def lock(cursor: {{ Cursor }}, board_id: int) -> bool:
    """Count a change of a board, for which others wait; say whether the board is there."""
    cursor.execute("UPDATE boards SET revision = revision + 1 WHERE id = {{ of('id') }}", {"id": board_id})
    return cursor.rowcount == 1


def lock_card(cursor: {{ Cursor }}, card_id: int, version: int) -> Card:
    """Return a card that still has this version; other changes of its board wait for the end."""
    cursor.execute("SELECT board_id FROM cards WHERE id = {{ of('id') }}", {"id": card_id})
    for row in cursor.fetchall():
        lock(cursor, row["board_id"])
    cursor.execute("SELECT * FROM cards WHERE id = {{ of('id') }}", {"id": card_id})
    card = next((Card.model_validate(dict(row)) for row in cursor.fetchall()), None)
    if card is None or card.version != version:
        raise CardChangedError(card)
    return card


def fetch(statement: {{ 'LiteralString' if uses_postgresql else 'str' }}, values: Row) -> list[Row]:
    """Run a statement in a transaction of its own, and return its rows."""
    with transaction() as cursor:
        cursor.execute(statement, values)
        return [dict(row) for row in cursor.fetchall()]
