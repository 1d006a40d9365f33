"""The page on which people make and revoke their own tokens."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.requests import SignedInRequest
from apps.api.forms import TokenForm
from apps.api.models import ApiToken


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def tokens(request: SignedInRequest) -> HttpResponse:
    """List the tokens and make a new one, whose secret is shown this once."""
    secret = None
    form = TokenForm(request.POST or None)
    if form.is_valid():
        _token, secret = ApiToken.objects.issue(request.user.pk, form.cleaned_data["name"])
        form = TokenForm()
    context = {"form": form, "secret": secret, "tokens": request.user.api_tokens.all()}
    return render(request, "api/tokens.html", context)


@require_POST
def revoke_token(request: SignedInRequest, pk: int) -> HttpResponse:
    """Make one of your own tokens useless."""
    get_object_or_404(ApiToken, pk=pk, user=request.user).delete()
    messages.success(request, _("The token has been revoked."))
    return redirect("api:tokens")
