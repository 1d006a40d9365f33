"""The pages on which people read what others write: their timeline, everything that is public, and a search."""

from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.requests import SignedInRequest
from apps.community import reading, writing
from apps.community.errors import RefusedError, TooMuchError
from apps.community.forms import PostForm
from apps.community.models import Post, Profile
from apps.community.requests import for_members, viewer_of

PEOPLE_FOUND = 10


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def timeline(request: SignedInRequest, me: Profile) -> HttpResponse:
    """Show what those write whom somebody follows, and take what they write themselves."""
    form = PostForm(request.POST if request.method == "POST" else None)
    status = HTTPStatus.OK
    if form.is_valid():
        try:
            writing.publish(me, form.cleaned_data["text"], form.cleaned_data["key"])
            return redirect("community:timeline")
        except RefusedError as error:
            form.add_error(None, str(error))
        except TooMuchError as error:
            form.add_error(None, str(error))
            status = HTTPStatus.TOO_MANY_REQUESTS
    context = {
        "me": me,
        "form": form,
        "slice": reading.timeline(me, cursor_in(request)),
        "suggested": reading.suggested_to(me),
    }
    return render(request, "community/timeline.html", context, status=status)


@login_not_required
@require_safe
def everyone(request: HttpRequest) -> HttpResponse:
    """Show what all people write whom one may read."""
    me = viewer_of(request)
    posts = Post.objects.wanted_by(me).filter(author__is_private=False).for_reading(me)
    context = {"me": me, "slice": reading.page_of(posts, cursor_in(request))}
    return render(request, "community/everyone.html", context)


@login_not_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Find people by their names and posts by their words."""
    me = viewer_of(request)
    query = request.GET.get("q", "").replace("\0", "").strip()[:80]
    context: dict[str, Any] = {"me": me, "query": query}
    if query:
        people = Profile.objects.wanted_by(me).matching(query)
        posts = Post.objects.wanted_by(me).matching(query).for_reading(me)
        context["people"] = people[:PEOPLE_FOUND]
        context["slice"] = reading.page_of(posts, cursor_in(request))
    return render(request, "community/search.html", context)


def cursor_in(request: HttpRequest) -> str:
    """Return after which row the page begins that is asked for."""
    return request.GET.get("after", "")[:100]
