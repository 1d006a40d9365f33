"""Requests of people who are signed in."""

from django.http import HttpRequest

from apps.accounts.models import User


class SignedInRequest(HttpRequest):
    """What every view gets that is not marked public: LoginRequiredMiddleware saw to it."""

    user: User
