import pytest
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import User
from apps.courses.enrolments import enrol, leave
from apps.courses.models import Course, Enrolment, NextCourse
from apps.courses.recommendations import count_next_courses
from tests.conftest import MakeUser
from tests.courses.conftest import MakeCourse


@pytest.fixture(autouse=True)
def _few(settings: Settings) -> None:
    settings.COURSES_FEWEST_TOGETHER = 3


@pytest.fixture
def people(make_user: MakeUser) -> list[User]:
    return [make_user(f"student{number}@example.com") for number in range(5)]


@pytest.fixture
def first(make_course: MakeCourse) -> Course:
    return make_course("first", capacity=9)


@pytest.fixture
def second(make_course: MakeCourse) -> Course:
    return make_course("second", capacity=9)


def counted() -> dict[tuple[str, str], int]:
    count_next_courses()
    pairs = NextCourse.objects.select_related("course", "following")
    return {(pair.course.slug, pair.following.slug): pair.people for pair in pairs}


def test_courses_lead_to_those_that_others_went_on_to(
    client: Client, people: list[User], first: Course, second: Course
) -> None:
    for person in people[:3]:
        enrol(person, first)
        enrol(person, second)
    assert counted() == {("first", "second"): 3}
    page = client.get(first.get_absolute_url()).content.decode()
    assert "At least 3 people who took this course went on to it." in page
    assert second.get_absolute_url() in page
    assert "went on" not in client.get(second.get_absolute_url()).content.decode()


def test_so_few_that_one_could_be_known_are_not_counted(
    people: list[User], first: Course, second: Course
) -> None:
    for person in people[:2]:
        enrol(person, first)
        enrol(person, second)
    assert counted() == {}


def test_a_single_person_changes_no_number(
    people: list[User], first: Course, second: Course
) -> None:
    for person in people[:4]:
        enrol(person, first)
        enrol(person, second)
    before = counted()
    enrol(people[4], first)
    enrol(people[4], second)
    assert counted() == before == {("first", "second"): 3}


def test_numbers_go_when_people_do(people: list[User], first: Course, second: Course) -> None:
    places = []
    for person in people[:3]:
        enrol(person, first)
        places.append(enrol(person, second))
    assert counted()
    leave(places[0])
    assert counted() == {}


def test_who_waits_did_not_go_on(people: list[User], first: Course, second: Course) -> None:
    Course.objects.filter(pk=second.pk).update(capacity=2)
    for person in people[:3]:
        enrol(person, first)
        enrol(person, second)
    assert counted() == {}


def test_drafts_are_not_recommended(
    client: Client, people: list[User], first: Course, second: Course
) -> None:
    for person in people[:3]:
        enrol(person, first)
        enrol(person, second)
    assert counted()
    Course.objects.filter(pk=second.pk).update(is_published=False)
    assert "went on" not in client.get(first.get_absolute_url()).content.decode()
    assert counted() == {}


def test_what_is_kept_names_nobody() -> None:
    kept = {field.name for field in NextCourse._meta.get_fields()}
    assert kept == {"id", "course", "following", "people"}
    assert Enrolment not in {field.related_model for field in NextCourse._meta.get_fields()}
