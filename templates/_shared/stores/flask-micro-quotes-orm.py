def find_quote(quote_id: str) -> Quote | None:
    """Return a quote when it exists."""
    with Session(engine()) as session:
        return session.get(Quote, quote_id)


def find_quote_by_key(digest: str) -> Quote | None:
    """Return the quote that was made with this key, when there is one."""
    with Session(engine()) as session:
        return session.scalars(select(Quote).where(Quote.key_digest == digest)).one_or_none()


def create_quote(values: Values) -> Quote:
    """Store a quote unless one with its key is there; return the one that is."""
    try:
        with Session(engine()) as session, session.begin():
            session.add(Quote(**values))
    except IntegrityError:
        if find_quote_by_key(values["key_digest"]) is None:
            raise  # it is not the key
    with Session(engine()) as session:
        same = select(Quote).where(Quote.key_digest == values["key_digest"])
        return session.scalars(same).one()


def delete_quotes(expired_before: datetime) -> int:
    """Delete quotes that expired before this time; return how many."""
    with engine().begin() as connection:
        return connection.execute(delete(Quote).where(Quote.expires_at < expired_before)).rowcount
