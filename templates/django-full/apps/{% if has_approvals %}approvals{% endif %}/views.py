"""The pages of approvals."""

import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.generic import ListView

from apps.accounts.requests import SignedInRequest
from apps.approvals import standing_in, workflow
from apps.approvals.exports import (
    ENTRY_COLUMNS,
    REQUEST_COLUMNS,
    ROWS_AT_ONCE,
    download,
    entry_rows,
    request_rows,
)
from apps.approvals.forms import (
    ChangedRequestForm,
    DecisionForm,
    DelegationForm,
    FilterForm,
    NewRequestForm,
)
from apps.approvals.models import (
    MAY_ASK,
    MAY_DECIDE,
    MAY_SEE_TRAIL,
    AuditEntry,
    AuditEntryQuerySet,
    Delegation,
    PurchaseRequest,
    PurchaseRequestQuerySet,
    Step,
)


class RequestList(ListView[PurchaseRequest]):
    """Lists requests, newest first."""

    request: SignedInRequest
    paginate_by = 20
    template_name = "approvals/request_list.html"
    view = ""

    def get_queryset(self) -> PurchaseRequestQuerySet:
        """Return the requests that were asked for."""
        return listed(self.request, self.view)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Give the page what was asked for, and how much there is to decide."""
        waiting = PurchaseRequest.objects.waiting_for(self.request.user).count()
        return super().get_context_data(
            view=self.view, query=self.request.GET.get("q", "")[:80], waiting=waiting, **kwargs
        )


def listed(request: SignedInRequest, view: str) -> PurchaseRequestQuerySet:
    """Return the requests of a list that somebody may see, and of those the ones asked for."""
    form = FilterForm(request.GET)
    form.full_clean()
    found = PurchaseRequest.objects.listed(request.user, view=view, **form.cleaned_data)
    return found.with_names()


@require_safe
def export(request: SignedInRequest, form: str) -> StreamingHttpResponse:
    """Send the requests that somebody may see."""
    rows = listed(request, "all").iterator(ROWS_AT_ONCE)
    return download(request_rows(rows), REQUEST_COLUMNS, "requests", form)


@require_safe
def request_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show a request, its steps and what happened to it."""
    return show(request, seen(request, pk), DecisionForm())


@permission_required(MAY_ASK, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Make a draft: one, however often the button is pressed."""
    form = NewRequestForm(request.POST or None, initial={"key": uuid.uuid4()})
    if form.is_valid():
        try:
            made = workflow.create(request.user, **form.cleaned_data)
        except workflow.CannotMoveError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The draft is saved. Submit it when it is complete."))
            return redirect(made)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "approvals/request_form.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a request that is nobody's to decide yet, or again."""
    found = seen(request, pk)
    workflow.own(found, request.user)
    if not found.is_editable:
        messages.error(request, _("The request can’t be changed now."))
        return redirect(found)
    shown = PurchaseRequest.objects.get(pk=pk)
    form = ChangedRequestForm(
        request.POST or None, instance=shown, initial={"version": found.version}
    )
    status = HTTPStatus.OK
    if form.is_valid():
        try:
            workflow.edit(pk, request.user, **form.cleaned_data)
        except workflow.CannotMoveError as error:
            form.add_error(None, str(error))
            status = HTTPStatus.CONFLICT
        else:
            messages.success(request, _("Your changes are saved."))
            return redirect(found)
    elif form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    context = {"form": form, "purchase": found}
    return render(request, "approvals/request_form.html", context, status=status)


@require_POST
def submit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask those to decide who have to."""
    found = seen(request, pk)
    return act(
        request, found, lambda: workflow.submit(pk, request.user), _("The request is submitted.")
    )


@require_POST
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give a request up."""
    found = seen(request, pk)
    return act(
        request, found, lambda: workflow.withdraw(pk, request.user), _("The request is withdrawn.")
    )


@require_POST
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """Decide a step."""
    step = get_object_or_404(Step, pk=pk)
    found = seen(request, step.request_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return show(request, found, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    comment = form.cleaned_data["comment"]
    return act(
        request,
        found,
        lambda: workflow.decide(pk, request.user, form.move, comment),
        _("Your decision is saved."),
    )


@permission_required(MAY_DECIDE, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def delegations(request: SignedInRequest) -> HttpResponse:
    """List who decides in one's place, and add somebody."""
    form = DelegationForm(request.POST or None, principal=request.user)
    if form.is_valid():
        standing_in.delegate(request.user, form.cleaned_data["delegate"], **form.span)
        messages.success(request, _("The delegation is saved."))
        return redirect("approvals:delegations")
    mine = Delegation.objects.filter(principal=request.user, ends_at__gt=timezone.now())
    context = {"form": form, "delegations": mine.select_related("delegate")[:50]}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "approvals/delegations.html", context, status=status)


@require_POST
def end_delegation(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let somebody no longer decide in one's place."""
    try:
        standing_in.end_delegation(pk, request.user)
    except Delegation.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("The delegation has ended."))
    return redirect("approvals:delegations")


class AuditTrail(PermissionRequiredMixin, ListView[AuditEntry]):
    """Lists all that happened, newest first."""

    permission_required = MAY_SEE_TRAIL
    raise_exception = True
    paginate_by = 50
    template_name = "approvals/audit_trail.html"

    def get_queryset(self) -> AuditEntryQuerySet:
        """Return the entries."""
        return AuditEntry.objects.with_requests()


@permission_required(MAY_SEE_TRAIL, raise_exception=True)
@require_safe
def export_trail(request: SignedInRequest, form: str) -> StreamingHttpResponse:
    """Send all that happened."""
    rows = AuditEntry.objects.with_requests().iterator(ROWS_AT_ONCE)
    return download(entry_rows(rows), ENTRY_COLUMNS, "audit-trail", form)


def seen(request: SignedInRequest, pk: int) -> PurchaseRequest:
    """Return a request that somebody may see; the others do not exist for them."""
    visible = PurchaseRequest.objects.visible_to(request.user).with_names()
    return get_object_or_404(visible, pk=pk)


def show(
    request: SignedInRequest,
    purchase: PurchaseRequest,
    form: DecisionForm,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    """Return the page of a request."""
    inbox = PurchaseRequest.objects.waiting_for(request.user).filter(pk=purchase.pk)
    steps = purchase.steps.filter(round=purchase.round).select_related("approver", "decided_by")
    current = steps.filter(outcome="", due_at__isnull=False).first()
    context = {
        "purchase": purchase,
        "is_own": purchase.requester_id == request.user.pk,
        "steps": steps,
        "current": current,
        "decides": current if current and inbox.exists() else None,
        "entries": purchase.entries.all(),
        "form": form,
    }
    return render(request, "approvals/request_detail.html", context, status=status)


def act(
    request: SignedInRequest,
    purchase: PurchaseRequest,
    action: Callable[[], object],
    text: str,
) -> HttpResponse:
    """Do something with a request, and say what came of it on its page."""
    try:
        action()
    except workflow.CannotMoveError as error:
        messages.error(request, str(error))
        return show(request, seen(request, purchase.pk), DecisionForm(), HTTPStatus.CONFLICT)
    messages.success(request, text)
    # Whoever has decided for somebody else may no longer see it.
    visible = PurchaseRequest.objects.visible_to(request.user).filter(pk=purchase.pk)
    return redirect(purchase if visible else "approvals:inbox")
