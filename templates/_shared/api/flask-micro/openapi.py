@bp.get("/openapi.json")
def openapi() -> dict[str, Any]:
    """Describe the API."""
{% if has_items %}
{% if has_suggestions %}
    query = parameters(ItemQuery)
{% else %}
    fields = ItemQuery.model_json_schema()["properties"].items()
    query = [{"name": name, "in": "query", "schema": schema} for name, schema in fields]
{% endif %}
    number = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
    item_id = {"name": "item_id", "in": "path", "required": True, "schema": number}
{% if stores_items %}
    body = content(ItemFields) | {"required": True}
{% endif %}
    items = {
        "get": operation(list_items, 200, ItemPage, parameters=query),
{% if stores_items %}
        "post": operation(create_item, 201, Item, requestBody=body),
{% endif %}
    }
    item = {
        "parameters": [item_id],
        "get": operation(get_item, 200, Item),
{% if stores_items %}
        "put": operation(replace_item, 200, Item, requestBody=body),
        "delete": operation(delete_item, 204),
{% endif %}
    }
{% if has_suggestions %}
    wanted = parameters(SuggestionQuery)
    suggested = {"get": operation(suggest, 200, Suggestions, parameters=wanted)}
{% endif %}
{% endif %}
{% if has_predictions %}
    settings = current_app.config["SETTINGS"]
    size = {"description": f"At most {settings.body_max_bytes} bytes", "required": True}
    one, many = (content(form) | size for form in (Delivery, Batch))
    batch = operation(predict_batch, 200, Predictions, requestBody=many)
{% endif %}
{% if has_quotes %}
    currency = {"type": "string", "enum": [*CURRENCIES]}
    pair = [
        {"name": name, "in": "path", "required": True, "schema": currency}
        for name in ("source", "target")
    ]
{% if stores_quotes %}
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "schema": {"type": "string", "pattern": IDEMPOTENCY_KEY},
    }
    body = content(QuoteFields) | {"required": True}
    uuid = {"type": "string", "format": "uuid"}
    quote_id = {"name": "quote_id", "in": "path", "required": True, "schema": uuid}
{% else %}
    fields = QuoteFields.model_json_schema()["properties"].items()
    query = [
        {"name": name, "in": "query", "required": True, "schema": schema} for name, schema in fields
    ]
{% endif %}
{% endif %}
{% if has_readings %}
    one, many = (content(form) | {"required": True} for form in (Measurement, Bulk))
    created = operation(create_reading, 201, Result, requestBody=one)
    created["responses"]["200"] = content(Result)  # sent before
    place = [
        {"name": key, "in": "path", "required": True, "schema": {"type": "string", "pattern": form}}
        for key, form in (("name", DEVICE), ("metric", METRIC))
    ]
    query = [
        {"name": key, "in": "query", "schema": schema, "required": "default" not in schema}
        for key, schema in BucketQuery.model_json_schema()["properties"].items()
    ]
    paths = {
        "/readings": {"post": created},
        "/readings/bulk": {"post": operation(create_readings, 200, Results, requestBody=many)},
        LATEST: {"get": operation(get_latest, 200, Latest, parameters=place)},
        BUCKETS: {"get": operation(get_buckets, 200, Buckets, parameters=place + query)},
    }
    security = {"token": {"type": "http", "scheme": "bearer"}}
{% endif %}
{% if has_predictions %}
    answers = Prediction | Predictions | Model | Card | watch.Drift | watch.Comparison
{% endif %}
    models = TypeAdapter({{ 'Item | ItemFields | ItemPage | ' if stores_items else 'Item | ItemPage | ' if has_items else 'Batch | answers | ' if has_predictions else 'Quote | QuoteFields | Rate | ' if stores_quotes else 'Quote | Rate | ' if has_quotes else 'Measurement | Bulk | Results | Latest | Buckets | ' if has_readings else 'Index | ' }}{{ 'Suggestions | ' if has_suggestions }}Problem)
    schemas = models.json_schema(ref_template="#/components/schemas/{model}")["$defs"]
{% if has_predictions %}
    schemas["Batch"]["properties"]["deliveries"]["maxItems"] = settings.batch_max_rows
{% endif %}
    return {
        "openapi": "3.1.0",
        "info": {"title": PROJECT_NAME, "version": "1"},
{% if has_suggestions %}
        "paths": {"/items": items, "/items/{item_id}": item, "/suggestions": suggested},
{% elif has_items %}
        "paths": {"/items": items, "/items/{item_id}": item},
{% elif has_predictions %}
        "paths": {
            "/predict": {"post": operation(predict, 200, Prediction, requestBody=one)},
            "/predict/batch": {"post": batch},
            "/model": {"get": operation(get_model, 200, Model)},
            "/model/card": {"get": operation(get_card, 200, Card)},
            "/model/drift": {"get": operation(get_drift, 200, watch.Drift)},
            "/model/shadow": {"get": operation(get_shadow, 200, watch.Comparison)},
        },
{% elif has_quotes %}
        "paths": {
            "/rates/{source}/{target}": {
                "parameters": pair,
                "get": operation(get_rate, 200, Rate),
            },
{% if stores_quotes %}
            "/quotes": {
                "post": operation(create_quote, 201, Quote, parameters=[key], requestBody=body),
            },
            "/quotes/{quote_id}": {
                "parameters": [quote_id],
                "get": operation(get_quote, 200, Quote),
            },
{% else %}
            "/quotes": {"get": operation(get_quote, 200, Quote, parameters=query)},
{% endif %}
        },
{% elif has_readings %}
        "paths": {path.replace("<", "{").replace(">", "}"): each for path, each in paths.items()},
        "security": [{"token": []}],
{% else %}
        "paths": {"/": {"get": operation(index, 200, Index)}},
{% endif %}
{% if has_readings %}
        "components": {"schemas": schemas, "securitySchemes": security},
{% else %}
        "components": {"schemas": schemas},
{% endif %}
    }


{% if stores_items %}
def operation(view: object, status: int, model: Any = None, **more: Any) -> Any:
    """Describe a view: what it does, what it returns, and that errors are problem details."""
    success = content(model) if model else {"description": "Done"}
    error = content(Problem, "application/problem+json")
    return {"summary": view.__doc__, "responses": {str(status): success, "default": error}} | more
{% else %}
def operation(view: object, status: int, model: Any, **more: Any) -> Any:
    """Describe a view: what it does, what it returns, and that errors are problem details."""
    error = content(Problem, "application/problem+json")
    responses = {str(status): content(model), "default": error}
    return {"summary": view.__doc__, "responses": responses} | more
{% endif %}
{% if has_suggestions %}


def parameters(model: type[BaseModel]) -> list[dict[str, Any]]:
    """Describe a query of this form."""
    schema = model.model_json_schema()
    needed = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": field}
        for name, field in schema["properties"].items()
    ]
{% endif %}


def content(model: type[BaseModel], kind: str = "application/json") -> dict[str, Any]:
    """Describe a body of this form."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"description": model.__doc__, "content": {kind: {"schema": schema}}}
