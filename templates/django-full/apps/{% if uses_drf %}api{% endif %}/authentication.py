"""Who sends a request: the owner of the token in its Authorization header."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.accounts.models import User
from apps.api.models import ApiToken


class TokenAuthentication(BaseAuthentication):
    """Reads `Authorization: Bearer SECRET`."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the token's owner, or nothing for a request without a token."""
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = ApiToken.objects.valid(secret)
        if token is None:
            raise AuthenticationFailed(_("The token is not valid, or it has expired."))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Say in a 401 what is expected."""
        return "Bearer"


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the tokens in the API's document."""

    target_class = TokenAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Return the description."""
        return {"type": "http", "scheme": "bearer"}
