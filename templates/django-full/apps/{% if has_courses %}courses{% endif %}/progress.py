"""What students have done in their courses, and what is left."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from apps.courses import rules
from apps.courses.models import (
    Attempt,
    Certificate,
    Course,
    Enrolment,
    Lesson,
    LessonDone,
    Quiz,
    Status,
)


class CannotWorkError(Exception):
    """Why something does not count, in words for the student."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A lesson or a quiz of a course, and how far a student is with it."""

    lesson: Lesson | None = None
    quiz: Quiz | None = None
    is_done: bool = False
    is_next: bool = False
    percent: int | None = None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far a student has come: the best result in each quiz (None before the first attempt), and the grade."""

    enrolment: Enrolment
    lessons: int
    done: int
    results: tuple[int | None, ...]
    needed: tuple[int, ...]

    @property
    def best(self) -> list[int]:
        """The results; a quiz that was not tried counts as nothing."""
        return [result or 0 for result in self.results]

    @property
    def grade(self) -> int | None:
        """The mean of the results."""
        return rules.grade(self.best)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to do."""
        return rules.is_complete(self.lessons, self.done, self.best, self.needed)


def standings(course: Course, enrolments: Collection[Enrolment]) -> Iterator[Standing]:
    """Yield how far these students of a course have come, in four queries, however many they are."""
    lessons = Lesson.objects.filter(module__course=course).count()
    quizzes = list(quizzes_of(course))
    counts = LessonDone.objects.filter(enrolment__in=enrolments).values("enrolment")
    done = {row["enrolment"]: row["lessons"] for row in counts.annotate(lessons=Count("pk"))}
    best: dict[tuple[int, int], int] = {}
    for attempt in Attempt.objects.filter(enrolment__in=enrolments).order_by("pk"):
        key = attempt.enrolment_id, attempt.quiz_id
        best[key] = max(best.get(key, 0), attempt.percent)
    for enrolment in enrolments:
        yield Standing(
            enrolment=enrolment,
            lessons=lessons,
            done=done.get(enrolment.pk, 0),
            results=tuple(best.get((enrolment.pk, quiz.pk)) for quiz in quizzes),
            needed=tuple(quiz.pass_percent for quiz in quizzes),
        )


def quizzes_of(course: Course) -> QuerySet[Quiz]:
    """Return the quizzes of a course, in its order."""
    return Quiz.objects.filter(module__course=course).order_by("module__position", "module_id")


def steps(course: Course, enrolment: Enrolment | None) -> list[tuple[str, list[Step]]]:
    """Return what a course consists of: the title of each module, and its lessons and quiz."""
    own = [enrolment] if enrolment else []
    notes = LessonDone.objects.filter(enrolment__in=own)
    done = set(notes.values_list("lesson_id", flat=True))
    best: dict[int, int] = {}
    for attempt in Attempt.objects.filter(enrolment__in=own):
        best[attempt.quiz_id] = max(best.get(attempt.quiz_id, 0), attempt.percent)
    outline = []
    is_next = bool(own)
    for module in course.modules.prefetch_related("lessons").select_related("quiz"):
        in_module = []
        for lesson in module.lessons.all():
            is_done = lesson.pk in done
            step = Step(lesson=lesson, is_done=is_done, is_next=is_next and not is_done)
            is_next = is_next and is_done
            in_module.append(step)
        if quiz := getattr(module, "quiz", None):
            percent = best.get(quiz.pk)
            is_done = percent is not None and percent >= quiz.pass_percent
            is_now = is_next and not is_done
            in_module.append(Step(quiz=quiz, is_done=is_done, is_next=is_now, percent=percent))
            is_next = is_next and is_done
        outline.append((module.title, in_module))
    return outline


@transaction.atomic
def finish(enrolment: Enrolment, lesson: Lesson) -> None:
    """Note that a student has finished a lesson, once.

    Raises `CannotWorkError` when they are no longer in the course, or it is over.
    """
    claim(enrolment)
    LessonDone.objects.get_or_create(enrolment=enrolment, lesson=lesson)


def claim(enrolment: Enrolment) -> None:
    """Let nobody else change what a student has done until the transaction ends.

    Raises `CannotWorkError` when they are no longer in the course, or it is over.
    """
    locked = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if locked.status != Status.ENROLLED:
        raise CannotWorkError(_("You are not in this course."))
    if not enrolment.course.takes_work:
        raise CannotWorkError(_("The last day of this course is over."))


@transaction.atomic
def certify(enrolment: Enrolment, name: str) -> Certificate:
    """Give a student the certificate of a completed course, with the name they choose: one, however often they ask.

    Raises `CannotWorkError` when something is left to do.
    """
    locked = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if given := Certificate.objects.filter(enrolment=locked).first():
        return given
    [standing] = standings(locked.course, [locked])
    if locked.status != Status.ENROLLED or not standing.is_complete:
        raise CannotWorkError(_("Finish every lesson and pass every quiz first."))
    return Certificate.objects.create(enrolment=locked, name=name, course_title=locked.course.title)


def students_of(course: Course) -> QuerySet[Enrolment]:
    """Return who has a place in a course, by name."""
    enrolled = course.enrolments.filter(status=Status.ENROLLED).select_related("student")
    return enrolled.order_by("student__name", "student__email")
