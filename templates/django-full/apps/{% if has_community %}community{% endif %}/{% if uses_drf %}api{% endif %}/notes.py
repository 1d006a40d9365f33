"""Notifications for programs."""

from http import HTTPStatus

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.pagination import PageSizeSerializer
from apps.api.serializers import ModelSerializer
from apps.community.api.members import member
from apps.community.models import Notification, Profile


class NotificationSerializer(ModelSerializer[Notification]):
    """What happened."""

    actor: serializers.SlugRelatedField[Profile] = serializers.SlugRelatedField(
        slug_field="handle", read_only=True, allow_null=True
    )

    class Meta:
        """What its recipient sees of it."""

        model = Notification
        fields = ("id", "kind", "actor", "post", "comment", "is_read", "created_at")


@extend_schema(tags=["notifications"])
@extend_schema_view(list=extend_schema(parameters=[PageSizeSerializer]))
class NotificationViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Notification]):
    """What others have done that you want to know."""

    serializer_class = NotificationSerializer
    queryset = Notification.objects.none()

    def get_queryset(self) -> QuerySet[Notification]:
        """Return the notifications of who asks."""
        return Notification.objects.shown_to(member(self.request)).select_related("actor")

    @extend_schema(request=None, responses={HTTPStatus.NO_CONTENT: None})
    @action(detail=False, methods=["post"])
    def read(self, request: Request) -> Response:
        """Mark them all as read."""
        Notification.objects.filter(recipient=member(request)).update(is_read=True)
        return Response(status=HTTPStatus.NO_CONTENT)
