"""Notifications for programs."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.pagination import paginate

from apps.api.pagination import Pages
from apps.community.api.members import member
from apps.community.models import Notification

router = Router(tags=["notifications"])


class NotificationOut(Schema):
    """What happened."""

    id: int
    kind: Notification.Kind
    actor: str | None
    post: UUID | None
    comment: UUID | None
    is_read: bool
    created_at: datetime

    @staticmethod
    def resolve_actor(row: Notification) -> str | None:
        """Return the handle of who did it."""
        return row.actor.handle if row.actor else None

    @staticmethod
    def resolve_post(row: Notification) -> UUID | None:
        """Return the number of the post."""
        return row.post_id

    @staticmethod
    def resolve_comment(row: Notification) -> UUID | None:
        """Return the number of the comment."""
        return row.comment_id


@router.api_operation(["GET", "HEAD"], "", response=list[NotificationOut])
@paginate(Pages)
def list_notifications(request: HttpRequest) -> QuerySet[Notification]:
    """List what others have done that you want to know."""
    return Notification.objects.shown_to(member(request)).select_related("actor")


@router.post("/read", response={204: None})
def read_notifications(request: HttpRequest) -> Status[None]:
    """Mark them all as read."""
    Notification.objects.filter(recipient=member(request)).update(is_read=True)
    return Status(204, None)
