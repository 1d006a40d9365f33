"""The menu of the site, and texts as HTML."""

from django import template
from django.utils.safestring import SafeString

from apps.publishing import markup
from apps.publishing.models import Page

register = template.Library()

# More than fit on one line are no menu.
IN_MENU = 6


@register.simple_tag
def site_menu() -> list[Page]:
    """Return the published pages that the menu shows."""
    pages = Page.objects.shown().filter(parent=None, in_menu=True)
    return list(pages.order_by("position", "path")[:IN_MENU])


@register.filter
def as_html(text: str) -> SafeString:
    """Return Markdown as HTML that does no harm."""
    return markup.as_html(text)
