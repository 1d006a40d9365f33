"""What everybody may read: published pages, the feed of the newest, the sitemap, and a draft by a link to it."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.generic import ListView

from apps.publishing import previews, rules
from apps.publishing.models import Page, PageQuerySet, Redirect

IN_FEED = 20
# More the protocol does not allow in one sitemap.
IN_SITEMAP = 50_000


@method_decorator(login_not_required, name="dispatch")
class Pages(ListView[Page]):
    """Lists what is published, the newest first, and finds it by its words."""

    paginate_by = 20

    def get_queryset(self) -> PageQuerySet:
        """Return the pages that were asked for."""
        return Page.objects.shown().matching(self.query).order_by("-published_at", "-pk")

    @property
    def query(self) -> str:
        """What to look for; a text of the length of a title holds every question worth asking."""
        return self.request.GET.get("q", "").replace("\0", "")[:80]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Give the page what was asked for."""
        return super().get_context_data(query=self.query, **kwargs)


@login_not_required
@require_safe
def page(request: HttpRequest, path: str) -> HttpResponse:
    """Show what is published at an address, or lead on from one that a page had before."""
    wanted = f"{path}/"
    if not rules.is_path(wanted):
        raise Http404
    shown = Page.objects.shown()
    found = shown.filter(path=wanted).first()
    if found is None:
        was_here = Redirect.objects.filter(old_path=wanted, page__in=shown.values("pk"))
        if old := was_here.select_related("page").first():
            return redirect(old.page, permanent=True)
        raise Http404
    above = {entry.path: entry for entry in shown.filter(path__in=rules.ancestors(wanted))}
    context = {
        "shown": found,
        "text": found.live,
        "above": [above[path] for path in rules.ancestors(wanted) if path in above],
        "below": shown.filter(parent=found).order_by("position", "path"),
    }
    return render(request, "publishing/page_detail.html", context)


@login_not_required
@require_safe
def preview(request: HttpRequest, token: str) -> HttpResponse:
    """Show a draft to whoever has a link that is still good; nothing keeps a copy, no search engine a trace."""
    revision = previews.revision_of(token)
    if revision is None:
        raise Http404
    context = {"shown": revision.page, "text": revision, "is_preview": True}
    response = render(request, "publishing/page_detail.html", context)
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


@login_not_required
@require_safe
def feed(_request: HttpRequest) -> HttpResponse:
    """Return the newest pages as a feed (Atom), with addresses of this site whatever host was asked."""
    address = settings.SITE_URL
    atom = Atom1Feed(
        title=settings.PROJECT_NAME,
        link=f"{address}/pages/",
        description=_("The newest pages"),
        feed_url=f"{address}/pages/feed.xml",
    )
    for entry in Page.objects.shown().order_by("-published_at", "-pk")[:IN_FEED]:
        link = f"{address}{entry.get_absolute_url()}"
        text = entry.live
        assert text  # noqa: S101  # `shown` leaves out what is not published
        atom.add_item(
            title=text.title,
            link=link,
            description=text.summary,
            # It stays the same when the page moves.
            unique_id=f"{address}/pages/#{entry.pk}",
            pubdate=entry.published_at,
            updateddate=entry.live_since,
        )
    return HttpResponse(
        atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )


@login_not_required
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Tell search engines which pages there are, and since when they are as they are."""
    pages = Page.objects.shown().order_by("path")[:IN_SITEMAP]
    context = {"pages": pages, "site_url": settings.SITE_URL}
    return render(request, "publishing/sitemap.xml", context, content_type="application/xml")
