"""Where pages stand. Nothing else makes a page or changes its path.

Whoever changes the tree holds its one row, so that everybody else who wants to waits: no two moves see the same tree.
"""

from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.publishing import rules
from apps.publishing.models import Page, Redirect, Tree
from apps.publishing.rules import Problem
from apps.publishing.versions import Text, write


class CannotStandThereError(Exception):
    """Why a page cannot be where somebody wants it, in words for them."""


class Place(TypedDict, total=False):
    """What staff may say about the place of a page."""

    position: int
    in_menu: bool


@transaction.atomic
def plant(author: User, parent: Page | None, slug: str, text: Text, **place: Unpack[Place]) -> Page:
    """Make a page that nobody sees yet, with its first revision.

    Raises `CannotStandThereError` where another page has the address.
    """
    take_turns()
    path = rules.path_of(current_path(parent), slug)
    refuse([path], is_taken=Page.objects.filter(path=path).exists())
    page = Page.objects.create(parent=parent, slug=slug, path=path, owner=author, **place)
    write(page, author, text, based_on=0)
    return page


@transaction.atomic
def move(page: Page, parent: Page | None, slug: str) -> None:
    """Let a page stand elsewhere, with all that is below it, and lead the world from where it was.

    Raises `CannotStandThereError` where another page has the address, or the page would stand below itself.
    """
    take_turns()
    old = current_path(page)
    above = current_path(parent)
    if rules.is_within(above, old):
        raise CannotStandThereError(said(Problem.BELOW_ITSELF))
    new = rules.path_of(above, slug)
    if new != old:
        # None of them is published meanwhile at an address that it is about to lose.
        subtree = list(Page.objects.within(old).select_for_update())
        refuse(
            [rules.moved(moving.path, old, new) for moving in subtree],
            is_taken=Page.objects.filter(path=new).exists(),
        )
        was = {moving.path: moving for moving in subtree}
        for moving in subtree:
            moving.path = rules.moved(moving.path, old, new)
        Page.objects.bulk_update(subtree, ["path"], batch_size=500)
        lead_on(was)
    Page.objects.filter(pk=page.pk).update(parent=parent, slug=slug)
    page.refresh_from_db()


def lead_on(was: dict[str, Page]) -> None:
    """Redirect from where pages were, if anybody has ever seen them there; what they have now is no old address."""
    known = {path: moved for path, moved in was.items() if moved.published_at}
    paths = [*known, *(moved.path for moved in known.values())]
    Redirect.objects.filter(old_path__in=paths).delete()
    redirects = [Redirect(old_path=path, page=moved) for path, moved in known.items()]
    Redirect.objects.bulk_create(redirects, batch_size=500)


def take_turns() -> None:
    """Wait until nobody else changes the tree, and let nobody until the transaction ends."""
    Tree.objects.select_for_update().get(pk=1)


def current_path(page: Page | None) -> str:
    """Return where a page stands now; the root is nowhere."""
    if page is None:
        return ""
    path = Page.objects.filter(pk=page.pk).values_list("path", flat=True).first()
    if path is None:
        raise CannotStandThereError(said(Problem.GONE))
    return path


def refuse(paths: list[str], *, is_taken: bool) -> None:
    """Refuse paths that pages cannot have."""
    if problem := Problem.TAKEN if is_taken else rules.problem_of(paths):
        raise CannotStandThereError(said(problem))


def said(problem: Problem) -> str:
    """Return what is wrong, in words for people."""
    return {
        Problem.GONE: _("That page has been deleted."),
        Problem.BELOW_ITSELF: _("A page cannot stand below itself."),
        Problem.TAKEN: _("Another page has this address already."),
        Problem.TOO_DEEP: _("The tree would become too deep."),
        Problem.TOO_LONG: _("The address would become too long."),
    }[problem]
