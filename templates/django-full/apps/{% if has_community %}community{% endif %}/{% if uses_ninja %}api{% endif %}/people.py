"""People for programs: who there is, and what one does about them."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema, Status
from ninja.pagination import paginate
from pydantic import Field

from apps.api.pagination import Pages
from apps.api.schemas import AnyText
from apps.community import relations
from apps.community.api.members import (
    CONFLICT,
    NO_SIGN_IN,
    OPTIONAL,
    member,
    rules_obeyed,
    viewer_of,
)
from apps.community.models import Follow, Profile

router = Router(tags=["profiles"])


class PersonOut(Schema):
    """Somebody in the community."""

    handle: str
    name: str
    about: str
    is_private: bool
    created_at: datetime


class FollowOut(Schema):
    """That you follow somebody, or wait for it."""

    is_accepted: bool
    created_at: datetime


class ProfileFilter(Schema):
    """Whom to look for."""

    q: Annotated[
        AnyText, Field(max_length=80, description="Words that the handle or the name holds.")
    ] = ""


@router.api_operation(
    ["GET", "HEAD"], "", response=list[PersonOut], auth=OPTIONAL, openapi_extra=NO_SIGN_IN
)
@paginate(Pages)
def list_profiles(request: HttpRequest, wanted: Query[ProfileFilter]) -> QuerySet[Profile]:
    """List people. Whoever you have blocked, or who has blocked you, does not exist for you."""
    return Profile.objects.wanted_by(viewer_of(request)).matching(wanted.q)


@router.api_operation(
    ["GET", "HEAD"], "/{slug:handle}", response=PersonOut, auth=OPTIONAL, openapi_extra=NO_SIGN_IN
)
def read_profile(request: HttpRequest, handle: str) -> Profile:
    """Return somebody."""
    return get_object_or_404(Profile.objects.visible_to(viewer_of(request)), handle=handle)


@router.put("/{slug:handle}/follow", response=FollowOut, openapi_extra=CONFLICT)
def follow(request: HttpRequest, handle: str) -> Follow:
    """Follow somebody, or ask a private person for it."""
    me = member(request)
    person = get_object_or_404(Profile.objects.visible_to(me), handle=handle)
    with rules_obeyed():
        return relations.follow(me, person)


@router.delete("/{slug:handle}/follow", response={204: None})
def unfollow(request: HttpRequest, handle: str) -> Status[None]:
    """Follow somebody no longer, or take back the request."""
    return done(request, handle, relations.unfollow)


@router.put("/{slug:handle}/block", response={204: None}, openapi_extra=CONFLICT)
def block(request: HttpRequest, handle: str) -> Status[None]:
    """Block somebody: neither of you sees the other."""
    return done(request, handle, relations.block)


@router.delete("/{slug:handle}/block", response={204: None})
def unblock(request: HttpRequest, handle: str) -> Status[None]:
    """Take a block away."""
    me = member(request)
    relations.unblock(me, get_object_or_404(Profile, blocked_by__blocker=me, handle=handle))
    return Status(204, None)


@router.put("/{slug:handle}/mute", response={204: None}, openapi_extra=CONFLICT)
def mute(request: HttpRequest, handle: str) -> Status[None]:
    """Mute somebody: you read nothing of them, and they do not learn of it."""
    return done(request, handle, relations.mute)


@router.delete("/{slug:handle}/mute", response={204: None})
def unmute(request: HttpRequest, handle: str) -> Status[None]:
    """Read somebody again."""
    return done(request, handle, relations.unmute)


def done(
    request: HttpRequest, handle: str, deed: Callable[[Profile, Profile], object]
) -> Status[None]:
    """Do something about a person."""
    me = member(request)
    person = get_object_or_404(Profile.objects.visible_to(me), handle=handle)
    with rules_obeyed():
        deed(me, person)
    return Status(204, None)
