from decimal import Decimal

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from apps.shop.models import Order, Payment, Product
from apps.shop.orders import move
from apps.shop.payments.models import PaymentStatus
from apps.shop.payments.provider import Kind
from apps.shop.payments.receiving import receive
from apps.shop.payments.refunds import settle_all
from apps.shop.payments.standin import delivery
from apps.shop.rules import Status
from tests.shop.conftest import SHIPPING, Till, status_of, stock_of


@pytest.fixture
def paid(payment: Payment, order: Order) -> Order:
    """Give an order whose payment has arrived."""
    receive(Till(), *delivery(payment, Kind.PAID))
    return order


def test_money_that_comes_too_late_goes_back(
    payment: Payment,
    order: Order,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    move(order, Status.CANCELLED)
    with django_capture_on_commit_callbacks(execute=True):
        receive(Till(), *delivery(payment, Kind.PAID))
    assert status_of(order) == (Status.CANCELLED, PaymentStatus.REFUNDED)
    assert Till.refunds == [payment.reference]


def test_money_that_comes_a_second_time_goes_back(
    payment: Payment,
    order: Order,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    # Staff have noted a bank transfer.
    move(order, Status.PAID)
    with django_capture_on_commit_callbacks(execute=True):
        receive(Till(), *delivery(payment, Kind.PAID))
    assert status_of(order) == (Status.PAID, PaymentStatus.REFUNDED)


def test_a_refund_sends_back_all_that_was_paid_and_what_was_not_sent_is_sold_again(
    paid: Order,
    payment: Payment,
    product: Product,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert move(paid, Status.REFUNDED)
        assert not move(paid, Status.REFUNDED)
    assert status_of(paid) == (Status.REFUNDED, PaymentStatus.REFUNDED)
    assert Till.refunds == [payment.reference]
    assert payment.amount == 2 * product.price + SHIPPING == Decimal("83.90")
    assert stock_of(product) == 5


def test_what_has_been_sent_is_not_sold_again_by_a_refund(order: Order, product: Product) -> None:
    for status in (Status.PAID, Status.SENT, Status.REFUNDED):
        assert move(order, status)
    assert stock_of(product) == 3


def test_a_refund_that_fails_is_tried_again(
    paid: Order,
    payment: Payment,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    monkeypatch.setattr(Till, "is_closed", True)
    with django_capture_on_commit_callbacks(execute=True):
        move(paid, Status.REFUNDED)
    assert status_of(paid) == (Status.REFUNDED, PaymentStatus.REFUND_DUE)
    monkeypatch.setattr(Till, "is_closed", False)
    path, settings.SHOP_PAYMENT_PROVIDER = settings.SHOP_PAYMENT_PROVIDER, ""
    assert settle_all() == 0
    settings.SHOP_PAYMENT_PROVIDER = path
    assert (settle_all(), settle_all()) == (1, 0)
    assert Till.refunds == [payment.reference]
    assert status_of(paid) == (Status.REFUNDED, PaymentStatus.REFUNDED)
