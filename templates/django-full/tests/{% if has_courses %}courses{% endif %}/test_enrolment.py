import time
from functools import partial
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from apps.accounts.models import User
from apps.courses import enrolments
from apps.courses.enrolments import CannotEnrolError, enrol, fill, leave, place_in_line
from apps.courses.models import Course, Enrolment, Status
from tests.conftest import MakeUser, sign_in
from tests.courses.conftest import MakeCourse, at_once, long_ago


def status_of(student: User) -> str:
    return Enrolment.objects.get(student=student).status


def test_people_enrol_and_then_wait(
    course: Course, user: User, other: User, make_user: MakeUser
) -> None:
    late, latest = make_user("late@example.com"), make_user("latest@example.com")
    statuses = [enrol(one, course).status for one in (user, other, late, latest)]
    assert statuses == ["enrolled", "enrolled", "waiting", "waiting"]
    line = [place_in_line(one) for one in course.enrolments.in_line()]
    assert line == [1, 2]


def test_whoever_leaves_makes_room_for_the_first_in_line(
    course: Course, user: User, other: User, make_user: MakeUser
) -> None:
    late, latest = make_user("late@example.com"), make_user("latest@example.com")
    place = enrol(user, course)
    for one in (other, late, latest):
        enrol(one, course)
    assert leave(place)
    assert not leave(place)
    assert (status_of(user), status_of(late), status_of(latest)) == ("left", "enrolled", "waiting")


@pytest.fixture
def _told(
    make_course: MakeCourse,
    user: User,
    other: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    """Let Grace move up."""
    place = enrol(user, make_course(capacity=1))
    enrol(other, place.course)
    with django_capture_on_commit_callbacks(execute=True):
        leave(place)


@pytest.mark.usefixtures("_told")
def test_whoever_moves_up_gets_a_mail(other: User, mailoutbox: list[EmailMessage]) -> None:
    [mail] = mailoutbox
    assert mail.to == [other.email]
    assert mail.subject == "You have a place in “On maps”"
    assert "/courses/about/maps/" in str(mail.body)


def test_whoever_comes_back_waits_behind_the_others(
    course: Course, user: User, other: User, make_user: MakeUser
) -> None:
    first, second = enrol(user, course), enrol(other, course)
    late, latest = (enrol(make_user(f"{name}@example.com"), course) for name in ("late", "latest"))
    leave(first)
    assert enrol(user, course).status == Status.WAITING
    leave(second)
    for one in (late, latest):
        one.refresh_from_db()
        assert one.status == Status.ENROLLED
    assert status_of(user) == Status.WAITING
    assert Enrolment.objects.filter(student=user).count() == 1


def test_nobody_overtakes_those_who_wait(course: Course, user: User, other: User) -> None:
    now = timezone.now()
    Enrolment.objects.create(course=course, student=other, status=Status.WAITING, queued_at=now)
    assert enrol(user, course).status == Status.WAITING


def test_a_greater_capacity_lets_people_move_up(
    make_course: MakeCourse, user: User, other: User, teacher: User
) -> None:
    course = make_course(capacity=1)
    enrol(user, course)
    enrol(other, course)
    Course.objects.update(capacity=2)
    fill(course.pk)
    assert status_of(other) == Status.ENROLLED
    fill(course.pk + 1)


def test_nobody_moves_up_when_the_course_is_over(
    make_course: MakeCourse, user: User, other: User
) -> None:
    course = make_course(capacity=1)
    place = enrol(user, course)
    enrol(other, course)
    Course.objects.update(work_until=long_ago(2))
    leave(place)
    assert status_of(other) == Status.WAITING


@pytest.mark.parametrize("values", [{"enrol_until": long_ago(2)}, {"is_published": False}])
def test_a_course_that_is_closed_takes_nobody(
    make_course: MakeCourse, user: User, values: dict[str, Any]
) -> None:
    course = make_course(**values)
    with pytest.raises(CannotEnrolError):
        enrol(user, course)
    assert not Enrolment.objects.exists()


def test_teachers_are_no_students_of_their_own(course: Course, teacher: User) -> None:
    with pytest.raises(CannotEnrolError):
        enrol(teacher, course)


def test_a_place_comes_free_with_a_deleted_account(
    make_course: MakeCourse,
    user: User,
    other: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    course = make_course(capacity=1)
    enrol(user, course)
    enrol(other, course)
    with django_capture_on_commit_callbacks(execute=True):
        user.delete()
    assert status_of(other) == Status.ENROLLED
    assert list(course.enrolments.values_list("student", flat=True)) == [other.pk]


def test_a_course_goes_with_its_students_and_stays_without_its_teacher(
    course: Course,
    enrolment: Enrolment,
    teacher: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    teacher.delete()
    course.refresh_from_db()
    assert course.teacher is None
    with django_capture_on_commit_callbacks(execute=True):
        course.delete()
    assert not Enrolment.objects.exists()


def test_the_database_keeps_the_rules(course: Course, enrolment: Enrolment, other: User) -> None:
    for change in (
        partial(Course.objects.update, capacity=0),
        partial(Course.objects.update, enrol_until=long_ago(1), work_until=long_ago(2)),
        partial(Enrolment.objects.update, began_at=None),
        partial(
            Enrolment.objects.create,
            course=course,
            student=enrolment.student,
            status=Status.WAITING,
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_the_button_enrols_once(signed_in: Client, course: Course) -> None:
    for _click in range(2):
        page = signed_in.post(f"{course.get_absolute_url()}enrol/", follow=True)
        assert "You are enrolled." in page.content.decode()
    assert Enrolment.objects.count() == 1


def test_pages_tell_of_the_waiting_list_and_let_people_leave(
    client: Client, make_course: MakeCourse, user: User, other: User
) -> None:
    course = make_course(capacity=1)
    enrol(other, course)
    sign_in(client, user.email)
    address = course.get_absolute_url()
    assert "Join the waiting list" in client.get(address).content.decode()
    page = client.post(f"{address}enrol/", follow=True).content.decode()
    assert "You are on the waiting list." in page
    assert "You are number 1." in page
    page = client.post(f"{address}leave/", follow=True).content.decode()
    assert "You have left the course." in page
    page = client.post(f"{address}leave/", follow=True).content.decode()
    assert "You have left the course." not in page


def test_pages_say_why_somebody_cannot_enrol(signed_in: Client, make_course: MakeCourse) -> None:
    course = make_course(enrol_until=long_ago(2))
    page = signed_in.get(course.get_absolute_url()).content.decode()
    assert ">Closed<" in page
    assert ">Enrol<" not in page
    page = signed_in.post(f"{course.get_absolute_url()}enrol/", follow=True).content.decode()
    assert "takes no more students" in page


@pytest.fixture
def _slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave time between the look at the places and what is made of it."""
    seats = enrolments.seats

    def look_slowly(course: Course) -> int:
        free = seats(course)
        time.sleep(0.2)
        return free

    monkeypatch.setattr(enrolments, "seats", look_slowly)


@pytest.mark.usefixtures("_slow")
@pytest.mark.django_db(transaction=True)
def test_of_two_who_want_the_last_place_exactly_one_gets_it(
    make_course: MakeCourse, user: User, other: User
) -> None:
    course = make_course(capacity=1)
    made = at_once(partial(enrol, user, course), partial(enrol, other, course))
    assert sorted(one.status for one in made) == [Status.ENROLLED, Status.WAITING]


@pytest.mark.usefixtures("_slow")
@pytest.mark.django_db(transaction=True)
def test_a_double_click_takes_one_place(course: Course, user: User) -> None:
    first, second = at_once(partial(enrol, user, course), partial(enrol, user, course))
    assert first == second == Enrolment.objects.get()


@pytest.mark.usefixtures("_slow")
@pytest.mark.django_db(transaction=True)
def test_places_given_up_at_once_go_to_one_person_each(
    course: Course, user: User, other: User, make_user: MakeUser
) -> None:
    places = [enrol(user, course), enrol(other, course)]
    for name in ("first", "second", "third"):
        enrol(make_user(f"{name}@example.com"), course)
    assert at_once(*(partial(leave, place) for place in places)) == [True, True]
    statuses = sorted(course.enrolments.values_list("status", flat=True))
    assert statuses == ["enrolled", "enrolled", "left", "left", "waiting"]
