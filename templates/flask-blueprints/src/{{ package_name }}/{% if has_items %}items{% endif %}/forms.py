"""The items' forms."""

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from ..forms import Form, one_line, plain_text, stripped
from .models import DESCRIPTION_LENGTH, NAME_LENGTH


class ItemForm(Form):
    """Adds an item."""

    name = StringField(
        "Name",
        filters=[stripped],
        validators=[InputRequired("Enter a name."), Length(1, NAME_LENGTH), one_line],
    )
    description = TextAreaField(
        "Description (optional)",
        filters=[stripped],
        validators=[Length(max=DESCRIPTION_LENGTH), plain_text],
        render_kw={"rows": 5},
    )

    def values(self) -> dict[str, str]:
        """What was written, by field."""
        return {"name": self.name.data or "", "description": self.description.data or ""}


class ItemChangeForm(ItemForm):
    """Changes an item, and knows in which state it was when the form was opened."""

    version = HiddenField()


class DeleteForm(Form):
    """Confirms that an item is to be deleted; all it holds is the CSRF token."""
