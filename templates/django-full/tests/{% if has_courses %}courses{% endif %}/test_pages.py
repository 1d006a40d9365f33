import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.courses.enrolments import enrol
from apps.courses.models import Course, Enrolment, LessonDone
from apps.courses.progress import CannotWorkError, finish
from tests.conftest import MakeUser, sign_in
from tests.courses.conftest import MakeCourse, lessons_of, long_ago, quiz_of


def test_everybody_sees_what_is_offered(client: Client, course: Course) -> None:
    page = client.get("/courses/").content.decode()
    assert course.get_absolute_url() in page
    assert "2 places left" in page
    page = client.get(course.get_absolute_url()).content.decode()
    assert "Sign in to enrol" in page
    assert "Second" in page
    assert "The secret" not in page


def test_courses_are_found_by_their_words(client: Client, make_course: MakeCourse) -> None:
    make_course("maps")
    make_course("ice")
    page = client.get("/courses/?q=ICE").content.decode()
    assert "/about/ice/" in page
    assert "/about/maps/" not in page
    assert "No courses match" in client.get("/courses/?q=nothing").content.decode()


@pytest.mark.django_db
def test_an_empty_catalogue_says_so(client: Client) -> None:
    assert "No courses yet" in client.get("/courses/").content.decode()


def test_a_draft_exists_for_its_teacher_alone(
    client: Client, make_course: MakeCourse, user: User, teacher: User, administrator: User
) -> None:
    draft = make_course(is_published=False)

    def is_seen() -> bool:
        listed = draft.get_absolute_url() in client.get("/courses/").content.decode()
        assert (client.get(draft.get_absolute_url()).status_code == 200) is listed
        return listed

    assert not is_seen()
    for person, sees in ((user, False), (teacher, True), (administrator, True)):
        client.force_login(person)
        assert is_seen() is sees


def test_lessons_are_for_the_enrolled(
    signed_in: Client, course: Course, user: User, other: User, make_user: MakeUser
) -> None:
    lesson = lessons_of(course)[0]
    addresses = [
        f"{course.get_absolute_url()}lessons/{lesson.pk}/",
        f"{course.get_absolute_url()}quizzes/{quiz_of(course).pk}/",
        f"{course.get_absolute_url()}certificate/",
    ]

    def answers() -> set[int]:
        return {signed_in.get(address).status_code for address in addresses}

    assert answers() == {404}
    enrol(other, course)
    enrol(make_user("third@example.com"), course)
    waiting = enrol(user, course)
    assert waiting.status == "waiting"
    assert answers() == {404}
    assert {signed_in.post(address).status_code for address in addresses} == {404}
    Course.objects.update(capacity=9)
    Enrolment.objects.filter(pk=waiting.pk).delete()
    enrol(user, course)
    assert answers() == {200}


def test_a_lesson_of_another_course_is_not_read_through_this_one(
    signed_in: Client, enrolment: Enrolment, make_course: MakeCourse
) -> None:
    foreign = make_course("ice")
    for kind, row in (("lessons", lessons_of(foreign)[0]), ("quizzes", quiz_of(foreign))):
        for course in (enrolment.course, foreign):
            address = f"{course.get_absolute_url()}{kind}/{row.pk}/"
            assert signed_in.get(address).status_code == 404


def test_a_lesson_is_finished_once(signed_in: Client, enrolment: Enrolment) -> None:
    course = enrolment.course
    first, second = lessons_of(course)
    address = f"{course.get_absolute_url()}lessons/{first.pk}/"
    assert "The secret of maps." in signed_in.get(address).content.decode()
    signed_in.post(address)
    page = signed_in.post(address, follow=True).content.decode()
    assert "1 of 2 lessons" in page
    assert page.index('class="done"') < page.index('aria-current="step"')
    assert LessonDone.objects.get().lesson == first
    assert "Finished" in signed_in.get(address).content.decode()
    assert second.title in page


def test_nothing_is_finished_after_the_last_day(signed_in: Client, enrolment: Enrolment) -> None:
    Course.objects.update(work_until=long_ago(2))
    course = enrolment.course
    address = f"{course.get_absolute_url()}lessons/{lessons_of(course)[0].pk}/"
    assert "last day of this course is over" in signed_in.get(address).content.decode()
    page = signed_in.post(address, follow=True).content.decode()
    assert "last day of this course is over" in page
    assert not LessonDone.objects.exists()


def test_nothing_is_finished_by_who_has_left(enrolment: Enrolment) -> None:
    Enrolment.objects.update(status="left")
    with pytest.raises(CannotWorkError):
        finish(enrolment, lessons_of(enrolment.course)[0])


def test_teachers_read_their_own_courses_and_do_nothing_in_them(
    client: Client, course: Course, make_course: MakeCourse, teacher: User, other: User
) -> None:
    foreign = make_course("ice", teacher=other)
    sign_in(client, teacher.email)
    for kind, pk in (("lessons", lessons_of(course)[0].pk), ("quizzes", quiz_of(course).pk)):
        address = f"{course.get_absolute_url()}{kind}/{pk}/"
        assert client.get(address).status_code == 200
        assert client.post(address).status_code == 404
    address = f"{foreign.get_absolute_url()}lessons/{lessons_of(foreign)[0].pk}/"
    assert client.get(address).status_code == 404
    assert not LessonDone.objects.exists()


def test_people_see_their_own_courses(
    signed_in: Client, user: User, other: User, make_course: MakeCourse
) -> None:
    assert "You are in no course yet" in signed_in.get("/courses/mine/").content.decode()
    mine, foreign = make_course("maps"), make_course("ice")
    finish(enrol(user, mine), lessons_of(mine)[0])
    enrol(other, foreign)
    page = signed_in.get("/courses/mine/").content.decode()
    assert mine.get_absolute_url() in page
    assert "1 of 2" in page
    assert foreign.get_absolute_url() not in page


def test_teachers_find_their_courses(client: Client, course: Course, teacher: User) -> None:
    sign_in(client, teacher.email)
    page = client.get("/courses/mine/").content.decode()
    assert f"{course.get_absolute_url()}gradebook/" in page


def test_a_text_is_no_markup(signed_in: Client, enrolment: Enrolment) -> None:
    lesson = lessons_of(enrolment.course)[0]
    lesson.text = "<script>alert(1)</script>"
    lesson.save()
    address = f"{enrolment.course.get_absolute_url()}lessons/{lesson.pk}/"
    assert "<script>alert" not in signed_in.get(address).content.decode()


@pytest.mark.parametrize("address", ["/courses/", "/courses/mine/"])
def test_a_list_asks_the_database_the_same_however_long(
    signed_in: Client, user: User, make_course: MakeCourse, address: str
) -> None:
    numbers = iter(range(50))

    def queries(count: int) -> int:
        for _ in range(count):
            enrol(user, make_course(f"course-{next(numbers)}"))
        with CaptureQueriesContext(connection) as captured:
            signed_in.get(address)
        return len(captured)

    assert queries(1) == queries(5)


def test_a_course_asks_the_database_the_same_however_long(
    signed_in: Client, enrolment: Enrolment
) -> None:
    course = enrolment.course

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            signed_in.get(course.get_absolute_url())
        return len(captured)

    before = queries()
    for number in range(3):
        module = course.modules.create(title=f"More {number}")
        for title in ("a", "b", "c"):
            module.lessons.create(title=title, text=title)
    assert queries() == before


def test_long_lists_come_in_pages(client: Client, make_course: MakeCourse) -> None:
    for number in range(21):
        make_course(f"course-{number}")
    page = client.get("/courses/").content.decode()
    assert page.count('class="card tile"') == 20
    assert "page=2" in page
    assert "/about/course-0/" in client.get("/courses/?page=2").content.decode()
