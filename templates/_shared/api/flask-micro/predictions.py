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
