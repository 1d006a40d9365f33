"""What pages of the community show."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.community import rules
from apps.community.models import Notification, Profile

register = template.Library()


@register.filter
def linked(row: Any) -> SafeString:
    """Return the text of a post or comment, with links to whom it mentions."""
    known = {person.handle for person in row.mentions.all()}
    return format_html_join("", "{}", ((piece(*one),) for one in rules.pieces(row.text, known)))


def piece(text: str, handle: str) -> str:
    """Return a piece of a text, as a link where it mentions somebody."""
    if not handle:
        return text
    return format_html('<a href="{}">{}</a>', reverse("community:person", args=[handle]), text)


@register.simple_tag
def unread_notifications(user: Any) -> int:
    """Return how many notifications somebody has not read: none, who is not signed in or has no handle."""
    if not getattr(user, "is_authenticated", False):
        return 0
    me = Profile.objects.filter(user=user).first()
    return Notification.objects.shown_to(me).filter(is_read=False).count() if me else 0
