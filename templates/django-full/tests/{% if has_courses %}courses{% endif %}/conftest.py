import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.models import User
from apps.courses.enrolments import enrol
from apps.courses.models import Attempt, Choice, Course, Enrolment, Lesson, Module, Question, Quiz
from apps.courses.quizzes import attempt
from tests.conftest import MakeUser

MakeCourse = Callable[..., Course]


@pytest.fixture
def teacher(make_user: MakeUser) -> User:
    return make_user("teacher@example.com", name="Ingrid")


@pytest.fixture
def make_course(teacher: User) -> MakeCourse:
    """Make a published course of one module, with two lessons and a quiz of two questions."""

    def make(slug: str = "maps", **fields: Any) -> Course:
        values = {"title": f"On {slug}", "summary": "What a map leaves out.", "teacher": teacher}
        course = Course.objects.create(
            slug=slug, **{**values, "capacity": 2, "is_published": True, **fields}
        )
        module = Module.objects.create(course=course, title="Basics")
        for title in ("First", "Second"):
            Lesson.objects.create(module=module, title=title, text=f"The secret of {slug}.")
        quiz = Quiz.objects.create(module=module, title="Test", attempts_allowed=2)
        for text, right, wrong in (
            ("Even?", ("two", "four"), ("three",)),
            ("Odd?", ("one",), ("six",)),
        ):
            question = Question.objects.create(quiz=quiz, text=text)
            for answer in (*right, *wrong):
                Choice.objects.create(question=question, text=answer, is_right=answer in right)
        return course

    return make


@pytest.fixture
def course(make_course: MakeCourse) -> Course:
    return make_course()


@pytest.fixture
def enrolment(user: User, course: Course) -> Enrolment:
    """Give Ada's place in the course."""
    return enrol(user, course)


def quiz_of(course: Course) -> Quiz:
    return Quiz.objects.get(module__course=course)


def lessons_of(course: Course) -> list[Lesson]:
    return list(Lesson.objects.filter(module__course=course))


def answers(course: Course, *texts: str) -> dict[int, frozenset[int]]:
    """Return the choices with these texts, by question."""
    return {
        question.pk: frozenset(question.choices.filter(text__in=texts).values_list("pk", flat=True))
        for question in quiz_of(course).questions.all()
    }


RIGHT = ("two", "four", "one")


def take(enrolment: Enrolment, *texts: str, **options: Any) -> Attempt:
    """Take the quiz of a course with these answers."""
    course = enrolment.course
    key = options.get("key") or uuid.uuid4()
    return attempt(enrolment, quiz_of(course), key, answers(course, *texts))


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


def long_ago(days: int) -> Any:
    """Return a day that is over wherever one is."""
    return timezone.now().date() - timedelta(days=days)
