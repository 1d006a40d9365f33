"""What follows when an enrolment is deleted, such as with the account of a student."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from apps.courses.enrolments import fill
from apps.courses.models import Enrolment, Status


@receiver(post_delete, sender=Enrolment)
def give_the_place_away(instance: Enrolment, **_details: Any) -> None:
    """Let the first on the waiting list move up to a place that has become free."""
    if instance.status == Status.ENROLLED:
        course_id = instance.course_id
        transaction.on_commit(lambda: fill(course_id), robust=True)
