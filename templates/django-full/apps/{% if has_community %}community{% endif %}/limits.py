"""How often somebody may do something: new people less often than others."""

from django.conf import settings
from django.utils import timezone

from apps.community import rules
from apps.community.errors import TooMuchError
from apps.community.models import Activity, Profile


def count(profile: Profile, kind: str) -> None:
    """Count something that somebody does, who is locked; raise `TooMuchError` where it is too much."""
    now = timezone.now()
    mine = Activity.objects.filter(profile=profile, kind=kind)
    mine.filter(created_at__lte=now - rules.HOUR).delete()
    moments = list(mine.order_by("created_at").values_list("created_at", flat=True))
    allowed = rules.limit(
        profile.created_at, now, settings.COMMUNITY_NEW_FOR, settings.COMMUNITY_LIMITS[kind]
    )
    if waiting := rules.wait(moments, allowed, now):
        raise TooMuchError(waiting)
    Activity.objects.create(profile=profile, kind=kind, created_at=now)
