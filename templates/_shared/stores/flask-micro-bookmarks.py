{#
The bookmarks of flask-micro by plain SQL, the same for all databases but for how they write a parameter.
#}
{% macro value(name) %}{{ ':' ~ name if uses_sqlite else '%(' ~ name ~ ')s' }}{% endmacro %}
{% set statement = 'LiteralString' if uses_postgresql else 'str' %}
def list_bookmarks(query: BookmarkQuery, after: tuple[str | datetime, UUID] | None) -> list[Row]:
    """Return the bookmarks that a query asks for, from `after` on, up to its `limit`."""
    archived = query.status == "archived"
    values: Row = {"folder": query.folder, "archived": archived, "limit": query.limit}
    later, order = ORDERS[query.sort]
    parts{{ ': list[LiteralString]' if uses_postgresql }} = ["SELECT * FROM bookmarks WHERE 1 = 1"]
    if query.folder:
        parts.append("AND folder = {{ value('folder') }}")
    if query.status != "all":
        parts.append("AND archived = {{ value('archived') }}")
    if after:
        parts.append(later)
        values |= {"value": after[0], "id": after[1].hex}
    parts += [order, "LIMIT {{ value('limit') }}"]
    return fetch(" ".join(parts), values)


def find_bookmark(bookmark_id: UUID) -> Row | None:
    """Return a bookmark when it exists."""
    statement{{ ': LiteralString' if uses_postgresql }} = "SELECT * FROM bookmarks WHERE id = {{ value('id') }}"
    return next(iter(fetch(statement, {"id": bookmark_id.hex})), None)


def create_bookmarks(bookmarks: list[Bookmark], key: Row | None = None) -> bool:
    """Store the bookmarks and their key; store nothing, and say so, where the key is known."""
    try:
        with transaction() as cursor:
            if key:
                cursor.execute(
                    "INSERT INTO idempotency_keys (id, request, answer, created_at) VALUES"
                    " ({{ value('id') }}, {{ value('request') }}, {{ value('answer') }}, {{ value('created_at') }})",
                    key,
                )
            cursor.executemany(
                "INSERT INTO bookmarks (id, version, url, title, folder, notes, archived,"
                " created_at, updated_at) VALUES"
                " ({{ value('id') }}, {{ value('version') }}, {{ value('url') }}, {{ value('title') }}, {{ value('folder') }},"
                " {{ value('notes') }}, {{ value('archived') }}, {{ value('created_at') }}, {{ value('updated_at') }})",
                [to_row(bookmark) for bookmark in bookmarks],
            )
    except {{ 'sqlite3' if uses_sqlite else 'psycopg' if uses_postgresql else 'pymysql' }}.IntegrityError:
        if not key:
            raise
        return False
    return True


def replace_bookmark(bookmark: Bookmark, version: int) -> bool:
    """Store a bookmark in the place of this version; say whether that was still there."""
    with transaction() as cursor:
        cursor.execute(
            "UPDATE bookmarks SET version = {{ value('version') }}, url = {{ value('url') }},"
            " title = {{ value('title') }}, folder = {{ value('folder') }}, notes = {{ value('notes') }},"
            " archived = {{ value('archived') }}, updated_at = {{ value('updated_at') }}"
            " WHERE id = {{ value('id') }} AND version = {{ value('before') }}",
            to_row(bookmark) | {"before": version},
        )
        return cursor.rowcount == 1


def delete_bookmark(bookmark_id: UUID, version: int) -> bool:
    """Delete a bookmark, unless it has another version by now; say whether it is gone."""
    with transaction() as cursor:
        cursor.execute(
            "DELETE FROM bookmarks WHERE id = {{ value('id') }} AND version = {{ value('version') }}",
            {"id": bookmark_id.hex, "version": version},
        )
        return cursor.rowcount == 1


def find_answer(key_id: str) -> Row | None:
    """Return the digest of the request with this idempotency key, and the answer that it got."""
    statement{{ ': LiteralString' if uses_postgresql }} = "SELECT * FROM idempotency_keys WHERE id = {{ value('id') }}"
    return next(iter(fetch(statement, {"id": key_id})), None)


def forget_answers(limit: datetime) -> None:
    """Delete the idempotency keys that are older."""
    with transaction() as cursor:
        cursor.execute(
            "DELETE FROM idempotency_keys WHERE created_at < {{ value('limit') }}",
            {"limit": limit},
        )


def fetch(statement: {{ statement }}, values: Row) -> list[Row]:
    """Run a statement in a transaction of its own, and return its rows."""
    with transaction() as cursor:
        cursor.execute(statement, values)
        return [dict(row) for row in cursor.fetchall()]


def to_row(bookmark: Bookmark) -> Row:
    """Return the values of a bookmark's columns."""
    return bookmark.model_dump() | {"id": bookmark.id.hex}
