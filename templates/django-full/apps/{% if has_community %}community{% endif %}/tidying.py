"""What nobody needs any more, and is therefore not kept."""

from django.conf import settings
from django.utils import timezone

from apps.community import rules
from apps.community.models import Activity, Notification


def tidy() -> int:
    """Delete what was counted more than an hour ago, and notifications read long ago; return how many rows."""
    now = timezone.now()
    old = Notification.objects.filter(
        is_read=True, created_at__lt=now - settings.COMMUNITY_KEEP_READ
    )
    deleted, _rows = old.delete()
    counted, _rows = Activity.objects.filter(created_at__lte=now - rules.HOUR).delete()
    return deleted + counted
