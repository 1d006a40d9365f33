"""Who asks, and what stands against it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import Http404, HttpRequest
from ninja.errors import HttpError

from apps.api.authentication import SessionAuthentication, TokenAuthentication
from apps.community.errors import RefusedError, TooMuchError
from apps.community.models import Post, Profile

# What a rule may answer, for the API's document.
CONFLICT: dict[str, Any] = {
    "responses": {
        409: {
            "description": "Conflict",
            "content": {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            },
        }
    }
}


def anybody(_request: HttpRequest) -> bool:
    """Let everybody in who does not say who they are."""
    return True


# For what everybody may read: whoever says who they are reads more. A token that is not valid is refused.
OPTIONAL = [TokenAuthentication(), SessionAuthentication(), anybody]
# How the API's document says so.
NO_SIGN_IN: dict[str, Any] = {"security": [{}]}


def viewer_of(request: HttpRequest) -> Profile | None:
    """Return who looks: nobody where somebody is not signed in, or has no profile yet."""
    if not request.user.is_authenticated:
        return None
    return Profile.objects.filter(user=request.user).first()


def member(request: HttpRequest) -> Profile:
    """Return the profile of who asks, refusing those who have none yet."""
    me = viewer_of(request)
    if me is None:
        raise HttpError(403, "Choose a handle first, on the pages of the community.")
    return me


@contextmanager
def rules_obeyed() -> Iterator[None]:
    """Answer with a problem what a rule stands against."""
    try:
        yield
    except (Post.DoesNotExist, Profile.DoesNotExist) as error:
        raise Http404 from error
    except RefusedError as error:
        raise HttpError(409, str(error)) from error
    except TooMuchError as error:
        raise HttpError(429, str(error)) from error
