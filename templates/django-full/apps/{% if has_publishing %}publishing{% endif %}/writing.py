"""The pages of those who write: authors their own pages, editors and publishers all. For others they do not exist."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.generic import ListView

from apps.accounts.models import User
from apps.accounts.requests import SignedInRequest
from apps.publishing import previews, rules
from apps.publishing.forms import NumberForm, PublishForm, SlugForm, TextForm
from apps.publishing.models import OVERSEE, PUBLISH, WRITE, Page, PageQuerySet, Revision
from apps.publishing.tree import CannotStandThereError, plant
from apps.publishing.versions import OutdatedError, revert, write


class Drafts(ListView[Page]):
    """Lists the pages that somebody may edit, as they stand in the tree."""

    paginate_by = 50
    template_name = "publishing/drafts.html"

    def get_queryset(self) -> PageQuerySet:
        """Return the pages that were asked for."""
        if not self.request.user.has_perm(WRITE):
            raise PermissionDenied
        pages = Page.objects.editable_by(self.request.user).drafted_like(self.query)
        return pages.select_related("draft", "owner", "schedule").order_by("path")

    @property
    def query(self) -> str:
        """What to look for."""
        return self.request.GET.get("q", "").replace("\0", "")[:80]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Give the page what was asked for."""
        return super().get_context_data(query=self.query, **kwargs)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Let writers begin a page, which nobody sees until it is published."""
    if not request.user.has_perm(WRITE):
        raise PermissionDenied
    data = request.POST or None
    place, form = SlugForm(request.user, data), TextForm(data)
    if place.is_valid() and form.is_valid():
        where = place.cleaned_data
        try:
            page = plant(request.user, where["parent"], where["slug"], form.text)
        except CannotStandThereError as error:
            place.add_error("slug", str(error))
        else:
            messages.success(request, _("The draft is saved."))
            return redirect("publishing:draft", page.pk)
    return answer(request, "publishing/new.html", {"place": place, "form": form})


@require_safe
def draft(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the newest revision of a page, what the world sees, and what may be done."""
    page = editable_page(request.user, pk)
    context = {
        "page": page,
        "text": page.draft,
        "preview": previews.link_to(newest_of(page)),
        "form": PublishForm(),
        "may_move": request.user.has_perm(OVERSEE),
        "may_publish": request.user.has_perm(PUBLISH),
    }
    return render(request, "publishing/draft.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let a writer change a page: a new revision, unless somebody else has saved one meanwhile."""
    page = editable_page(request.user, pk)
    newest = newest_of(page)
    begins = {"based_on": newest.number, "note": ""}
    form = TextForm(request.POST or None, instance=newest, initial=begins)
    if form.is_valid():
        based_on = form.cleaned_data["based_on"]
        try:
            write(page, request.user, form.text, based_on=based_on)
        except OutdatedError as error:
            form.add_error(None, str(error))
            context = {"page": page, "form": form, "newest": error.newest, "based_on": based_on}
            return answer(request, "publishing/edit.html", context)
        messages.success(request, _("The draft is saved."))
        return redirect("publishing:draft", pk)
    return answer(request, "publishing/edit.html", {"page": page, "form": form})


class History(ListView[Revision]):
    """Lists what was ever written on a page, the newest first."""

    paginate_by = 20
    template_name = "publishing/history.html"

    def get_queryset(self) -> QuerySet[Revision]:
        """Return the revisions of the page."""
        return self.page.revisions.select_related("author").order_by("-number")

    @property
    def page(self) -> Page:
        """The page, if it may be edited."""
        assert isinstance(self.request.user, User)  # noqa: S101  # others were asked to sign in
        return editable_page(self.request.user, self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Give the page whose history it is."""
        return super().get_context_data(page=self.page, **kwargs)


@require_safe
def compare(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show what became of each line from one revision to another."""
    page = editable_page(request.user, pk)
    old, new = (revision_of(page, request.GET.get(name, "")) for name in ("from", "to"))
    parts = [
        (label, list(rules.changes(before, after)))
        for label, before, after in (
            (_("Title"), old.title, new.title),
            (_("Summary"), old.summary, new.summary),
            (_("Text"), old.body, new.body),
        )
    ]
    context = {"page": page, "old": old, "new": new, "parts": parts}
    return render(request, "publishing/compare.html", context)


@require_POST
def revert_here(request: SignedInRequest, pk: int) -> HttpResponse:
    """Make a draft of what an earlier revision says; the world sees it when it is published."""
    page = editable_page(request.user, pk)
    form = NumberForm(request.POST)
    if not form.is_valid():
        return redirect("publishing:history", pk)
    number = form.cleaned_data["number"]
    based_on = form.cleaned_data["based_on"] or 0
    revision_of(page, str(number))
    try:
        revert(page, request.user, number, based_on=based_on)
    except OutdatedError as error:
        messages.error(request, str(error))
        return redirect("publishing:history", pk)
    messages.success(request, _("The draft is as in revision %(number)s.") % {"number": number})
    return redirect("publishing:draft", pk)


def editable_page(user: User, pk: int) -> Page:
    """Return a page that somebody may edit; others do not exist for them."""
    pages = Page.objects.editable_by(user)
    return get_object_or_404(pages.select_related("draft__author", "live", "owner"), pk=pk)


def newest_of(page: Page) -> Revision:
    """Return the newest revision, which every page has."""
    assert page.draft  # noqa: S101  # `plant` writes it, and nothing deletes it alone
    return page.draft


def revision_of(page: Page, number: str) -> Revision:
    """Return a revision of a page by its number, if there is one."""
    is_number = number.isascii() and number.isdecimal() and len(number) < 10
    return get_object_or_404(page.revisions, number=int(number) if is_number else 0)


def answer(request: SignedInRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Return a page with a form, which says so where it was not accepted."""
    refused = request.method == "POST"
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, template, context, status=status)
