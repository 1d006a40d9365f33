"""The JSON API: its data, its views, its errors and its OpenAPI document."""

from typing import Any

from flask import Blueprint, Response, abort, current_app, request
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from werkzeug.exceptions import HTTPException, UnprocessableEntity

from . import watch
from .config import PROJECT_NAME
from .model import Card, Delivery, Model

bp = Blueprint("api", __name__)


class Batch(BaseModel, extra="forbid", strict=True):
    """Deliveries to predict at once."""

    deliveries: list[Delivery] = Field(min_length=1)


class Prediction(BaseModel):
    """How likely the delivery comes late, and which version of the model says so."""

    late: float
    model: str


class Predictions(BaseModel):
    """How likely each delivery comes late, in their order, and which version of the model says so."""

    late: list[float]
    model: str


class Problem(BaseModel):
    """What went wrong (RFC 9457); `errors` tells for each field what is wrong with it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: dict[str, str] = {}


@bp.get("/")
def index() -> dict[str, str]:
    """Say what this is and where it is described."""
    return {"name": PROJECT_NAME, "openapi": "/openapi.json"}


@bp.post("/predict")
def predict() -> dict[str, Any]:
    """Predict how likely a delivery comes late."""
    values = read(Delivery)
    [late] = predict_all([values])
    return {"late": late, "model": model().version}


@bp.post("/predict/batch")
def predict_batch() -> dict[str, Any]:
    """Predict how likely each delivery of a batch comes late."""
    deliveries = read(Batch)["deliveries"]
    if len(deliveries) > (most := current_app.config["SETTINGS"].batch_max_rows):
        errors = {"deliveries": f"There are {len(deliveries)}, and at most {most} are predicted."}
        abort(problem(UnprocessableEntity("Some values are not valid."), errors))
    return {"late": predict_all(deliveries), "model": model().version}


@bp.get("/model")
def get_model() -> dict[str, Any]:
    """Return the model: its version, how good it is, what it makes of each feature, and its card."""
    return model().model_dump(mode="json")


@bp.get("/model/card")
def get_card() -> dict[str, Any]:
    """Return the model's card: what it is for, what it was made from, how good it is, and its limits."""
    card: Card = model().card or abort(404, "Train this model to write its card.")
    return card.model_dump(mode="json")


@bp.get("/model/drift")
def get_drift() -> dict[str, Any]:
    """Return how far the features that came in are from those that the model was trained on."""
    return watch.measure(model()).model_dump()


@bp.get("/model/shadow")
def get_shadow() -> dict[str, Any]:
    """Return how the predictions of the shadow model differ from those of the live one."""
    beside: watch.Shadow | None = current_app.extensions["shadow"]
    found = beside.measure() if beside else watch.Comparison(model=model().version)
    return found.model_dump()


def predict_all(deliveries: list[dict[str, float]]) -> list[float]:
    """Predict for each delivery, count what was asked, and have the shadow model compared."""
    watch.count(model(), deliveries)
{% if exports_drift %}
    watch.export(model())
{% endif %}
    late = [model().predict(delivery) for delivery in deliveries]
    if beside := current_app.extensions["shadow"]:
        beside.compare(deliveries, late)
{% if exports_drift %}
        beside.export()
{% endif %}
    return late


def model() -> Model:
    """Return the model that the application was started with."""
    found: Model = current_app.extensions["model"]
    return found


def read(form: type[BaseModel]) -> dict[str, Any]:
    """Return the values in the request's body, or answer with what is wrong with each of them."""
    if request.mimetype != "application/json":
        abort(415, "Send application/json.")
    try:
        return form.model_validate_json(request.get_data()).model_dump()
    except ValidationError as error:
        details = error.errors(include_url=False)
        if details[0]["type"] == "json_invalid":
            abort(400, details[0]["msg"])
        errors = {".".join(map(str, each["loc"])) or "body": each["msg"] for each in details}
        abort(problem(UnprocessableEntity("Some values are not valid."), errors))


@bp.app_errorhandler(HTTPException)
def problem(error: HTTPException, errors: dict[str, str] | None = None) -> Response:
    """Answer with problem details, and with the headers of the error such as Allow."""
    status, detail = error.code or 500, error.description or error.name
    body = Problem(title=error.name, status=status, detail=detail, errors=errors or {})
    headers = [(name, value) for name, value in error.get_headers() if name != "Content-Type"]
    return Response(body.model_dump_json(), status, headers, "application/problem+json")


@bp.get("/openapi.json")
def openapi() -> dict[str, Any]:
    """Describe the API."""
    settings = current_app.config["SETTINGS"]
    size = {"description": f"At most {settings.body_max_bytes} bytes", "required": True}
    one, many = (content(form) | size for form in (Delivery, Batch))
    batch = operation(predict_batch, 200, Predictions, requestBody=many)
    answers = Prediction | Predictions | Model | Card | watch.Drift | watch.Comparison
    models = TypeAdapter(Batch | answers | Problem)
    schemas = models.json_schema(ref_template="#/components/schemas/{model}")["$defs"]
    schemas["Batch"]["properties"]["deliveries"]["maxItems"] = settings.batch_max_rows
    return {
        "openapi": "3.1.0",
        "info": {"title": PROJECT_NAME, "version": "1"},
        "paths": {
            "/predict": {"post": operation(predict, 200, Prediction, requestBody=one)},
            "/predict/batch": {"post": batch},
            "/model": {"get": operation(get_model, 200, Model)},
            "/model/card": {"get": operation(get_card, 200, Card)},
            "/model/drift": {"get": operation(get_drift, 200, watch.Drift)},
            "/model/shadow": {"get": operation(get_shadow, 200, watch.Comparison)},
        },
        "components": {"schemas": schemas},
    }


def operation(view: object, status: int, model: Any, **more: Any) -> Any:
    """Describe a view: what it does, what it returns, and that errors are problem details."""
    error = content(Problem, "application/problem+json")
    responses = {str(status): content(model), "default": error}
    return {"summary": view.__doc__, "responses": responses} | more


def content(model: type[BaseModel], kind: str = "application/json") -> dict[str, Any]:
    """Describe a body of this form."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"description": model.__doc__, "content": {kind: {"schema": schema}}}
