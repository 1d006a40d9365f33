"""How people write, like and delete. Nothing else makes posts, comments and likes."""

import uuid

from django.db import transaction

from apps.community import rules
from apps.community.limits import count
from apps.community.models import Comment, Like, Notification, Post, Profile
from apps.community.notifications import notify
from apps.community.relations import check_active, lock

Kind = Notification.Kind


@transaction.atomic
def publish(author: Profile, text: str, key: uuid.UUID | None = None) -> Post:
    """Write a post, and tell those whom it mentions. The same key gives the same post again.

    Raises `RefusedError` or `TooMuchError`.
    """
    key = key or uuid.uuid4()
    author, *mentioned = lock(author, also=mentioned_in(text, author))
    if found := Post.objects.filter(author=author, key=key).first():
        return found
    check_active(author)
    count(author, "post")
    post = Post.objects.create(author=author, text=text, key=key)
    post.mentions.set(mentioned)
    for person in mentioned:
        if can_read(person, post):
            notify(person, author, Kind.MENTIONED, post)
    return post


@transaction.atomic
def comment(author: Profile, post: Post, text: str, key: uuid.UUID | None = None) -> Comment:
    """Say something to a post that somebody may read. The same key gives the same comment again.

    Raises `RefusedError`, `TooMuchError`, or `Post.DoesNotExist`.
    """
    key = key or uuid.uuid4()
    author, writer, *mentioned = lock(author, post.author, also=mentioned_in(text, author))
    if found := Comment.objects.filter(author=author, key=key).first():
        return found
    check_active(author)
    post = Post.objects.visible_to(author).get(pk=post.pk)
    count(author, "comment")
    made = Comment.objects.create(author=author, post=post, text=text, key=key)
    made.mentions.set(mentioned)
    notify(writer, author, Kind.COMMENTED, made)
    for person in mentioned:
        if person != writer and can_read(person, post):
            notify(person, author, Kind.MENTIONED, made)
    return made


@transaction.atomic
def like(profile: Profile, post: Post) -> Like:
    """Like a post that somebody may read; who does already changes nothing.

    Raises `RefusedError`, `TooMuchError`, or `Post.DoesNotExist`.
    """
    profile, writer = lock(profile, post.author)
    post = Post.objects.visible_to(profile).get(pk=post.pk)
    if found := Like.objects.filter(profile=profile, post=post).first():
        return found
    check_active(profile)
    count(profile, "like")
    made = Like.objects.create(profile=profile, post=post)
    notify(writer, profile, Kind.LIKED, post)
    return made


@transaction.atomic
def unlike(profile: Profile, post: Post) -> bool:
    """Like a post no longer; tell whether somebody did."""
    lock(profile, post.author)
    deleted, _rows = Like.objects.filter(profile=profile, post=post).delete()
    return bool(deleted)


@transaction.atomic
def delete(row: Post | Comment) -> None:
    """Delete what somebody has written, and what hangs on it."""
    lock(row.author, row.post.author if isinstance(row, Comment) else row.author)
    type(row).objects.filter(pk=row.pk).delete()


def mentioned_in(text: str, author: Profile) -> list[Profile]:
    """Return the people whom a text mentions and its author may know of."""
    handles = rules.handles_in(text)
    if not handles:
        return []
    people = Profile.objects.visible_to(author).exclude(pk=author.pk)
    return list(people.filter(handle__in=handles))


def can_read(person: Profile, post: Post) -> bool:
    """Tell whether somebody may read a post."""
    return Post.objects.visible_to(person).filter(pk=post.pk).exists()
