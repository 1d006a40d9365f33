"""How people get places and give them up. Nothing else changes the status of an enrolment.

Whoever counts places has locked the course, so that everybody else who wants one of them waits.
"""

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.mail import as_html
from apps.courses import rules
from apps.courses.models import Course, Enrolment, Status


class CannotEnrolError(Exception):
    """What stands against an enrolment, in words for the student."""


@transaction.atomic
def enrol(student: User, course: Course) -> Enrolment:
    """Give somebody a place, or the last one on the waiting list. Who has either keeps it.

    Raises `CannotEnrolError` when the course takes nobody any more, or they teach it.
    """
    course = Course.objects.select_for_update().get(pk=course.pk)
    found = course.enrolments.filter(student=student).first()
    if found and found.status != Status.LEFT:
        return found
    if not course.takes_students:
        raise CannotEnrolError(_("This course takes no more students."))
    if course.teacher_id == student.pk:
        raise CannotEnrolError(_("You teach this course."))
    now = timezone.now()
    enrolment = found or Enrolment(course=course, student=student)
    enrolment.queued_at = now
    # Nobody overtakes those who wait.
    if seats(course) and not course.enrolments.in_line().exists():
        enrolment.status = Status.ENROLLED
        enrolment.began_at = enrolment.began_at or now
    else:
        enrolment.status = Status.WAITING
    enrolment.save()
    return enrolment


@transaction.atomic
def leave(enrolment: Enrolment) -> bool:
    """Take somebody out of a course or its waiting list, and say whether they were there.

    What they have done stays, for when they come back.
    """
    course = Course.objects.select_for_update().get(pk=enrolment.course_id)
    left = Enrolment.objects.filter(pk=enrolment.pk).exclude(status=Status.LEFT)
    if not left.update(status=Status.LEFT):
        return False
    move_up(course)
    return True


@transaction.atomic
def fill(course_id: int) -> None:
    """Give the free places of a course to those who wait, if it is still there."""
    course = Course.objects.select_for_update().filter(pk=course_id).first()
    if course:
        move_up(course)


def move_up(course: Course) -> None:
    """Give the free places of a course that is locked to those who have waited longest, while it lasts."""
    if not course.takes_work:
        return
    now = timezone.now()
    for enrolment in course.enrolments.in_line().select_related("student")[: seats(course)]:
        enrolment.status = Status.ENROLLED
        enrolment.began_at = enrolment.began_at or now
        enrolment.save(update_fields=["status", "began_at"])
        _tell_later(enrolment.student, course)


def _tell_later(student: User, course: Course) -> None:
    # They have the place, whether the mail can be sent or not.
    transaction.on_commit(lambda: tell(student, course), robust=True)


def seats(course: Course) -> int:
    """Return how many places of a course that is locked are free."""
    return rules.free_places(
        course.capacity, course.enrolments.filter(status=Status.ENROLLED).count()
    )


def place_in_line(enrolment: Enrolment) -> int:
    """Return the place of somebody who waits: 1 moves up next."""
    asked_at = enrolment.queued_at
    earlier = Q(queued_at__lt=asked_at) | Q(queued_at=asked_at, pk__lte=enrolment.pk)
    waiting = Enrolment.objects.filter(course_id=enrolment.course_id, status=Status.WAITING)
    return waiting.filter(earlier).count()


def tell(student: User, course: Course) -> None:
    """Write to somebody that they have a place now."""
    context = {
        "course": course,
        "project_name": settings.PROJECT_NAME,
        "site_url": settings.SITE_URL,
    }
    text = render_to_string("courses/moved_up.txt", context)
    subject = _("You have a place in “%(course)s”") % {"course": course.title}
    send_mail(subject, text, None, [student.email], html_message=as_html(subject, text))
