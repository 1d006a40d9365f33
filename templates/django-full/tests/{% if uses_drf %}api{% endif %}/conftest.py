import pytest
from django.test import Client

from apps.accounts.models import User
from apps.api.models import ApiToken


@pytest.fixture
def api(user: User) -> Client:
    """Give a program that acts for Ada."""
    _token, secret = ApiToken.objects.issue(user.pk, "test")
    return Client(headers={"Authorization": f"Bearer {secret}"})
