"""What others who took a course went on to: counts of people, with nothing about any of them."""

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F

from apps.courses import rules
from apps.courses.models import Enrolment, NextCourse, Status


@transaction.atomic
def count_next_courses() -> int:
    """Count afresh how many went on from each published course to each other one, and return how many such pairs there are.

    Who has a place in two courses went on to the one in which they began later. Pairs of fewer than
    `COURSES_FEWEST_TOGETHER` are not kept, and the others rounded down, so that no number tells of one person.
    """
    fewest = settings.COURSES_FEWEST_TOGETHER
    pairs = (
        Enrolment.objects.filter(
            status=Status.ENROLLED,
            course__is_published=True,
            student__enrolments__status=Status.ENROLLED,
            student__enrolments__began_at__gt=F("began_at"),
            student__enrolments__course__is_published=True,
        )
        .order_by()
        .values_list("course", "student__enrolments__course")
        .annotate(people=Count("student", distinct=True))
        .filter(people__gte=fewest)
    )
    found = [
        NextCourse(course_id=course, following_id=following, people=rules.shown(people, fewest))
        for course, following, people in pairs
    ]
    NextCourse.objects.all().delete()
    # Of two counts at once one is enough.
    NextCourse.objects.bulk_create(found, ignore_conflicts=True)
    return len(found)
