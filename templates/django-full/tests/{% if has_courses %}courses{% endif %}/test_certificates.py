import uuid
from functools import partial

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.courses.enrolments import leave
from apps.courses.models import Certificate, Enrolment
from apps.courses.progress import CannotWorkError, certify, finish
from tests.courses.conftest import RIGHT, at_once, lessons_of, take


@pytest.fixture
def completed(enrolment: Enrolment) -> Enrolment:
    """Give Ada's place in a course, in which nothing is left to do."""
    for lesson in lessons_of(enrolment.course):
        finish(enrolment, lesson)
    take(enrolment)
    take(enrolment, *RIGHT)
    return enrolment


def test_a_completed_course_earns_a_certificate(signed_in: Client, completed: Enrolment) -> None:
    address = f"{completed.course.get_absolute_url()}certificate/"
    assert address in signed_in.get(completed.course.get_absolute_url()).content.decode()
    assert 'value="Ada"' in signed_in.get(address).content.decode()
    for name in ("Ada Lovelace", "Somebody Else"):
        page = signed_in.post(address, {"name": name}, follow=True).content.decode()
        assert "Ada Lovelace" in page
    given = Certificate.objects.get()
    assert signed_in.get(address)["Location"] == given.get_absolute_url()
    page = signed_in.get(completed.course.get_absolute_url()).content.decode()
    assert given.get_absolute_url() in page


@pytest.mark.parametrize("name", ["", "x" * 81])
def test_a_certificate_has_a_name(signed_in: Client, completed: Enrolment, name: str) -> None:
    address = f"{completed.course.get_absolute_url()}certificate/"
    assert "errorlist" in signed_in.post(address, {"name": name}).content.decode()
    assert not Certificate.objects.exists()


def test_without_every_lesson_and_quiz_there_is_none(
    signed_in: Client, enrolment: Enrolment
) -> None:
    first, second = lessons_of(enrolment.course)
    address = f"{enrolment.course.get_absolute_url()}certificate/"

    def is_refused() -> bool:
        page = signed_in.post(address, {"name": "Ada"}, follow=True).content.decode()
        return "Finish every lesson and pass every quiz first." in page

    assert is_refused()
    finish(enrolment, first)
    take(enrolment, *RIGHT)
    assert is_refused()
    finish(enrolment, second)
    assert not is_refused()


def test_a_failed_quiz_earns_none(enrolment: Enrolment) -> None:
    for lesson in lessons_of(enrolment.course):
        finish(enrolment, lesson)
    take(enrolment, "one")
    with pytest.raises(CannotWorkError):
        certify(enrolment, "Ada")


def test_who_has_left_gets_none(completed: Enrolment) -> None:
    leave(completed)
    with pytest.raises(CannotWorkError):
        certify(completed, "Ada")


def test_everybody_who_has_the_address_checks_it(
    client: Client, completed: Enrolment, user: User
) -> None:
    given = certify(completed, "Ada <Lovelace>")
    response = client.get(given.get_absolute_url())
    page = response.content.decode()
    assert "Valid certificate" in page
    assert "Ada &lt;Lovelace&gt;" in page
    assert "On maps" in page
    assert user.email not in page
    assert response["X-Robots-Tag"] == "noindex"


def test_the_address_cannot_be_guessed(client: Client, completed: Enrolment) -> None:
    given = certify(completed, "Ada")
    assert given.code.version == 4
    assert client.get(f"/courses/certificates/{given.pk}/").status_code == 404
    response = client.get(f"/courses/certificates/{uuid.uuid4()}/")
    assert response.status_code == 404
    assert "There is no such certificate" in response.content.decode()


def test_a_revoked_certificate_says_so_and_nothing_else(
    client: Client, completed: Enrolment
) -> None:
    given = certify(completed, "Ada Lovelace")
    Certificate.objects.update(revoked_at=timezone.now())
    page = client.get(given.get_absolute_url()).content.decode()
    assert "This certificate was revoked" in page
    assert "Ada Lovelace" not in page


def test_a_certificate_goes_with_the_account(
    client: Client, completed: Enrolment, user: User
) -> None:
    given = certify(completed, "Ada")
    user.delete()
    assert client.get(given.get_absolute_url()).status_code == 404
    assert not Certificate.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_double_click_issues_one(completed: Enrolment) -> None:
    first, second = at_once(*[partial(certify, completed, "Ada")] * 2)
    assert first == second == Certificate.objects.get()
