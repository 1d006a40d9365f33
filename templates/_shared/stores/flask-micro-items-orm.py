def list_items(query: Values) -> Sequence[Item]:
    """Return the items with this `status` after the one at `cursor`, up to `limit`."""
    wanted = select(Item).where(Item.id > query["cursor"]).order_by(Item.id).limit(query["limit"])
    if query["status"] != "all":
        wanted = wanted.where(Item.done == (query["status"] == "done"))
    with Session(engine()) as session:
        return session.scalars(wanted).all()


def find_item(item_id: int) -> Item | None:
    """Return an item when it exists."""
    with Session(engine()) as session:
        return session.get(Item, item_id)


def create_item(values: Values) -> Item:
    """Store an item."""
    with Session(engine(), expire_on_commit=False) as session, session.begin():
        session.add(item := Item(**values))
{% if uses_postgresql %}
        session.flush()
        session.refresh(item)  # with its times in the zone in which the database always gives them
{% endif %}
    return item


def replace_item(item_id: int, version: int, values: Values) -> Item | None:
    """Store new values of an item, unless it has another version by now."""
    changes = values | {"version": version + 1, "updated_at": now()}
    same = update(Item).where(Item.id == item_id, Item.version == version)
    with Session(engine(), expire_on_commit=False) as session, session.begin():
        changed = session.connection().execute(same.values(changes)).rowcount
        return session.get(Item, item_id) if changed else None


def delete_item(item_id: int, version: int) -> bool:
    """Delete an item, unless it has another version by now; say whether it is gone."""
    same = delete(Item).where(Item.id == item_id, Item.version == version)
    with engine().begin() as connection:
        return connection.execute(same).rowcount == 1
