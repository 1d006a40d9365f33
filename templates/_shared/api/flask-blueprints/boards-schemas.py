class CardSchema(Schema):
    """A card; `version` changes whenever it does."""

    id = fields.Integer(dump_only=True)
    lane = lane_field(required=True)
    title = line_field(TITLE_LENGTH, required=True)
    text = text_field(load_default="")
    key = key_field()
    version = fields.Integer(dump_only=True)
    changed_by = fields.String(dump_only=True, allow_none=True)


class CardChangeSchema(Schema):
    """What changes of a card, and the version that somebody has seen."""

    version = Number(required=True, validate=Range(1, LARGEST_ID))
    title = line_field(TITLE_LENGTH)
    text = text_field()
    lane = lane_field()
    before = Number(
        allow_none=True,
        validate=Range(1, LARGEST_ID),
        metadata={"description": "The card above which it goes; none: to the end of its lane"},
    )


class BoardSchema(Schema):
    """A board; `revision` changes whenever it or one of its cards does."""

    id = fields.Integer(dump_only=True)
    name = line_field(NAME_LENGTH, required=True)
    key = key_field()
    revision = fields.Integer(dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)


class WholeBoardSchema(BoardSchema):
    """A board with all its cards, each lane from top to bottom."""

    cards = fields.List(fields.Nested(CardSchema), required=True)


class BoardListSchema(Schema):
    """One page of boards; `next_cursor` leads to the next, and is null on the last."""

    boards = fields.List(fields.Nested(BoardSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class WholeNumber(fields.Integer):
    """A number in a query, in plain digits."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if not re.fullmatch("-?[0-9]{1,10}", str(value)):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class PageSchema(Schema):
    """How many boards, and which page of them."""

    limit = WholeNumber(load_default=20, validate=Range(1, 100))
    cursor = fields.String(
        validate=Regexp("^[1-9][0-9]{0,9}$"),
        metadata={"description": "The `next_cursor` of the page before"},
    )


class VersionSchema(Schema):
    """The version that somebody has seen."""

    version = WholeNumber(required=True, validate=Range(1, LARGEST_ID))
