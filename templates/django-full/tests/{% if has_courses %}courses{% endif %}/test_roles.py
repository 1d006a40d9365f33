from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.courses.enrolments import enrol
from apps.courses.models import Certificate, Enrolment
from apps.courses.urls import urlpatterns
from tests.conftest import MakeUser
from tests.courses.conftest import MakeCourse, lessons_of, quiz_of

ROLES = ("stranger", "student", "waiting", "outsider", "teacher", "colleague", "administrator")
# What each of them gets from each address, in the order of ROLES.
PUBLIC = (200, 200, 200, 200, 200, 200, 200)
MEMBERS = (302, 200, 200, 200, 200, 200, 200)
ONLY_SENT = (302, 405, 405, 405, 405, 405, 405)
READERS = (302, 200, 404, 404, 200, 404, 200)
STUDENTS = (302, 302, 404, 404, 404, 404, 404)
GRADERS = (302, 404, 404, 404, 200, 404, 200)
EXPECTED = {
    "catalogue": PUBLIC,
    "course": PUBLIC,
    "certificate": PUBLIC,
    "mine": MEMBERS,
    "enrol": ONLY_SENT,
    "leave": ONLY_SENT,
    "lesson": READERS,
    "quiz": READERS,
    "get_certificate": STUDENTS,
    "gradebook": GRADERS,
    "gradebook_file": GRADERS,
}


@pytest.fixture
def people(make_user: MakeUser, make_course: MakeCourse, teacher: User) -> dict[str, User]:
    """Make somebody of each role in the course "maps", which has one place."""
    names = ("student", "waiting", "outsider", "colleague")
    made = {name: make_user(f"{name}@example.com", name=name) for name in names}
    made["administrator"] = make_user("root@example.com", is_staff=True, is_superuser=True)
    course = make_course(capacity=1)
    make_course("ice", teacher=made["colleague"])
    place = enrol(made["student"], course)
    enrol(made["waiting"], course)
    Certificate.objects.create(enrolment=place, name="Ada", course_title=course.title)
    return made | {"teacher": teacher}


def addresses() -> dict[str, str]:
    """Return the address of each page, by its name."""
    place = Enrolment.objects.select_related("course", "certificate").get(status="enrolled")
    course = place.course
    more: dict[str, list[Any]] = {
        "catalogue": [],
        "mine": [],
        "certificate": [place.certificate.code],
        "lesson": [course.slug, lessons_of(course)[0].pk],
        "quiz": [course.slug, quiz_of(course).pk],
    }
    return {
        name: reverse(f"courses:{name}", args=more.get(name, [course.slug])) for name in EXPECTED
    }


def test_every_address_is_listed() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(EXPECTED)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_what_it_may_and_nothing_else(
    client: Client, people: dict[str, User], role: str
) -> None:
    if role != "stranger":
        client.force_login(people[role])
    found = {name: client.get(address).status_code for name, address in addresses().items()}
    assert found == {name: statuses[ROLES.index(role)] for name, statuses in EXPECTED.items()}
