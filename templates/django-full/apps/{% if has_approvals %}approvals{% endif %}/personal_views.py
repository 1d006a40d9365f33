"""The pages on which people download their data and delete their account."""

from http import HTTPStatus

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.models import User
from apps.accounts.requests import SignedInRequest
from apps.approvals.forms import LeaveForm
from apps.approvals.personal import data_of


@require_safe
def your_data(request: SignedInRequest) -> JsonResponse:
    """Send all that is kept about whoever asks."""
    response = JsonResponse(data_of(request.user), json_dumps_params={"indent": 2})
    response["Content-Disposition"] = 'attachment; filename="your-data.json"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def leave(request: SignedInRequest) -> HttpResponse:
    """Say what is kept and why, and delete the account of whoever wants that."""
    user = request.user
    form = LeaveForm(request.POST or None, email=user.email)
    if request.method == "POST" and user.is_staff:
        raise PermissionDenied
    if form.is_valid():
        # Another copy of the account, since the sign-out still asks whose session ends.
        User.objects.get(pk=user.pk).delete()
        logout(request)
        messages.success(request, _("Your account is deleted."))
        return redirect("core:home")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "approvals/leave.html", {"form": form}, status=status)
