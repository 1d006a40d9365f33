"""Links that show a draft to whoever has them, for a while."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from apps.publishing.models import Revision

# What is signed for one purpose is good for no other.
SALT = "apps.publishing.previews"


def link_to(revision: Revision) -> str:
    """Return an address that shows this revision, and no later one."""
    return reverse("publishing:preview", args=[signing.dumps(revision.pk, salt=SALT)])


def revision_of(token: str) -> Revision | None:
    """Return the revision that a link shows, or None where nobody here made it or it is too old."""
    try:
        pk = signing.loads(token, salt=SALT, max_age=timedelta(hours=settings.PREVIEW_HOURS))
    except signing.BadSignature:
        return None
    return Revision.objects.select_related("page", "author").filter(pk=pk).first()
