"""What search engines read about a page beside its text (JSON-LD with the words of schema.org)."""

from typing import Any

from ..config import PROJECT_NAME
from .content import Page
from .models import Event

CONTEXT = "https://schema.org"


def about_page(page: Page, address: str, site: str) -> dict[str, Any]:
    """A page, and the site it is a part of."""
    return {
        "@context": CONTEXT,
        "@type": "WebPage",
        "name": page.title,
        "description": page.description,
        "url": address,
        "isPartOf": {"@type": "WebSite", "name": PROJECT_NAME, "url": site},
    }


def about_event(event: Event, address: str, site: str) -> dict[str, Any]:
    """An event, where and when it takes place, and who invites."""
    return {
        "@context": CONTEXT,
        "@type": "Event",
        "name": event.title,
        "description": event.summary,
        "url": address,
        "startDate": event.starts.isoformat(),
        "endDate": event.ends.isoformat(),
        "location": {"@type": "Place", "name": event.place},
        "organizer": {"@type": "Organization", "name": PROJECT_NAME, "url": site},
    }
