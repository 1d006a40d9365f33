"""People for programs: who there is, and what one does about them."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.pagination import PageSizeSerializer
from apps.api.serializers import ModelSerializer, TextField
from apps.community import relations
from apps.community.api.members import CONFLICT, member, rules_obeyed, viewer_of
from apps.community.models import Follow, Profile

DONE: dict[Any, Any] = {HTTPStatus.NO_CONTENT: None, **CONFLICT}


class PersonSerializer(ModelSerializer[Profile]):
    """Somebody in the community."""

    class Meta:
        """What others see of them."""

        model = Profile
        fields = ("handle", "name", "about", "is_private", "created_at")


class FollowSerializer(ModelSerializer[Follow]):
    """That you follow somebody, or wait for it."""

    class Meta:
        """Whether they have accepted it, and since when."""

        model = Follow
        fields = ("is_accepted", "created_at")


class ProfileFilter(serializers.Serializer[Any]):
    """Whom to look for."""

    q = TextField(
        required=False,
        allow_blank=True,
        max_length=80,
        help_text="Words that the handle or the name holds.",
    )


@extend_schema(tags=["profiles"])
@extend_schema_view(list=extend_schema(parameters=[ProfileFilter, PageSizeSerializer]))
class ProfileViewSet(viewsets.ReadOnlyModelViewSet[Profile]):
    """People. Whoever you have blocked, or who has blocked you, does not exist for you."""

    serializer_class = PersonSerializer
    queryset = Profile.objects.none()
    lookup_field = "handle"
    lookup_value_converter = "slug"

    def get_permissions(self) -> Any:
        """Let everybody look."""
        return [AllowAny()] if self.action in ("list", "retrieve") else super().get_permissions()

    def get_queryset(self) -> QuerySet[Profile]:
        """Return who may be seen, and of those the ones asked for."""
        me = viewer_of(self.request)
        if self.action != "list":
            return Profile.objects.visible_to(me)
        parameters = ProfileFilter(data=self.request.query_params.dict())
        parameters.is_valid(raise_exception=True)
        return Profile.objects.wanted_by(me).matching(parameters.validated_data.get("q", ""))

    @extend_schema(request=None, responses={HTTPStatus.OK: FollowSerializer, **CONFLICT})
    @action(detail=True, methods=["put"])
    def follow(self, request: Request, handle: str) -> Response:
        """Follow somebody, or ask a private person for it."""
        me = member(request)
        with rules_obeyed():
            made = relations.follow(me, self.get_object())
        return Response(FollowSerializer(made).data)

    @extend_schema(responses={HTTPStatus.NO_CONTENT: None})
    @follow.mapping.delete
    def unfollow(self, request: Request, handle: str) -> Response:
        """Follow somebody no longer, or take back the request."""
        return self.done(request, relations.unfollow)

    @extend_schema(request=None, responses=DONE)
    @action(detail=True, methods=["put"])
    def block(self, request: Request, handle: str) -> Response:
        """Block somebody: neither of you sees the other."""
        return self.done(request, relations.block)

    @extend_schema(responses={HTTPStatus.NO_CONTENT: None})
    @block.mapping.delete
    def unblock(self, request: Request, handle: str) -> Response:
        """Take a block away."""
        me = member(request)
        blocked = get_object_or_404(Profile, Q(blocked_by__blocker=me), handle=handle)
        relations.unblock(me, blocked)
        return Response(status=HTTPStatus.NO_CONTENT)

    @extend_schema(request=None, responses=DONE)
    @action(detail=True, methods=["put"])
    def mute(self, request: Request, handle: str) -> Response:
        """Mute somebody: you read nothing of them, and they do not learn of it."""
        return self.done(request, relations.mute)

    @extend_schema(responses={HTTPStatus.NO_CONTENT: None})
    @mute.mapping.delete
    def unmute(self, request: Request, handle: str) -> Response:
        """Read somebody again."""
        return self.done(request, relations.unmute)

    def done(self, request: Request, deed: Callable[[Profile, Profile], object]) -> Response:
        """Do something about the person that is asked for."""
        me = member(request)
        with rules_obeyed():
            deed(me, self.get_object())
        return Response(status=HTTPStatus.NO_CONTENT)
