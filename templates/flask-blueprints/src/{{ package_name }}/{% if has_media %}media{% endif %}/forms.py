"""The form of one's own picture."""

from flask_wtf.file import FileField, FileRequired

from ..forms import Form


class PictureForm(Form):
    """Takes a picture."""

    picture = FileField(
        "Picture",
        description="JPEG, PNG or WebP. Where it was taken is left out.",
        validators=[FileRequired("Choose a file.")],
        render_kw={"accept": "image/jpeg,image/png,image/webp"},
    )
