"""The profile page."""

from django.contrib.messages.views import SuccessMessageMixin
from django.db.models import QuerySet
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views.generic import DetailView, UpdateView

from apps.accounts.forms import ProfileForm
from apps.accounts.models import User
from apps.accounts.requests import SignedInRequest


class Profile(DetailView[User]):
    """Shows your own profile."""

    request: SignedInRequest
    template_name = "accounts/profile.html"

    def get_object(self, queryset: QuerySet[User] | None = None) -> User:
        """Return whoever is signed in."""
        return self.request.user


class EditProfile(SuccessMessageMixin[ProfileForm], UpdateView[User, ProfileForm]):
    """Changes your own profile."""

    request: SignedInRequest
    form_class = ProfileForm
    template_name = "accounts/profile_form.html"
    success_url = reverse_lazy("profile")
    success_message = _("Your profile has been saved.")

    def get_object(self, queryset: QuerySet[User] | None = None) -> User:
        """Return whoever is signed in."""
        return self.request.user
