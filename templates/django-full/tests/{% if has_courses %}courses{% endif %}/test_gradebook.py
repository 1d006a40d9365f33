import csv
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.courses import views
from apps.courses.enrolments import enrol, leave
from apps.courses.models import Course, Enrolment
from apps.courses.progress import finish
from tests.conftest import MakeUser, sign_in
from tests.courses.conftest import RIGHT, MakeCourse, lessons_of, take


@pytest.fixture
def as_teacher(client: Client, teacher: User) -> Client:
    sign_in(client, teacher.email)
    return client


def table(response_text: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a file with headings."""
    return csv.DictReader(response_text.removeprefix("\ufeff").splitlines())


def test_teachers_see_the_best_results(as_teacher: Client, enrolment: Enrolment) -> None:
    course = enrolment.course
    finish(enrolment, lessons_of(course)[0])
    take(enrolment, *RIGHT)
    take(enrolment)
    page = as_teacher.get(f"{course.get_absolute_url()}gradebook/").content.decode()
    assert "Ada" in page
    assert "1/2" in page
    assert "100 %" in page
    assert "Completed" not in page


def test_an_empty_gradebook_says_so(as_teacher: Client, course: Course) -> None:
    page = as_teacher.get(f"{course.get_absolute_url()}gradebook/").content.decode()
    assert "No students yet" in page


@pytest.mark.parametrize(
    ("person", "status"), [("user", 404), ("other", 404), ("teacher", 200), ("administrator", 200)]
)
def test_grades_are_for_who_teaches_and_who_oversees(
    client: Client, enrolment: Enrolment, request: pytest.FixtureRequest, person: str, status: int
) -> None:
    client.force_login(request.getfixturevalue(person))
    for name in ("gradebook/", "gradebook.csv"):
        address = f"{enrolment.course.get_absolute_url()}{name}"
        assert client.get(address).status_code == status


def test_teachers_of_other_courses_see_no_grades(
    client: Client, enrolment: Enrolment, make_course: MakeCourse, other: User
) -> None:
    make_course("ice", teacher=other)
    client.force_login(other)
    address = enrolment.course.get_absolute_url()
    assert client.get(f"{address}gradebook/").status_code == 404
    assert client.get(f"{address}gradebook.csv").status_code == 404


def test_grades_are_exported(
    as_teacher: Client, course: Course, user: User, other: User, make_user: MakeUser
) -> None:
    Course.objects.update(capacity=9)
    place = enrol(user, course)
    for lesson in lessons_of(course):
        finish(place, lesson)
    take(place, *RIGHT)
    enrol(other, course)
    leave(enrol(make_user("gone@example.com"), course))
    response = as_teacher.get(f"{course.get_absolute_url()}gradebook.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="maps-grades.csv"' in response["Content-Disposition"]
    rows = {row["Email"]: row for row in table(response.content.decode())}
    assert set(rows) == {user.email, other.email}
    assert rows[user.email] == {
        "Name": "Ada",
        "Email": user.email,
        "Lessons": "2",
        "Test": "100",
        "Grade": "100",
        "Completed": "yes",
    }
    assert rows[other.email]["Test"] == ""
    assert rows[other.email]["Completed"] == "no"


def test_nothing_that_is_exported_is_a_formula(
    as_teacher: Client, course: Course, make_user: MakeUser
) -> None:
    course.modules.get().quiz.questions.all().delete()
    type(course.modules.get().quiz).objects.update(title="@SUM(A1)")
    enrol(make_user("=1+1@example.com", name='=HYPERLINK("http://evil.example")'), course)
    text = as_teacher.get(f"{course.get_absolute_url()}gradebook.csv").content.decode()
    for row in csv.reader(text.removeprefix("\ufeff").splitlines()):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert "'=HYPERLINK" in text


def test_a_course_without_quizzes_has_no_grades(as_teacher: Client, enrolment: Enrolment) -> None:
    course = enrolment.course
    course.modules.get().quiz.delete()
    page = as_teacher.get(f"{course.get_absolute_url()}gradebook/").content.decode()
    assert '<td class="num">–</td>' in page
    text = as_teacher.get(f"{course.get_absolute_url()}gradebook.csv").content.decode()
    assert [row["Grade"] for row in table(text)] == [""]


def test_the_gradebook_comes_in_pages_and_asks_the_database_the_same_however_long(
    as_teacher: Client, course: Course, make_user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    Course.objects.update(capacity=99)
    monkeypatch.setattr(views, "STUDENTS_A_PAGE", 4)
    numbers = iter(range(50))

    def queries(count: int) -> int:
        for _ in range(count):
            name = f"student{next(numbers)}"
            take(enrol(make_user(f"{name}@example.com", name=name), course), *RIGHT)
        with CaptureQueriesContext(connection) as captured:
            as_teacher.get(f"{course.get_absolute_url()}gradebook/")
        return len(captured)

    assert queries(1) == queries(5)
    page = as_teacher.get(f"{course.get_absolute_url()}gradebook/?page=2").content.decode()
    assert "student5" in page
    assert "student3" not in page
