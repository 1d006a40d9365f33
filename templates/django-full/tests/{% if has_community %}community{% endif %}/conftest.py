from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.community.models import Follow, Post, Profile
from apps.community.writing import publish
from tests.conftest import MakeUser

Join = Callable[..., Profile]


@pytest.fixture
def join(make_user: MakeUser) -> Join:
    """Make somebody in the community, who has been there for a while."""

    def make(handle: str, **fields: Any) -> Profile:
        user = fields.pop("user", None) or make_user(f"{handle}@people.example.com")
        name = fields.pop("name", handle.title())
        profile = Profile.objects.create(user=user, handle=handle, name=name, **fields)
        joined = timezone.now() - timedelta(days=30)
        Profile.objects.filter(pk=profile.pk).update(created_at=joined)
        profile.refresh_from_db()
        return profile

    return make


@pytest.fixture
def ada(join: Join, user: User) -> Profile:
    return join("ada", user=user)


@pytest.fixture
def grace(join: Join, other: User) -> Profile:
    return join("grace", user=other)


@pytest.fixture
def mei(join: Join) -> Profile:
    """Give somebody whose posts are private."""
    return join("mei", is_private=True)


@pytest.fixture
def as_ada(client: Client, ada: Profile) -> Client:
    client.force_login(ada.user)
    return client


@pytest.fixture
def post(grace: Profile) -> Post:
    """Give a post of Grace's."""
    return publish(grace, "A kettle sings.")


def befriend(follower: Profile, followed: Profile) -> Follow:
    """Let somebody follow another person, whatever stands against it."""
    return Follow.objects.create(follower=follower, followed=followed, is_accepted=True)


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """Do these in transactions of their own at the same time; return what each gave or raised."""
    start = Barrier(len(actions))

    def run(action: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return action()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        futures = [pool.submit(run, action) for action in actions]
    return [future.exception() or future.result() for future in futures]
