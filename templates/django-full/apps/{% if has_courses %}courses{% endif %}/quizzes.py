"""How quizzes are taken. The server alone knows which answers are right, and gives the points."""

import uuid
from collections.abc import Mapping

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.courses import rules
from apps.courses.models import Attempt, Enrolment, Question, Quiz
from apps.courses.progress import CannotWorkError, claim


@transaction.atomic
def attempt(
    enrolment: Enrolment, quiz: Quiz, key: uuid.UUID, chosen: Mapping[int, frozenset[int]]
) -> Attempt:
    """Give points for the choices made in each question, and count the attempt.

    A key makes one attempt, however often it is sent. Raises `CannotWorkError` when no attempt is left, when the
    student is no longer in the course, or when it is over; nothing is counted then.
    """
    claim(enrolment)
    made = Attempt.objects.filter(enrolment=enrolment, quiz=quiz)
    if sent_before := made.filter(key=key).first():
        return sent_before
    if Attempt.objects.filter(key=key).exists():
        raise CannotWorkError(_("This page belongs to somebody else. Open the quiz again."))
    count = made.count()
    if not rules.attempts_left(quiz.attempts_allowed, count):
        raise CannotWorkError(_("You have no attempts left."))
    questions = list(questions_of(quiz))
    if not questions:
        raise CannotWorkError(_("This quiz has no questions yet."))
    solutions = [
        frozenset(choice.pk for choice in question.choices.all() if choice.is_right)
        for question in questions
    ]
    answers = [chosen.get(question.pk, frozenset()) for question in questions]
    return Attempt.objects.create(
        enrolment=enrolment,
        quiz=quiz,
        key=key,
        number=count + 1,
        points=rules.points(solutions, answers),
        out_of=len(questions),
    )


def questions_of(quiz: Quiz) -> QuerySet[Question]:
    """Return the questions of a quiz with their choices."""
    return quiz.questions.prefetch_related("choices")
