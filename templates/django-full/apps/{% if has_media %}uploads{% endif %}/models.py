"""What people upload about themselves."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ProfilePicture(models.Model):
    """The picture of a person, at most one; it is deleted with their account."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        primary_key=True,
        related_name="profile_picture",
        verbose_name=_("person"),
    )
    picture = models.ImageField(_("picture"), upload_to="people/")
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        """How pictures are called and sorted."""

        verbose_name = _("profile picture")
        verbose_name_plural = _("profile pictures")
        ordering = ("pk",)

    def __str__(self) -> str:
        return str(self.user)
