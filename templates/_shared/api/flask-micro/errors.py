{% if has_predictions or stores_quotes %}
def read(form: type[BaseModel]) -> dict[str, Any]:
    """Return the values in the request's body, or answer with what is wrong with each of them."""
    if request.mimetype != "application/json":
        abort(415, "Send application/json.")
    try:
        return form.model_validate_json(request.get_data()).model_dump()
{% elif has_items or has_quotes or has_readings %}
def validate(model: type[BaseModel], data: {{ 'bytes | ' if stores_items or has_readings }}dict[str, Any]) -> dict[str, Any]:
    """Return the values, or answer with what is wrong with each of them."""
    try:
{% if stores_items or has_readings %}
        valid = model.model_validate_json(data) if isinstance(data, bytes) else model(**data)
        return valid.model_dump()
{% else %}
        return model(**data).model_dump()
{% endif %}
{% endif %}
{% if validates_values %}
    except ValidationError as error:
        details = error.errors(include_url=False)
{% if stores_items or has_readings or has_predictions or stores_quotes %}
        if details[0]["type"] == "json_invalid":
            abort(400, details[0]["msg"])
{% endif %}
        errors = {".".join(map(str, each["loc"])) or "body": each["msg"] for each in details}
        abort(problem(UnprocessableEntity("Some values are not valid."), errors))


{% endif %}
@bp.app_errorhandler(HTTPException)
{% if validates_values %}
def problem(error: HTTPException, errors: dict[str, str] | None = None) -> Response:
{% else %}
def problem(error: HTTPException) -> Response:
{% endif %}
    """Answer with problem details, and with the headers of the error such as Allow."""
    status, detail = error.code or 500, error.description or error.name
    body = Problem(title=error.name, status=status, detail=detail{{ ', errors=errors or {}' if validates_values }})
    headers = [(name, value) for name, value in error.get_headers() if name != "Content-Type"]
    return Response(body.model_dump_json(), status, headers, "application/problem+json")
