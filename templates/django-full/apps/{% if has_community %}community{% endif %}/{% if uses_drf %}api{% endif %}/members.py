"""Who asks, and what stands against it."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from django.http import Http404
from rest_framework import exceptions
from rest_framework.request import Request

from apps.community.errors import RefusedError, TooMuchError
from apps.community.models import Post, Profile

PROBLEM = {"$ref": "#/components/schemas/Problem"}
# What a rule may answer, for the API's document.
CONFLICT: dict[Any, Any] = {(HTTPStatus.CONFLICT, "application/problem+json"): PROBLEM}


class Refused(exceptions.APIException):
    """A rule does not let somebody do it."""

    status_code = HTTPStatus.CONFLICT


def viewer_of(request: Request) -> Profile | None:
    """Return who looks: nobody where somebody is not signed in, or has no profile yet."""
    if not request.user.is_authenticated:
        return None
    return Profile.objects.filter(user=request.user).first()


def member(request: Request) -> Profile:
    """Return the profile of who asks, refusing those who have none yet."""
    me = viewer_of(request)
    if me is None:
        raise exceptions.PermissionDenied("Choose a handle first, on the pages of the community.")
    return me


@contextmanager
def rules_obeyed() -> Iterator[None]:
    """Answer with a problem what a rule stands against."""
    try:
        yield
    except (Post.DoesNotExist, Profile.DoesNotExist) as error:
        raise Http404 from error
    except RefusedError as error:
        raise Refused(str(error)) from error
    except TooMuchError as error:
        raise exceptions.Throttled(wait=error.seconds) from error
