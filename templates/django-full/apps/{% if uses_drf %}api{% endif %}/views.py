"""The API's document, one's own account, and what is not there."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_page
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerView
from rest_framework import generics

from apps.accounts.models import User
from apps.api.serializers import ModelSerializer
from apps.core.errors import error_response


@method_decorator(cache_page(60 * 60, cache="local"), name="dispatch")
class Document(SpectacularJSONAPIView):
    """The API described for programs (OpenAPI 3.1)."""

    renderer_classes = [OpenApiJsonRenderer2]  # noqa: RUF012


class DocumentPage(SpectacularSwaggerView):
    """The API described for people."""

    template_name = "api/document.html"
    url_name = "api:document"


class ProfileSerializer(ModelSerializer[User]):
    """One's own account."""

    class Meta:
        """What a program may see and change of it."""

        model = User
        fields = ("id", "email", "name", "about", "date_joined")
        read_only_fields = ("email", "date_joined")


@extend_schema(tags=["profile"])
class Profile(generics.RetrieveUpdateAPIView[User]):
    """Your own account."""

    serializer_class = ProfileSerializer
    http_method_names = ("get", "patch", "head", "options")

    def get_object(self) -> User:
        """Return whoever asks."""
        user = self.request.user
        assert isinstance(user, User)  # noqa: S101  # IsAuthenticated let nobody else through
        return user


@login_not_required
@csrf_exempt
def nothing(request: HttpRequest, **_kwargs: Any) -> HttpResponse:
    """Answer for an address below /api/ that does not exist."""
    return error_response(request, 404)
