import re
import time
import uuid
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import RestrictedError
from django.test import Client

from apps.accounts.models import User
from apps.courses import quizzes
from apps.courses.enrolments import enrol
from apps.courses.models import Attempt, Choice, Course, Enrolment, Question
from apps.courses.progress import CannotWorkError
from tests.courses.conftest import RIGHT, answers, at_once, long_ago, quiz_of, take


def address_of(course: Course) -> str:
    return f"{course.get_absolute_url()}quizzes/{quiz_of(course).pk}/"


def sent(page: str, course: Course, *texts: str) -> dict[str, Any]:
    """Return what the form of a quiz sends with these answers."""
    [key] = re.findall(r'name="key" value="([^"]+)"', page)
    chosen = answers(course, *texts).items()
    return {"key": key, **{f"question_{pk}": list(choices) for pk, choices in chosen}}


@pytest.mark.parametrize(
    ("texts", "points"),
    [(RIGHT, 2), (("two", "four"), 1), (("two", "one"), 1), (("two", "three", "four"), 0), ((), 0)],
)
def test_the_server_gives_the_points(
    enrolment: Enrolment, texts: tuple[str, ...], points: int
) -> None:
    made = take(enrolment, *texts)
    assert (made.number, str(made)) == (1, f"{points}/2")


def test_choices_of_another_question_count_for_nothing(enrolment: Enrolment) -> None:
    quiz = quiz_of(enrolment.course)
    right = frozenset(Choice.objects.filter(is_right=True).values_list("pk", flat=True))
    chosen = {question.pk: right for question in quiz.questions.all()}
    assert quizzes.attempt(enrolment, quiz, uuid.uuid4(), chosen).points == 0


def test_attempts_run_out(signed_in: Client, enrolment: Enrolment) -> None:
    for number in (1, 2):
        assert take(enrolment).number == number
    with pytest.raises(CannotWorkError):
        take(enrolment, *RIGHT)
    page = signed_in.get(address_of(enrolment.course)).content.decode()
    assert "You have no attempts left." in page
    assert "Send your answers" not in page
    data = {"key": str(uuid.uuid4())}
    page = signed_in.post(address_of(enrolment.course), data, follow=True).content.decode()
    assert "You have no attempts left." in page
    assert Attempt.objects.count() == 2


def test_a_page_counts_once_however_often_it_is_sent(
    signed_in: Client, enrolment: Enrolment
) -> None:
    course = enrolment.course
    page = signed_in.get(address_of(course)).content.decode()
    data = sent(page, course, *RIGHT)
    for _click in range(2):
        page = signed_in.post(address_of(course), data, follow=True).content.decode()
    assert Attempt.objects.count() == 1
    assert "2 of 2, 100 %" in page
    assert "Passed" in page
    assert "1 attempt left" in page


def test_the_key_of_somebody_else_s_page_is_no_use(enrolment: Enrolment, other: User) -> None:
    key = take(enrolment, *RIGHT).key
    with pytest.raises(CannotWorkError):
        take(enrol(other, enrolment.course), key=key)
    assert Attempt.objects.count() == 1


def test_right_answers_reach_no_page(signed_in: Client, enrolment: Enrolment) -> None:
    course = enrolment.course

    def choices() -> list[str]:
        """Return what a page says of each choice, but for its number and its words."""
        page = signed_in.get(address_of(course)).content.decode()
        assert "is_right" not in page
        fields = re.findall(
            r"<label[^>]*><span>\s*<input type=\"checkbox\".*?</label>", page, re.DOTALL
        )
        return [re.sub(r"\d+|one|two|three|four|six", "", field) for field in fields]

    before = choices()
    assert len(before) == 5
    assert len(set(before)) == 1
    take(enrolment)
    assert choices() == before


def test_a_page_of_a_quiz_that_has_changed_is_not_counted(
    signed_in: Client, enrolment: Enrolment
) -> None:
    course = enrolment.course
    data = sent(signed_in.get(address_of(course)).content.decode(), course, *RIGHT)
    Choice.objects.filter(text="two").delete()
    response = signed_in.post(address_of(course), data)
    assert response.status_code == 422
    assert "The quiz has changed." in response.content.decode()
    assert signed_in.post(address_of(course), {}).status_code == 422
    assert not Attempt.objects.exists()


@pytest.mark.parametrize(
    ("model", "values"),
    [(Course, {"work_until": long_ago(2)}), (Enrolment, {"status": "left"})],
)
def test_nothing_counts_after_the_last_day_or_for_who_has_left(
    enrolment: Enrolment, model: Any, values: dict[str, Any]
) -> None:
    model.objects.update(**values)
    enrolment.refresh_from_db()
    with pytest.raises(CannotWorkError):
        take(enrolment, *RIGHT)


def test_the_page_says_that_the_last_day_is_over(signed_in: Client, enrolment: Enrolment) -> None:
    Course.objects.update(work_until=long_ago(2))
    page = signed_in.get(address_of(enrolment.course)).content.decode()
    assert "The last day of this course is over." in page
    assert "Send your answers" not in page


def test_a_quiz_without_questions_is_not_taken(enrolment: Enrolment) -> None:
    Question.objects.all().delete()
    with pytest.raises(CannotWorkError):
        take(enrolment)


def test_a_quiz_that_was_taken_is_kept_as_long_as_its_course(enrolment: Enrolment) -> None:
    take(enrolment)
    course = enrolment.course
    for row in (quiz_of(course), course.modules.get()):
        with pytest.raises(RestrictedError):
            row.delete()
    course.delete()
    assert not Attempt.objects.exists()


def test_the_database_keeps_the_rules(enrolment: Enrolment) -> None:
    made = take(enrolment)
    for values in ({"points": 3}, {"number": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Attempt.objects.update(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(
            enrolment=enrolment, quiz=made.quiz, key=uuid.uuid4(), number=1, points=0, out_of=2
        )
    for values in ({"attempts_allowed": 0}, {"pass_percent": 0}, {"pass_percent": 101}):
        with pytest.raises(IntegrityError), transaction.atomic():
            type(made.quiz).objects.update(**values)


@pytest.fixture
def _slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave time between the look at the attempts and the next one."""
    questions_of = quizzes.questions_of

    def look_slowly(quiz: Any) -> Any:
        time.sleep(0.2)
        return questions_of(quiz)

    monkeypatch.setattr(quizzes, "questions_of", look_slowly)


@pytest.mark.usefixtures("_slow")
@pytest.mark.django_db(transaction=True)
def test_attempts_at_once_are_no_more_than_allowed(enrolment: Enrolment) -> None:
    made = at_once(*[partial(take, enrolment)] * 3)
    assert sorted(type(one).__name__ for one in made) == ["Attempt", "Attempt", "CannotWorkError"]
    assert sorted(Attempt.objects.values_list("number", flat=True)) == [1, 2]


@pytest.mark.usefixtures("_slow")
@pytest.mark.django_db(transaction=True)
def test_a_double_click_is_one_attempt(enrolment: Enrolment) -> None:
    click = partial(take, enrolment, key=uuid.uuid4())
    first, second = at_once(click, click)
    assert first == second == Attempt.objects.get()
