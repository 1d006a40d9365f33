def list_bookmarks(
    query: BookmarkQuery, after: tuple[str | datetime, UUID] | None
) -> Sequence[BookmarkRow]:
    """Return the bookmarks that a query asks for, from `after` on, up to its `limit`."""
    wanted = select(BookmarkRow).limit(query.limit)
    if query.folder:
        wanted = wanted.where(BookmarkRow.folder == query.folder)
    if query.status != "all":
        wanted = wanted.where(BookmarkRow.archived == (query.status == "archived"))
    column: Any = getattr(BookmarkRow, query.sort.removeprefix("-"))
    is_down = query.sort.startswith("-")
    if after:
        later = operator.lt if is_down else operator.gt
        same = and_(column == after[0], later(BookmarkRow.id, after[1]))
        wanted = wanted.where(or_(later(column, after[0]), same))
    order = (column, BookmarkRow.id)
    wanted = wanted.order_by(*(each.desc() if is_down else each for each in order))
    with Session(engine()) as session:
        return session.scalars(wanted).all()


def find_bookmark(bookmark_id: UUID) -> BookmarkRow | None:
    """Return a bookmark when it exists."""
    with Session(engine()) as session:
        return session.get(BookmarkRow, bookmark_id)


def create_bookmarks(bookmarks: list[Bookmark], key: dict[str, Any] | None = None) -> bool:
    """Store the bookmarks and their key; store nothing, and say so, where the key is known."""
    try:
        with engine().begin() as connection:
            if key:
                connection.execute(insert(IdempotencyKey), key)
            if bookmarks:
                connection.execute(insert(BookmarkRow), [each.model_dump() for each in bookmarks])
    except IntegrityError:
        if not key:
            raise
        return False
    return True


def replace_bookmark(bookmark: Bookmark, version: int) -> bool:
    """Store a bookmark in the place of this version; say whether that was still there."""
    same = update(BookmarkRow).where(BookmarkRow.id == bookmark.id, BookmarkRow.version == version)
    with engine().begin() as connection:
        return connection.execute(same.values(bookmark.model_dump())).rowcount == 1


def delete_bookmark(bookmark_id: UUID, version: int) -> bool:
    """Delete a bookmark, unless it has another version by now; say whether it is gone."""
    same = delete(BookmarkRow).where(BookmarkRow.id == bookmark_id, BookmarkRow.version == version)
    with engine().begin() as connection:
        return connection.execute(same).rowcount == 1


def find_answer(key_id: str) -> RowMapping | None:
    """Return the digest of the request with this idempotency key, and the answer that it got."""
    found = select(IdempotencyKey.request, IdempotencyKey.answer)
    with engine().begin() as connection:
        return connection.execute(found.where(IdempotencyKey.id == key_id)).mappings().first()


def forget_answers(limit: datetime) -> None:
    """Delete the idempotency keys that are older."""
    with engine().begin() as connection:
        connection.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < limit))
