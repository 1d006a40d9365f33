{% if stores_items %}
class ItemFields(BaseModel, extra="forbid", strict=True):
    """What clients may set."""

    name: str = Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]*$")
    description: str = Field("", max_length=500, pattern=r"^[^\x00]*$")
    done: bool = False


class Item(ItemFields, extra="ignore", strict=False{{ ', from_attributes=True' if uses_orm }}):
    """An item as it is stored; `version` counts its changes and is its ETag."""

    id: int
    version: int
    created_at: datetime
    updated_at: datetime
{% elif has_items %}
class Item(BaseModel):
    """A sample item."""

    id: int
    name: str
    done: bool
{% elif has_predictions %}
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
{% elif has_quotes %}
# Written out, never as 1E-10, and as text.
Exact = Annotated[
    Decimal,
    PlainSerializer(lambda value: f"{value:f}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$"}),
]


class Rate(BaseModel):
    """What one unit of the source is worth in the target; stale where the upstream does not answer."""

    source: Currency
    target: Currency
    rate: Exact
    rates_at: datetime
    age_seconds: int
    is_stale: bool


class QuoteFields(BaseModel, extra="forbid", strict=True):
    """What is to be exchanged; an amount is text with at most two decimals."""

    source: Currency
    target: Currency
    amount: str = Field(pattern=AMOUNT)
{% if stores_quotes %}


class Quote(BaseModel{{ ', from_attributes=True' if uses_orm }}):
    """An amount in another currency, which holds until it expires; the age is that of the rates then."""

    id: UUID
    source: Currency
    target: Currency
    amount: Exact
    rate: Exact
    result: Exact
    rates_at: datetime
    age_seconds: int
    made_at: datetime
    expires_at: datetime

    @field_validator("result")
    @classmethod
    def in_coins(cls, result: Decimal, info: ValidationInfo) -> Decimal:
        """Return the result in the target's coins, however many decimals the database keeps."""
        return round_to(result, smallest_unit(info.data["target"]))
{% else %}


class Quote(BaseModel):
    """What an amount is worth in another currency, and how old the rates are."""

    source: Currency
    target: Currency
    amount: Exact
    rate: Exact
    result: Exact
    rates_at: datetime
    age_seconds: int
{% endif %}
{% elif has_readings %}
class Bulk(BaseModel, extra="forbid", strict=True):
    """Readings, each of which is judged by itself."""

    readings: list[JsonValue] = Field(min_length=1, max_length=500)


class Result(BaseModel):
    """What became of a reading; only one that is refused or in conflict is not stored."""

    outcome: Outcome
    detail: str = ""


class Results(BaseModel):
    """What became of each reading, in their order."""

    results: list[Result]


class BucketQuery(BaseModel, extra="forbid"):
    """Which buckets to return: how long, from when on, and how many."""

    size: Size = "hour"
    since: Moment
    count: int = Field(24, ge=1, le=400)


class Buckets(BaseModel):
    """Buckets of time, and the time zone that says when days begin."""

    zone: str
    buckets: list[Bucket]
{% else %}
class Index(BaseModel):
    """What this is and where it is described."""

    name: str
    openapi: str
{% endif %}
{% if has_items %}


class ItemQuery(BaseModel, extra="forbid"):
    """Which items to list, and which page of them."""

    status: Literal["all", "open", "done"] = "all"
    limit: int = Field(20, ge=1, le=100)
    cursor: int = Field(0, ge=0, le=2**63 - 1)


class ItemPage(BaseModel):
    """Some items, and the cursor of the next page when there is one."""

    items: list[Item]
    next_cursor: int | None
{% endif %}
{% if has_suggestions %}


class SuggestionQuery(BaseModel, extra="forbid"):
    """What has been typed so far, and how many suggestions are wanted."""

    prefix: str = Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]*$")
    limit: int = Field(10, ge=1, le=50)


class Suggestion(BaseModel):
    """An item whose name begins with the prefix."""

    id: int
    name: str


class Suggestions(BaseModel):
    """The items whose names begin with the prefix, in alphabetical order."""

    suggestions: list[Suggestion]
{% endif %}


class Problem(BaseModel):
    """What went wrong (RFC 9457){{ '; `errors` tells for each field what is wrong with it' if validates_values }}."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
{% if validates_values %}
    errors: dict[str, str] = {}
{% endif %}
