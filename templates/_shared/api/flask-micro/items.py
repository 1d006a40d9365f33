{% if has_item_cache %}
@bp.get("/items")
def list_items() -> Response:
    """List items, oldest first."""
{% if has_suggestions %}
    query = validate(ItemQuery, arguments())
{% else %}
    query = validate(ItemQuery, {k: v[0] if len(v) == 1 else v for k, v in request.args.lists()})
{% endif %}
    body = cached("items", urlencode(query), lambda: read_page(query).model_dump_json())
    return Response(body, mimetype="application/json")


def read_page(query: dict[str, Any]) -> ItemPage:
    """Return a page of items."""
    rows = db.list_items(query | {"limit": query["limit"] + 1})
    items = [Item.model_validate(row) for row in rows]
    page = items[: query["limit"]]
    return ItemPage(items=page, next_cursor=page[-1].id if items != page else None)
{% else %}
@bp.get("/items")
def list_items() -> dict[str, Any]:
    """List items, oldest first."""
{% if has_suggestions %}
    query = validate(ItemQuery, arguments())
{% else %}
    query = validate(ItemQuery, {k: v[0] if len(v) == 1 else v for k, v in request.args.lists()})
{% endif %}
{% if stores_items %}
    rows = db.list_items(query | {"limit": query["limit"] + 1})
    items = [Item.model_validate(row) for row in rows]
{% else %}
    wanted = {"all": (True, False), "open": (False,), "done": (True,)}[query["status"]]
    items = [item for item in ITEMS if item.id > query["cursor"] and item.done in wanted]
{% endif %}
    page = items[: query["limit"]]
    next_cursor = page[-1].id if items != page else None
    return ItemPage(items=page, next_cursor=next_cursor).model_dump(mode="json")
{% endif %}
{% if stores_items %}


@bp.post("/items")
def create_item() -> Response:
    """Create an item."""
    item = Item.model_validate(db.create_item(read_item()))
{% if announces_items %}
    item_changed.send(before=None, after=item)
{% endif %}
    return answer(item, 201, Location=f"/items/{item.id}")
{% endif %}


@bp.get(ITEM)
def get_item(item_id: int) -> Response:
    """Return an item; with If-None-Match, only when it has changed."""
{% if stores_items %}
    return answer(find_item(item_id))
{% else %}
    item = next((item for item in ITEMS if item.id == item_id), None)
    response = Response((item or abort(404)).model_dump_json(), mimetype="application/json")
    response.add_etag()
    response.make_conditional(request)
    return response
{% endif %}
{% if stores_items %}


@bp.put(ITEM)
def replace_item(item_id: int) -> Response:
    """Replace an item; with If-Match, only when nobody else has changed it."""
    values = read_item()
{% if announces_items %}
    before = find_item(item_id)
    while not (row := db.replace_item(item_id, before.version, values)):
        before = find_item(item_id)  # another request came between reading and writing
    after = Item.model_validate(row)
    item_changed.send(before=before, after=after)
    return answer(after)
{% else %}
    while not (row := db.replace_item(item_id, find_item(item_id).version, values)):
        pass  # another request came between reading and writing
    return answer(Item.model_validate(row))
{% endif %}


@bp.delete(ITEM)
def delete_item(item_id: int) -> tuple[str, int]:
    """Delete an item; with If-Match, only when nobody else has changed it."""
{% if announces_items %}
    item = find_item(item_id)
    while not db.delete_item(item_id, item.version):
        item = find_item(item_id)
    item_changed.send(before=item, after=None)
{% else %}
    while not db.delete_item(item_id, find_item(item_id).version):
        pass
{% endif %}
    return "", 204


def read_item() -> dict[str, Any]:
    """Return the values for an item from the request's body."""
    if request.mimetype != "application/json":
        abort(415, "Send application/json.")
    return validate(ItemFields, request.get_data())


def find_item(item_id: int) -> Item:
    """Return the item; answer with 404 without one, with 412 when If-Match names others."""
    item = Item.model_validate(db.find_item(item_id) or abort(404))
    if request.if_match and str(item.version) not in request.if_match:
        abort(412)
    return item


def answer(item: Item, status: int = 200, **headers: str) -> Response:
    """Return the item with its ETag, or 304 to a client that has this version."""
    response = Response(item.model_dump_json(), status, headers, "application/json")
    response.set_etag(str(item.version))
    response.make_conditional(request.environ | {"HTTP_IF_MATCH": ""})  # find_item sees to that
    return response
{% endif %}
