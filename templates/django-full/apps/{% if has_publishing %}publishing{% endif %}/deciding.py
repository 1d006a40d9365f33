"""What editors and publishers decide: where a page stands, and what the world sees of it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.requests import SignedInRequest
from apps.publishing.forms import PlaceForm, PublishForm
from apps.publishing.models import OVERSEE, PUBLISH, Page
from apps.publishing.tree import CannotStandThereError, move
from apps.publishing.versions import CannotScheduleError, publish, schedule, withdraw
from apps.publishing.writing import answer, editable_page, revision_of


@require_http_methods(["GET", "HEAD", "POST"])
def move_here(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let a page stand elsewhere with all that is below it, for those who oversee all."""
    page = editable_page(request.user, pk)
    if not request.user.has_perm(OVERSEE):
        raise PermissionDenied
    # The form writes into the page it gets what somebody typed; `page` stays as it is.
    form = PlaceForm(request.user, request.POST or None, instance=Page.objects.get(pk=pk))
    if form.is_valid():
        where = form.cleaned_data
        try:
            move(page, where["parent"], where["slug"])
        except CannotStandThereError as error:
            form.add_error("slug", str(error))
        else:
            kept = {"in_menu": where["in_menu"], "position": where["position"]}
            Page.objects.filter(pk=pk).update(**kept)
            messages.success(request, _("The page is at %(path)s now.") % {"path": page})
            return redirect("publishing:draft", pk)
    return answer(request, "publishing/move.html", {"page": page, "form": form})


@require_POST
def publish_here(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the world the revision that a publisher has read, at once or when they say."""
    page = editable_page(request.user, pk)
    if not request.user.has_perm(PUBLISH):
        raise PermissionDenied
    form = PublishForm(request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(map(str, errors)))
        return redirect("publishing:draft", pk)
    number = revision_of(page, str(form.cleaned_data["number"])).number
    if form.moments is None:
        publish(page, number)
        messages.success(request, _("Revision %(number)s is published.") % {"number": number})
        return redirect("publishing:draft", pk)
    try:
        schedule(page, number, *form.moments)
    except CannotScheduleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Revision %(number)s is planned.") % {"number": number})
    return redirect("publishing:draft", pk)


@require_POST
def withdraw_here(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show a page to nobody any more, and drop what was planned for it."""
    page = editable_page(request.user, pk)
    if not request.user.has_perm(PUBLISH):
        raise PermissionDenied
    withdraw(page)
    messages.success(request, _("The page is withdrawn."))
    return redirect("publishing:draft", pk)
