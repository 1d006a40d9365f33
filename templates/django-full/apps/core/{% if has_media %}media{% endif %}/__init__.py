"""What people upload: checked by its content, kept under a name that nobody chose, and deleted with its row."""

from apps.core.media.documents import checked_file
from apps.core.media.fields import PictureField
from apps.core.media.pictures import cleaned_picture
from apps.core.media.storage import private_storage

__all__ = ["PictureField", "checked_file", "cleaned_picture", "private_storage"]
