from decimal import Decimal

import pytest

from apps.shop.rates import HOME, TARIFFS, countries, country_name
from apps.shop.rules import (
    MOVES,
    Status,
    TaxClass,
    bill,
    gives_back,
    included_tax,
    may_become,
    needs_address,
)

ALLOWED = {
    (Status.PLACED, Status.PAID),
    (Status.PLACED, Status.CANCELLED),
    (Status.PAID, Status.SENT),
    (Status.PAID, Status.REFUNDED),
    (Status.SENT, Status.REFUNDED),
}
GERMANY = TARIFFS["DE"]


@pytest.mark.parametrize("after", Status)
@pytest.mark.parametrize("before", Status)
def test_an_order_goes_on_only_as_it_should(before: Status, after: Status) -> None:
    assert may_become(before, after) is ((before, after) in ALLOWED)


def test_every_state_says_what_it_may_become() -> None:
    assert set(MOVES) == set(Status)


def test_only_what_has_not_been_sent_goes_back_into_the_stock() -> None:
    back = {move for move in ALLOWED if gives_back(*move)}
    assert back == {(Status.PLACED, Status.CANCELLED), (Status.PAID, Status.REFUNDED)}


def test_only_what_is_paid_and_not_sent_still_needs_its_address() -> None:
    assert {status for status in Status if needs_address(status)} == {Status.PAID}


@pytest.mark.parametrize(
    ("amount", "rate", "tax"),
    [
        ("119.00", "19", "19.00"),
        ("39.50", "19", "6.31"),
        ("18.90", "7", "1.24"),
        ("10.55", "5.5", "0.55"),
        # Half a cent goes up: 0.005 and 0.015, which a float or Python's own rounding would take down.
        ("0.01", "100", "0.01"),
        ("0.03", "100", "0.02"),
        ("0.00", "19", "0.00"),
        ("10.00", "0", "0.00"),
    ],
)
def test_tax_is_rounded_to_the_cent_half_a_cent_up(amount: str, rate: str, tax: str) -> None:
    assert included_tax(Decimal(amount), Decimal(rate)) == Decimal(tax)


def test_tax_is_rounded_for_each_line_and_then_added_up() -> None:
    prices = [Decimal("0.10")] * 3
    due = bill([(price, 1, TaxClass.STANDARD) for price in prices], GERMANY)
    assert [line.tax for line in due.lines] == [Decimal("0.02")] * 3
    # Of the sum it would be 0.05.
    assert included_tax(sum(prices, Decimal(0)), Decimal(19)) == Decimal("0.05")
    assert due.taxes == {Decimal(19): Decimal("0.06") + included_tax(Decimal("4.90"), Decimal(19))}


def test_a_bill_adds_up_to_the_cent() -> None:
    wanted = [
        (Decimal("39.50"), 1, TaxClass.STANDARD),
        (Decimal("18.90"), 2, TaxClass.REDUCED),
    ]
    due = bill(wanted, GERMANY)
    assert (due.subtotal, due.shipping.amount, due.total) == (
        Decimal("77.30"),
        Decimal("4.90"),
        Decimal("82.20"),
    )
    assert due.taxes == {Decimal(19): Decimal("7.09"), Decimal(7): Decimal("2.47")}
    assert list(due.taxes) == [Decimal(19), Decimal(7)]


@pytest.mark.parametrize(
    ("price", "shipping"), [("99.99", "4.90"), ("100.00", "0.00"), ("100.01", "0.00")]
)
def test_shipping_is_free_from_an_amount_on(price: str, shipping: str) -> None:
    due = bill([(Decimal(price), 1, TaxClass.STANDARD)], GERMANY)
    assert due.shipping.amount == Decimal(shipping)


def test_the_country_decides_about_tax_and_shipping_and_not_about_the_price() -> None:
    wanted = (Decimal("21.10"), 1, TaxClass.REDUCED)
    found = {code: bill([wanted], tariff) for code, tariff in TARIFFS.items()}
    assert {due.subtotal for due in found.values()} == {Decimal("21.10")}
    assert found["FR"].lines[0].tax == Decimal("1.10")
    assert found["DE"].lines[0].tax == Decimal("1.38")
    assert found["FR"].total == Decimal("31.00")


def test_every_country_has_a_name_and_every_rate() -> None:
    assert HOME in TARIFFS
    assert dict(countries())["DE"] == country_name("DE") == "Germany"
    assert country_name("XX") == "XX"
    for tariff in TARIFFS.values():
        assert set(tariff.tax) == set(TaxClass)
