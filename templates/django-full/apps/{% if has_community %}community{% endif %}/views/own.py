"""The pages about oneself: joining, notifications, settings, what one takes along, and leaving."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.db import IntegrityError, transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.requests import SignedInRequest
from apps.community import leaving, reading
from apps.community.forms import DeleteForm, JoinForm, ProfileForm
from apps.community.models import Notification, Profile
from apps.community.relations import set_private
from apps.community.requests import for_members, next_page, viewer_of
from apps.community.views.lists import cursor_in


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: SignedInRequest) -> HttpResponse:
    """Let somebody choose a handle, once."""
    if viewer_of(request):
        return redirect(next_page(request, "community:timeline"))
    form = JoinForm(request.POST or None, initial={"name": request.user.get_short_name()})
    if form.is_valid():
        profile = form.save(commit=False)
        profile.user = request.user
        try:
            with transaction.atomic():
                profile.save()
        except IntegrityError:
            form.add_error("handle", _("Somebody else has this handle."))
    # The button may have been pressed twice.
    if form.is_bound and viewer_of(request):
        return redirect(next_page(request, "community:timeline"))
    return render(request, "community/join.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def notifications(request: SignedInRequest, me: Profile) -> HttpResponse:
    """List what others have done, and mark it all as read."""
    if request.method == "POST":
        Notification.objects.filter(recipient=me, is_read=False).update(is_read=True)
        return redirect("community:notifications")
    shown = Notification.objects.shown_to(me).select_related("actor", "post", "comment")
    context = {
        "me": me,
        "slice": reading.page_of(shown, cursor_in(request)),
        "asked": me.followers.filter(is_accepted=False).count(),
    }
    return render(request, "community/notifications.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def edit(request: SignedInRequest, me: Profile) -> HttpResponse:
    """Change what one says about oneself, and who may read it."""
    form = ProfileForm(request.POST or None, instance=me)
    if form.is_valid():
        # Whether somebody is suspended is not known here.
        me.save(update_fields=["name", "about"])
        set_private(me, is_private=form.cleaned_data["is_private"])
        messages.success(request, _("Your profile is saved."))
        return redirect("community:settings")
    return render(request, "community/settings.html", {"me": me, "form": form})


@require_safe
@for_members
def hidden(request: SignedInRequest, me: Profile) -> HttpResponse:
    """List whom one has blocked or muted."""
    blocked = Profile.objects.filter(blocked_by__blocker=me)
    muted = Profile.objects.visible_to(me).filter(muted_by__muter=me)
    context = {
        "me": me,
        "blocked": reading.page_of(blocked, cursor_in(request)),
        "muted": reading.page_of(muted, request.GET.get("muted_after", "")[:100]),
    }
    return render(request, "community/hidden.html", context)


@require_safe
@for_members
def export(request: SignedInRequest, me: Profile) -> HttpResponse:
    """Send somebody all that is kept about them."""
    name = f"{me.handle}.json"
    return JsonResponse(
        leaving.everything_of(me),
        json_dumps_params={"indent": 2, "ensure_ascii": False},
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
@for_members
def delete_account(request: SignedInRequest, me: Profile) -> HttpResponse:
    """Delete an account with all that belongs to it, once somebody has typed their handle."""
    form = DeleteForm(me, request.POST or None)
    if form.is_valid() and not request.user.is_staff:
        logout(request)
        leaving.forget(me)
        messages.success(request, _("Your account is deleted."))
        return redirect("core:home")
    return render(request, "community/delete_account.html", {"me": me, "form": form})
