"""The pages of orders, which are their customer's, and what a payment provider opens."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.generic import DetailView, ListView

from apps.accounts.requests import SignedInRequest
from apps.shop.models import Order, OrderQuerySet, Payment
from apps.shop.orders import move
from apps.shop.payments.provider import (
    Kind,
    ProviderError,
    UntrustedError,
    get_provider,
)
from apps.shop.payments.receiving import begin, receive
from apps.shop.payments.standin import StandIn, delivery
from apps.shop.privacy import export
from apps.shop.rules import Status


class OrderList(ListView[Order]):
    """Lists one's own orders, newest first."""

    paginate_by = 20

    def get_queryset(self) -> OrderQuerySet:
        """Return the orders that may be seen."""
        return Order.objects.of(self.request.user.pk)


class OrderPage(DetailView[Order]):
    """Shows one of one's own orders; somebody else's do not exist."""

    def get_queryset(self) -> QuerySet[Order]:
        """Return the orders that may be seen."""
        return Order.objects.of(self.request.user.pk).prefetch_related("lines")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Give the page whether the order can be paid there."""
        is_open = self.object.status == Status.PLACED
        can_pay = is_open and get_provider() is not None
        return super().get_context_data(is_open=is_open, can_pay=can_pay, **kwargs)


@require_GET
def export_orders(request: SignedInRequest) -> HttpResponse:
    """Give all of one's own orders as a file that programs can read."""
    response = JsonResponse({"orders": export(request.user)}, json_dumps_params={"indent": 2})
    response["Content-Disposition"] = 'attachment; filename="orders.json"'
    return response


@require_POST
def cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    """Cancel one of one's own orders, as long as it is not paid."""
    order = get_object_or_404(Order.objects.of(request.user.pk), pk=pk)
    if move(order, Status.CANCELLED):
        messages.success(request, _("Your order is cancelled."))
    else:
        messages.error(request, _("This order can’t be cancelled any more."))
    return redirect(order)


@require_POST
def pay(request: SignedInRequest, pk: int) -> HttpResponse:
    """Lead to where one of one's own orders is paid."""
    return go_and_pay(request, get_object_or_404(Order.objects.of(request.user.pk), pk=pk))


def go_and_pay(request: HttpRequest, order: Order) -> HttpResponse:
    """Lead to the provider, if there is one and the order can be paid; to the order otherwise."""
    provider = get_provider()
    if provider is None or order.status != Status.PLACED:
        return redirect(order)
    try:
        return redirect(begin(order, provider))
    except ProviderError:
        messages.error(request, _("The payment can’t begin now. Try again later."))
        return redirect(order)


@csrf_exempt
@login_not_required
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """Take what the provider reports. It is trusted by its signature, and done once however often it comes."""
    provider = get_provider()
    if provider is None:
        raise Http404
    try:
        receive(provider, request.headers, request.body)
    except UntrustedError as error:
        return HttpResponse(str(error), status=400, content_type="text/plain")
    except Payment.DoesNotExist:
        raise Http404 from None
    return HttpResponse(status=204)


@require_http_methods(["GET", "HEAD", "POST"])
def stand_in(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Be the page of the provider that takes no money: it is there in development alone."""
    provider = get_provider()
    orders = Order.objects.of(request.user.pk)
    payment = get_object_or_404(Payment, reference=reference, order__in=orders)
    if not isinstance(provider, StandIn):
        raise Http404
    if request.method != "POST":
        return render(request, "shop/stand_in.html", {"payment": payment})
    kind = Kind.DECLINED if "decline" in request.POST else Kind.PAID
    # As a provider does it: signed, and to where its deliveries go.
    receive(provider, *delivery(payment, kind))
    if kind is Kind.DECLINED:
        messages.error(request, _("The payment was declined. You can try again."))
    return redirect(payment.order)
