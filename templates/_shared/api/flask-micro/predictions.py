@bp.post("/predict")
def predict() -> dict[str, Any]:
    """Predict how likely a delivery comes late."""
    values = read(Delivery)
    [late] = predict_all([values])
    return {"late": late, "model": model().version}


@bp.post("/predict/batch")
def predict_batch() -> dict[str, Any]:
    """Predict how likely each of up to 500 deliveries comes late."""
    values = read(Batch)
    return {"late": predict_all(values["deliveries"]), "model": model().version}


@bp.get("/model")
def get_model() -> dict[str, Any]:
    """Return the model: its version, how good it is, and what it makes of each feature."""
    return model().model_dump()


@bp.get("/model/drift")
def get_drift() -> dict[str, Any]:
    """Return how far the features that came in are from those that the model was trained on."""
    return drift.measure(model()).model_dump()


def predict_all(deliveries: list[dict[str, float]]) -> list[float]:
    """Predict for each delivery, and count what was asked."""
    drift.count(model(), deliveries)
{% if exports_drift %}
    drift.export(model())
{% endif %}
    return [model().predict(delivery) for delivery in deliveries]


def model() -> Model:
    """Return the model that the application was started with."""
    found: Model = current_app.extensions["model"]
    return found
