"""Tokens with which programs use the API on somebody's behalf."""

import hashlib
import secrets
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LIFETIME = timedelta(days=365)


class ApiTokenManager(models.Manager["ApiToken"]):
    """Makes and finds tokens."""

    def issue(self, user_id: int, name: str) -> tuple["ApiToken", str]:
        """Make a token and return it with its secret, which is not kept and cannot be shown again."""
        secret = secrets.token_urlsafe(32)
        token = self.create(
            user_id=user_id,
            name=name,
            digest=digest_of(secret),
            expires_at=timezone.now() + LIFETIME,
        )
        return token, secret

    def valid(self, secret: str) -> "ApiToken | None":
        """Return the token with this secret if it still opens the API."""
        tokens = self.select_related("user").filter(user__is_active=True)
        return tokens.filter(digest=digest_of(secret), expires_at__gt=timezone.now()).first()


class ApiToken(models.Model):
    """A token; what is kept is its digest, so nobody who reads the database can use it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="api_tokens",
        verbose_name=_("user"),
    )
    name = models.CharField(_("name"), max_length=80)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))

    objects: ClassVar[ApiTokenManager] = ApiTokenManager()

    class Meta:
        """How tokens are called and sorted."""

        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return self.name


def digest_of(secret: str) -> str:
    """Return what is kept of a secret. It is long and random, so a quick hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
