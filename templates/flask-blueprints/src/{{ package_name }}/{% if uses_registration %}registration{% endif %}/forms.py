"""The forms for registering and for a forgotten password."""

from wtforms import EmailField, StringField
from wtforms.validators import InputRequired, Length

from ..auth.forms import NewPasswordForm, valid_email
from ..auth.models import NAME_LENGTH
from ..forms import Form, one_line, stripped


class EmailForm(Form):
    """Asks for an e-mail address."""

    email = EmailField(
        "E-mail",
        validators=[InputRequired("Write your e-mail address."), valid_email],
        render_kw={"autocomplete": "email"},
    )


class ConfirmForm(NewPasswordForm):
    """Asks for what makes a confirmed address an account."""

    display_name = StringField(
        "Name",
        filters=[stripped],
        validators=[InputRequired("Write your name."), Length(1, NAME_LENGTH), one_line],
        render_kw={"autocomplete": "name"},
    )
