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
