"""The pages about people, and what somebody does about them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.requests import SignedInRequest
from apps.community import reading, relations
from apps.community.errors import RefusedError, TooMuchError
from apps.community.models import Follow, Post, Profile, ProfileQuerySet
from apps.community.requests import for_members, next_page, viewer_of
from apps.community.views.lists import cursor_in

# What somebody may do about a person, by the last part of the address.
DEEDS: dict[str, Callable[[Profile, Profile], object]] = {
    "follow": relations.follow,
    "unfollow": relations.unfollow,
    "accept": relations.accept,
    "refuse": relations.remove_follower,
    "block": relations.block,
    "unblock": relations.unblock,
    "mute": relations.mute,
    "unmute": relations.unmute,
}


@login_not_required
@require_safe
def person(request: HttpRequest, handle: str) -> HttpResponse:
    """Show a person, and what they write to those who may read it."""
    me = viewer_of(request)
    shown = get_object_or_404(Profile.objects.visible_to(me), handle=handle)
    posts = Post.objects.visible_to(me).filter(author=shown).for_reading(me)
    people = Profile.objects.wanted_by(me)
    context = {
        "me": me,
        "person": shown,
        "is_open": is_open(shown, me),
        "follow": Follow.objects.filter(follower=me, followed=shown).first() if me else None,
        "is_muted": bool(me) and shown.muted_by.filter(muter=me).exists(),
        "slice": reading.page_of(posts, cursor_in(request)),
        "followers": people.followers_of(shown).count(),
        "following": people.followed_by(shown).count(),
    }
    return render(request, "community/person.html", context)


@login_not_required
@require_safe
def followers(request: HttpRequest, handle: str) -> HttpResponse:
    """List who follows a person, to those who may read what they write."""
    return people_of(request, handle, ProfileQuerySet.followers_of)


@login_not_required
@require_safe
def following(request: HttpRequest, handle: str) -> HttpResponse:
    """List whom a person follows, to those who may read what they write."""
    return people_of(request, handle, ProfileQuerySet.followed_by)


def people_of(
    request: HttpRequest,
    handle: str,
    chosen: Callable[[ProfileQuerySet, Profile], ProfileQuerySet],
) -> HttpResponse:
    """Show a list of people that belongs to a person."""
    me = viewer_of(request)
    shown = get_object_or_404(Profile.objects.visible_to(me), handle=handle)
    if not is_open(shown, me):
        raise Http404
    people = chosen(Profile.objects.wanted_by(me), shown)
    context = {
        "me": me,
        "person": shown,
        "are_followers": chosen is ProfileQuerySet.followers_of,
        "slice": reading.page_of(people, cursor_in(request)),
    }
    return render(request, "community/people.html", context)


@require_safe
@for_members
def requests(request: SignedInRequest, me: Profile) -> HttpResponse:
    """List who asks to follow somebody."""
    asked = Q(following__followed=me, following__is_accepted=False)
    people = Profile.objects.visible_to(me).filter(asked)
    context = {"me": me, "slice": reading.page_of(people, cursor_in(request))}
    return render(request, "community/requests.html", context)


@require_POST
@for_members
def relate(request: SignedInRequest, me: Profile, handle: str, deed: str) -> HttpResponse:
    """Do something about a person, such as to follow them: twice is as once."""
    if deed not in DEEDS:
        raise Http404
    people = Profile.objects.filter(
        Q(pk__in=Profile.objects.visible_to(me)) | Q(blocked_by__blocker=me)
    )
    other = get_object_or_404(people.distinct(), handle=handle)
    try:
        DEEDS[deed](me, other)
    except Profile.DoesNotExist as error:
        raise Http404 from error
    except (RefusedError, TooMuchError) as error:
        messages.error(request, str(error))
    return redirect(next_page(request, after(deed, other)))


def after(deed: str, other: Profile) -> str:
    """Return which page comes after something was done about a person."""
    pages: dict[str, str] = {
        "accept": reverse("community:requests"),
        "refuse": reverse("community:requests"),
        "block": reverse("community:hidden"),
        "unblock": reverse("community:hidden"),
    }
    return pages.get(deed, other.get_absolute_url())


def is_open(person: Profile, viewer: Profile | None) -> bool:
    """Tell whether somebody may read what a person writes whom they see."""
    if not person.is_private or person == viewer:
        return True
    follows: Any = Follow.objects.filter(follower=viewer, followed=person, is_accepted=True)
    return viewer is not None and bool(follows.exists())
