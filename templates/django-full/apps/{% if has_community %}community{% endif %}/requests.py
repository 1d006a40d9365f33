"""Who asks for a page of the community, and where they go from it."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from apps.accounts.requests import SignedInRequest
from apps.community.models import Profile

View = Callable[..., HttpResponse]


def viewer_of(request: HttpRequest) -> Profile | None:
    """Return who looks: nobody where somebody is not signed in, or has no profile yet."""
    if not request.user.is_authenticated:
        return None
    return Profile.objects.filter(user=request.user).first()


def for_members(view: View) -> View:
    """Let a view have the profile of who is signed in; those without one choose a handle first."""

    @wraps(view)
    def asked(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        me = viewer_of(request)
        if me is None:
            messages.info(request, _("Choose a handle first."))
            place = {"next": request.get_full_path()} if request.method == "GET" else {}
            return redirect(f"{reverse('community:join')}?{urlencode(place)}")
        return view(request, me, *args, **kwargs)

    return asked


def next_page(request: HttpRequest, otherwise: str) -> str:
    """Return the page of ours that a form or an address names as the next one."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_ours and wanted.startswith("/") else otherwise
