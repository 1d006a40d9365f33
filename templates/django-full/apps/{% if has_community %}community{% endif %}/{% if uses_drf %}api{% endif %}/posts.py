"""Posts and comments for programs."""

from http import HTTPStatus
from typing import Any

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.pagination import PageSizeSerializer
from apps.api.serializers import KnownFields, ModelSerializer, TextField
from apps.community import writing
from apps.community.api.members import CONFLICT, member, rules_obeyed, viewer_of
from apps.community.models import Comment, Post, Profile

KEY = "The same key gives the same one again: send it so that a repeated request writes nothing twice."
DONE: dict[Any, Any] = {HTTPStatus.NO_CONTENT: None, **CONFLICT}


class PostSerializer(ModelSerializer[Post]):
    """A post."""

    author: serializers.SlugRelatedField[Profile] = serializers.SlugRelatedField(
        slug_field="handle", read_only=True
    )
    like_count = serializers.IntegerField(read_only=True)
    comment_count = serializers.IntegerField(read_only=True)
    is_liked = serializers.BooleanField(read_only=True, help_text="Whether you like it.")

    class Meta:
        """What those see of it who may read it."""

        model = Post
        fields = (
            *("id", "author", "text", "like_count", "comment_count", "is_liked", "created_at"),
        )


class NewPostSerializer(KnownFields):
    """What you write."""

    text = TextField(max_length=500)
    key = serializers.UUIDField(required=False, help_text=KEY)


class PostFilter(serializers.Serializer[Any]):
    """Which posts to look for."""

    author = TextField(required=False, max_length=30, help_text="The handle of who wrote it.")
    q = TextField(required=False, allow_blank=True, max_length=80, help_text="Words of the text.")


@extend_schema(tags=["posts"])
@extend_schema_view(
    list=extend_schema(parameters=[PostFilter, PageSizeSerializer]),
    create=extend_schema(
        request=NewPostSerializer, responses={HTTPStatus.CREATED: PostSerializer, **CONFLICT}
    ),
)
class PostViewSet(mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet[Post]):
    """Posts that you may read; others do not exist for you."""

    serializer_class = PostSerializer
    queryset = Post.objects.none()
    lookup_value_converter = "uuid"

    def get_permissions(self) -> Any:
        """Let everybody read."""
        return [AllowAny()] if self.action in ("list", "retrieve") else super().get_permissions()

    def get_queryset(self) -> QuerySet[Post]:
        """Return the posts that may be read, and of those the ones asked for."""
        me = viewer_of(self.request)
        if self.action != "list":
            return Post.objects.visible_to(me).for_reading(me)
        parameters = PostFilter(data=self.request.query_params)
        parameters.is_valid(raise_exception=True)
        wanted = parameters.validated_data
        posts = Post.objects.wanted_by(me).matching(wanted.get("q", "")).for_reading(me)
        return posts.filter(author__handle=wanted["author"]) if "author" in wanted else posts

    def create(self, request: Request) -> Response:
        """Write a post."""
        me = member(request)
        sent = NewPostSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        with rules_obeyed():
            made = writing.publish(me, sent.validated_data["text"], sent.validated_data.get("key"))
        shown = Post.objects.filter(pk=made.pk).for_reading(me).get()
        return Response(self.get_serializer(shown).data, status=HTTPStatus.CREATED)

    def destroy(self, request: Request, pk: str) -> Response:
        """Delete a post of yours."""
        writing.delete(get_object_or_404(Post, pk=pk, author=member(request)))
        return Response(status=HTTPStatus.NO_CONTENT)

    @extend_schema(request=None, responses=DONE)
    @action(detail=True, methods=["put"])
    def like(self, request: Request, pk: str) -> Response:
        """Like a post."""
        me = member(request)
        with rules_obeyed():
            writing.like(me, self.get_object())
        return Response(status=HTTPStatus.NO_CONTENT)

    @extend_schema(responses={HTTPStatus.NO_CONTENT: None})
    @like.mapping.delete
    def unlike(self, request: Request, pk: str) -> Response:
        """Like a post no longer."""
        me = member(request)
        with rules_obeyed():
            writing.unlike(me, self.get_object())
        return Response(status=HTTPStatus.NO_CONTENT)


@extend_schema(tags=["timeline"])
@extend_schema_view(list=extend_schema(parameters=[PageSizeSerializer]))
class TimelineViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Post]):
    """What those write whom you follow, and what you write."""

    serializer_class = PostSerializer
    queryset = Post.objects.none()

    def get_queryset(self) -> QuerySet[Post]:
        """Return the timeline of who asks."""
        me = member(self.request)
        return Post.objects.timeline_of(me).for_reading(me)


class CommentSerializer(ModelSerializer[Comment]):
    """A comment on a post."""

    author: serializers.SlugRelatedField[Profile] = serializers.SlugRelatedField(
        slug_field="handle", read_only=True
    )
    post = serializers.UUIDField(source="post_id")

    class Meta:
        """What those see of it who may read the post."""

        model = Comment
        fields = ("id", "post", "author", "text", "created_at")


class NewCommentSerializer(KnownFields):
    """What you say to a post."""

    post = serializers.UUIDField()
    text = TextField(max_length=500)
    key = serializers.UUIDField(required=False, help_text=KEY)


class CommentFilter(serializers.Serializer[Any]):
    """Of which post."""

    post = serializers.UUIDField(help_text="The post that they are about.")


@extend_schema(tags=["comments"])
@extend_schema_view(
    list=extend_schema(parameters=[CommentFilter, PageSizeSerializer]),
    create=extend_schema(
        request=NewCommentSerializer,
        responses={HTTPStatus.CREATED: CommentSerializer, **CONFLICT},
    ),
)
class CommentViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Comment]):
    """Comments on posts that you may read."""

    serializer_class = CommentSerializer
    queryset = Comment.objects.none()
    lookup_value_converter = "uuid"

    def get_permissions(self) -> Any:
        """Let everybody read."""
        return [AllowAny()] if self.action == "list" else super().get_permissions()

    def get_queryset(self) -> QuerySet[Comment]:
        """Return the comments on the post that is asked for."""
        me = viewer_of(self.request)
        parameters = CommentFilter(data=self.request.query_params)
        parameters.is_valid(raise_exception=True)
        posts = Post.objects.visible_to(me)
        post = get_object_or_404(posts, pk=parameters.validated_data["post"])
        return Comment.objects.filter(post=post).wanted_by(me).for_reading()

    def create(self, request: Request) -> Response:
        """Say something to a post."""
        me = member(request)
        sent = NewCommentSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        values = sent.validated_data
        posts = Post.objects.visible_to(me).select_related("author")
        post = get_object_or_404(posts, pk=values["post"])
        with rules_obeyed():
            made = writing.comment(me, post, values["text"], values.get("key"))
        return Response(self.get_serializer(made).data, status=HTTPStatus.CREATED)

    def destroy(self, request: Request, pk: str) -> Response:
        """Delete a comment of yours, or on a post of yours."""
        me = member(request)
        own = Comment.objects.filter(Q(author=me) | Q(post__author=me))
        writing.delete(get_object_or_404(own.select_related("author", "post__author"), pk=pk))
        return Response(status=HTTPStatus.NO_CONTENT)
