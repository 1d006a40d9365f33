"""The page of one's own picture."""

from typing import Any

from django.contrib import messages
from django.contrib.messages.views import SuccessMessageMixin
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django.views.generic import FormView

from apps.accounts.requests import SignedInRequest
from apps.uploads.forms import ProfilePictureForm
from apps.uploads.models import ProfilePicture


class OwnPicture(SuccessMessageMixin[ProfilePictureForm], FormView[ProfilePictureForm]):
    """Shows your own picture, and takes another one."""

    request: SignedInRequest
    form_class = ProfilePictureForm
    template_name = "uploads/profile_picture.html"
    success_url = reverse_lazy("profile_picture")
    success_message = gettext_lazy("Your picture is saved.")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        """Add the picture that is there."""
        own = ProfilePicture.objects.filter(user=self.request.user).first()
        return super().get_context_data(own=own, **context)

    def form_valid(self, form: ProfilePictureForm) -> HttpResponse:
        """Put the picture in the place of the one before."""
        picture = form.cleaned_data["picture"]
        ProfilePicture.objects.update_or_create(
            user=self.request.user, defaults={"picture": picture}
        )
        return super().form_valid(form)


@require_POST
def remove_picture(request: SignedInRequest) -> HttpResponse:
    """Remove your own picture."""
    ProfilePicture.objects.filter(user=request.user).delete()
    messages.success(request, _("Your picture is removed."))
    return redirect("profile_picture")
