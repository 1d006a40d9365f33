"""Posts and comments for programs."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema, Status
from ninja.pagination import paginate
from pydantic import Field

from apps.api.pagination import Pages
from apps.api.schemas import AnyText, SomeText, Values
from apps.community import writing
from apps.community.api.members import CONFLICT, OPTIONAL, member, rules_obeyed, viewer_of
from apps.community.models import Comment, Post

posts = Router(tags=["posts"])
timeline = Router(tags=["timeline"])
comments = Router(tags=["comments"])

Text = Annotated[SomeText, Field(min_length=1, max_length=500)]
Key = Annotated[
    UUID | None,
    Field(
        description="The same key gives the same one again: send it so that a repeated request writes nothing twice."
    ),
]


class PostOut(Schema):
    """A post."""

    id: UUID
    author: str
    text: str
    like_count: int
    comment_count: int
    is_liked: Annotated[bool, Field(description="Whether you like it.")]
    created_at: datetime

    @staticmethod
    def resolve_author(post: Post) -> str:
        """Return the handle of who wrote it."""
        return post.author.handle


class NewPost(Values):
    """What you write."""

    text: Text
    key: Key = None


class PostFilter(Schema):
    """Which posts to look for."""

    author: Annotated[AnyText, Field(max_length=30, description="The handle of who wrote it.")] = ""
    q: Annotated[AnyText, Field(max_length=80, description="Words of the text.")] = ""


class CommentOut(Schema):
    """A comment on a post."""

    id: UUID
    post: UUID
    author: str
    text: str
    created_at: datetime

    @staticmethod
    def resolve_post(comment: Comment) -> UUID:
        """Return the number of the post."""
        return comment.post_id

    @staticmethod
    def resolve_author(comment: Comment) -> str:
        """Return the handle of who wrote it."""
        return comment.author.handle


class NewComment(Values):
    """What you say to a post."""

    post: UUID
    text: Text
    key: Key = None


class CommentFilter(Schema):
    """Of which post."""

    post: Annotated[UUID, Field(description="The post that they are about.")]


@posts.api_operation(["GET", "HEAD"], "", response=list[PostOut], auth=OPTIONAL)
@paginate(Pages)
def list_posts(request: HttpRequest, wanted: Query[PostFilter]) -> QuerySet[Post]:
    """List the posts that you may read."""
    me = viewer_of(request)
    found = Post.objects.wanted_by(me).matching(wanted.q).for_reading(me)
    return found.filter(author__handle=wanted.author) if wanted.author else found


@posts.post("", response={201: PostOut}, openapi_extra=CONFLICT)
def publish(request: HttpRequest, sent: NewPost) -> Status[Post]:
    """Write a post."""
    me = member(request)
    with rules_obeyed():
        made = writing.publish(me, sent.text, sent.key)
    return Status(201, Post.objects.filter(pk=made.pk).for_reading(me).get())


@posts.api_operation(["GET", "HEAD"], "/{uuid:post_id}", response=PostOut, auth=OPTIONAL)
def read_post(request: HttpRequest, post_id: UUID) -> Post:
    """Return a post that you may read; others do not exist for you."""
    me = viewer_of(request)
    return get_object_or_404(Post.objects.visible_to(me).for_reading(me), pk=post_id)


@posts.delete("/{uuid:post_id}", response={204: None})
def delete_post(request: HttpRequest, post_id: UUID) -> Status[None]:
    """Delete a post of yours."""
    writing.delete(get_object_or_404(Post, pk=post_id, author=member(request)))
    return Status(204, None)


@posts.put("/{uuid:post_id}/like", response={204: None}, openapi_extra=CONFLICT)
def like(request: HttpRequest, post_id: UUID) -> Status[None]:
    """Like a post."""
    me = member(request)
    found = Post.objects.visible_to(me).select_related("author")
    with rules_obeyed():
        writing.like(me, get_object_or_404(found, pk=post_id))
    return Status(204, None)


@posts.delete("/{uuid:post_id}/like", response={204: None})
def unlike(request: HttpRequest, post_id: UUID) -> Status[None]:
    """Like a post no longer."""
    me = member(request)
    found = Post.objects.visible_to(me).select_related("author")
    with rules_obeyed():
        writing.unlike(me, get_object_or_404(found, pk=post_id))
    return Status(204, None)


@timeline.api_operation(["GET", "HEAD"], "", response=list[PostOut])
@paginate(Pages)
def read_timeline(request: HttpRequest) -> QuerySet[Post]:
    """List what those write whom you follow, and what you write."""
    me = member(request)
    return Post.objects.timeline_of(me).for_reading(me)


@comments.api_operation(["GET", "HEAD"], "", response=list[CommentOut], auth=OPTIONAL)
@paginate(Pages)
def list_comments(request: HttpRequest, wanted: Query[CommentFilter]) -> QuerySet[Comment]:
    """List the comments on a post that you may read."""
    me = viewer_of(request)
    post = get_object_or_404(Post.objects.visible_to(me), pk=wanted.post)
    return Comment.objects.filter(post=post).wanted_by(me).for_reading()


@comments.post("", response={201: CommentOut}, openapi_extra=CONFLICT)
def comment(request: HttpRequest, sent: NewComment) -> Status[Comment]:
    """Say something to a post."""
    me = member(request)
    found = Post.objects.visible_to(me).select_related("author")
    with rules_obeyed():
        post = get_object_or_404(found, pk=sent.post)
        return Status(201, writing.comment(me, post, sent.text, sent.key))


@comments.delete("/{uuid:comment_id}", response={204: None})
def delete_comment(request: HttpRequest, comment_id: UUID) -> Status[None]:
    """Delete a comment of yours, or on a post of yours."""
    me = member(request)
    own = Comment.objects.filter(Q(author=me) | Q(post__author=me))
    found = own.select_related("author", "post__author")
    writing.delete(get_object_or_404(found, pk=comment_id))
    return Status(204, None)
