import uuid
from functools import partial

import pytest

from apps.accounts.models import User
from apps.shop import orders
from apps.shop.models import Order, Payment, PaymentEvent, Product
from apps.shop.payments.models import PaymentStatus
from apps.shop.payments.provider import Kind
from apps.shop.payments.receiving import begin, receive
from apps.shop.payments.standin import delivery
from apps.shop.rules import Status
from tests.shop.conftest import MakeProduct, MakeVariant, Till, at_once, buy, status_of, stock_of

pytestmark = [pytest.mark.usefixtures("slow"), pytest.mark.django_db(transaction=True)]


def test_of_two_who_want_the_last_piece_exactly_one_gets_it(
    user: User, other: User, make_variant: MakeVariant
) -> None:
    last = make_variant("green", stock=1)
    results = at_once(partial(buy, user, last), partial(buy, other, last))
    assert {type(result) for result in results} == {Order, orders.CannotOrderError}
    assert Order.objects.count() == 1
    assert stock_of(last) == 0


def test_a_double_click_makes_one_order(user: User, product: Product) -> None:
    click = partial(buy, user, product, key=uuid.uuid4())
    first, second = at_once(click, click)
    assert first == second == Order.objects.get()
    assert stock_of(product) == 4


def test_carts_filled_in_opposite_order_do_not_wait_for_each_other(
    user: User, other: User, make_product: MakeProduct
) -> None:
    lamp, bicycle = make_product("A lamp"), make_product("A bicycle")
    large = bicycle.variants.create(name="large", sku="large", stock=5)
    tall = lamp.variants.create(name="tall", sku="tall", stock=5)
    results = at_once(
        partial(buy, user, lamp, large, bicycle), partial(buy, other, bicycle, tall, lamp)
    )
    assert {type(result) for result in results} == {Order}
    assert stock_of(lamp) == stock_of(bicycle) == 3
    assert stock_of(large) == stock_of(tall) == 4


def test_an_order_cancelled_twice_at_once_gives_back_once(order: Order, product: Product) -> None:
    cancel = partial(orders.move, order, Status.CANCELLED)
    assert sorted(at_once(cancel, cancel)) == [False, True]
    assert stock_of(product) == 5


def test_a_delivery_that_comes_twice_at_once_counts_once(
    payment: Payment, order: Order, till: type[Till]
) -> None:
    deliver = partial(receive, till(), *delivery(payment, Kind.PAID))
    assert at_once(deliver, deliver) == [Kind.PAID, Kind.PAID]
    assert PaymentEvent.objects.count() == 1
    assert status_of(order) == (Status.PAID, PaymentStatus.PAID)
    assert till.refunds == []


def test_a_payment_beside_a_cancellation_is_kept_or_sent_back(
    payment: Payment, order: Order, product: Product, till: type[Till]
) -> None:
    deliver = partial(receive, till(), *delivery(payment, Kind.PAID))
    _kind, _again, is_cancelled = at_once(
        deliver, deliver, partial(orders.move, order, Status.CANCELLED)
    )
    if is_cancelled is True:
        assert status_of(order) == (Status.CANCELLED, PaymentStatus.REFUNDED)
        assert till.refunds == [payment.reference]
        assert stock_of(product) == 5
    else:
        assert status_of(order) == (Status.PAID, PaymentStatus.PAID)
        assert till.refunds == []
        assert stock_of(product) == 3


def test_an_order_refunded_twice_at_once_sends_the_money_back_once(
    payment: Payment, order: Order, product: Product, till: type[Till]
) -> None:
    receive(till(), *delivery(payment, Kind.PAID))
    refund = partial(orders.move, order, Status.REFUNDED)
    assert sorted(at_once(refund, refund)) == [False, True]
    assert status_of(order) == (Status.REFUNDED, PaymentStatus.REFUNDED)
    assert till.refunds == [payment.reference]
    assert stock_of(product) == 5


def test_two_clicks_on_pay_begin_one_payment(order: Order, till: type[Till]) -> None:
    click = partial(begin, order, till())
    first, second = at_once(click, click)
    assert first == second
    assert Payment.objects.count() == 1
