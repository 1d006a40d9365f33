"""The community for programs."""

from apps.community.api.notes import NotificationViewSet
from apps.community.api.people import ProfileViewSet
from apps.community.api.posts import CommentViewSet, PostViewSet, TimelineViewSet

__all__ = [
    "CommentViewSet",
    "NotificationViewSet",
    "PostViewSet",
    "ProfileViewSet",
    "TimelineViewSet",
]
