"""The profile's form."""

from wtforms import StringField
from wtforms.validators import InputRequired, Length

from ..auth.models import NAME_LENGTH
from ..forms import Form, one_line, stripped


class ProfileForm(Form):
    """Changes what others see."""

    display_name = StringField(
        "Name",
        filters=[stripped],
        validators=[InputRequired("Enter your name."), Length(1, NAME_LENGTH), one_line],
        render_kw={"autocomplete": "name"},
    )
