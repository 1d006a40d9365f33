"""What people take with them, and what stays when they go: the policy is in README.md."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from apps.accounts.models import User
from apps.community.models import Comment, Profile
from apps.community.relations import lock

# How many rows are in memory at once, however much somebody has written.
AT_ONCE = 500


def everything_of(profile: Profile) -> dict[str, Any]:
    """Return all that is kept about somebody, and what they have written: nothing of others but their handles."""
    user = profile.user
    return {
        "account": {"email": user.email, "joined": user.date_joined},
        "profile": {
            "handle": profile.handle,
            "name": profile.name,
            "about": profile.about,
            "is_private": profile.is_private,
            "suspended": profile.suspended_at,
            "joined": profile.created_at,
        },
        "posts": list(written(profile.posts.all())),
        "comments": list(written(profile.comments.all())),
        "likes": [{"post": row.post_id, "at": row.created_at} for row in each(profile.likes.all())],
        "following": related(profile.following.all(), "followed"),
        "followers": related(profile.followers.all(), "follower"),
        "blocked": related(profile.blocks.all(), "blocked"),
        "muted": related(profile.mutes.all(), "muted"),
        "notifications": [
            {"kind": row.kind, "is_read": row.is_read, "at": row.created_at}
            for row in each(profile.notifications.all())
        ],
        "reports": [
            {"about": row.topic, "reason": row.reason, "note": row.note, "at": row.created_at}
            for row in each(profile.reports_made.all())
        ],
    }


def written(rows: QuerySet[Any]) -> Iterator[dict[str, Any]]:
    """Yield posts or comments as they are exported."""
    for row in each(rows):
        about = {"post": row.post_id} if isinstance(row, Comment) else {}
        removed = {"removed": row.removed_at}
        yield {"id": row.pk, **about, "text": row.text, "at": row.created_at, **removed}


def related(rows: QuerySet[Any], other: str) -> list[dict[str, Any]]:
    """Return with whom somebody has to do, and since when."""
    return [
        {"handle": getattr(row, other).handle, "at": row.created_at}
        for row in each(rows.select_related(other))
    ]


def each(rows: QuerySet[Any]) -> Iterator[Any]:
    """Yield rows, oldest first, without keeping them."""
    return rows.order_by("created_at", "pk").iterator(chunk_size=AT_ONCE)


def forget(profile: Profile) -> None:
    """Delete an account with all that belongs to it. Only the reports that they have made stay, without their name."""
    with transaction.atomic():
        (profile,) = lock(profile)
        User.objects.get(pk=profile.user_id).delete()
