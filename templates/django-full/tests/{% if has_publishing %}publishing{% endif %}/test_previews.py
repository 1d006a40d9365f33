import time
from datetime import timedelta
from unittest import mock

import pytest
from django.conf import settings
from django.core import signing
from django.test import Client

from apps.accounts.models import User
from apps.core.logs import without_secrets
from apps.publishing.models import Page
from apps.publishing.previews import link_to
from tests.publishing.conftest import SECRET, correct


def address_of(page: Page) -> str:
    return link_to(page.revisions.order_by("-number")[0])


def test_whoever_has_the_link_reads_the_draft(client: Client, draft: Page) -> None:
    response = client.get(address_of(draft))
    assert SECRET in response.content.decode()
    assert "Preview" in response.content.decode()


def test_nothing_keeps_a_preview(client: Client, draft: Page) -> None:
    response = client.get(address_of(draft))
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Referrer-Policy"] == "same-origin"


def test_a_link_shows_one_revision_and_no_later_one(
    client: Client, draft: Page, author: User
) -> None:
    address = address_of(draft)
    correct(draft, author, body="Written later")
    assert "Written later" not in client.get(address).content.decode()


def test_a_link_is_good_for_a_while(client: Client, draft: Page) -> None:
    address = address_of(draft)
    later = timedelta(hours=settings.PREVIEW_HOURS, seconds=2).total_seconds()
    now = time.time()
    with mock.patch("time.time", return_value=now + later):
        assert client.get(address).status_code == 404
    with mock.patch("time.time", return_value=now + later - 10):
        assert client.get(address).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("salt", ["apps.publishing.previews", "another"])
def test_nobody_makes_a_link_of_their_own(client: Client, salt: str) -> None:
    forged = signing.dumps(1, key="somebody else's", salt=salt)
    assert client.get(f"/preview/{forged}/").status_code == 404
    assert client.get("/preview/1/").status_code == 404


def test_what_is_signed_for_something_else_opens_nothing(client: Client, draft: Page) -> None:
    [revision] = draft.revisions.all()
    other = signing.dumps(revision.pk, salt="another")
    assert client.get(f"/preview/{other}/").status_code == 404


def test_a_link_ends_with_its_page(client: Client, draft: Page) -> None:
    address = address_of(draft)
    draft.delete()
    assert client.get(address).status_code == 404


def test_no_log_has_what_opens_a_draft(draft: Page) -> None:
    address = address_of(draft)
    token = address.split("/")[2]
    assert token not in without_secrets(f'"GET {address} HTTP/1.1" 200')
