"""People, what they write, and what becomes of it."""

from apps.community.models.events import Activity, Notification, Report
from apps.community.models.people import Block, Follow, Mute, Profile, ProfileQuerySet
from apps.community.models.posts import Comment, CommentQuerySet, Like, Post, PostQuerySet

__all__ = [
    "Activity",
    "Block",
    "Comment",
    "CommentQuerySet",
    "Follow",
    "Like",
    "Mute",
    "Notification",
    "Post",
    "PostQuerySet",
    "Profile",
    "ProfileQuerySet",
    "Report",
]
