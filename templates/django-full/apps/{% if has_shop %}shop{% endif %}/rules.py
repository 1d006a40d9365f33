"""The rules of the shop: what an order may become, and what it costs. Pure functions, which ask no database.

Prices include tax, as customers see them. The tax within an amount is worked out for each line by itself and rounded
to the cent, half a cent up; the tax of an order is the sum of what its lines say, so that nothing is rounded twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

CENT = Decimal("0.01")


class Status(models.TextChoices):
    """How far an order has come."""

    PLACED = "placed", _("placed")
    PAID = "paid", _("paid")
    SENT = "sent", _("sent")
    CANCELLED = "cancelled", _("cancelled")
    REFUNDED = "refunded", _("refunded")


# What each state may become, and nothing else. What has been paid is not cancelled but refunded.
MOVES: dict[Status, tuple[Status, ...]] = {
    Status.PLACED: (Status.PAID, Status.CANCELLED),
    Status.PAID: (Status.SENT, Status.REFUNDED),
    Status.SENT: (Status.REFUNDED,),
    Status.CANCELLED: (),
    Status.REFUNDED: (),
}
# The moves that put pieces back into the stock. What has been sent comes back, if at all, through the hands of staff.
GIVING_BACK = {(Status.PLACED, Status.CANCELLED), (Status.PAID, Status.REFUNDED)}
# Whoever packs still needs the address.
NEEDING_ADDRESS = {Status.PAID}


def may_become(before: str, after: Status) -> bool:
    """Tell whether an order may go from one state to another."""
    return after in MOVES[Status(before)]


def gives_back(before: str, after: Status) -> bool:
    """Tell whether a move puts the pieces of an order back into the stock."""
    return (before, after) in GIVING_BACK


def needs_address(status: str) -> bool:
    """Tell whether an order in this state still has to be sent somewhere."""
    return status in NEEDING_ADDRESS


class TaxClass(models.TextChoices):
    """Which of a country's rates a product has."""

    STANDARD = "standard", _("standard rate")
    REDUCED = "reduced", _("reduced rate")


@dataclass(frozen=True, kw_only=True)
class Tariff:
    """What a country takes: its rates of tax in per cent, and what it costs to send something there."""

    name: str
    tax: Mapping[TaxClass, Decimal]
    shipping: Decimal
    free_from: Decimal


@dataclass(frozen=True, kw_only=True)
class Charge:
    """An amount, and the tax that it includes. Orders from before there were taxes do not say any."""

    amount: Decimal
    tax_rate: Decimal | None = None
    tax: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Bill:
    """What an order costs: its lines, and the shipping."""

    lines: tuple[Charge, ...]
    shipping: Charge

    @property
    def subtotal(self) -> Decimal:
        """What the lines cost together."""
        return sum((line.amount for line in self.lines), Decimal("0.00"))

    @property
    def total(self) -> Decimal:
        """What has to be paid."""
        return self.subtotal + self.shipping.amount

    @property
    def taxes(self) -> dict[Decimal, Decimal]:
        """How much tax the total includes at each rate, the highest first."""
        found: dict[Decimal, Decimal] = {}
        for charge in (*self.lines, self.shipping):
            if charge.tax_rate is not None and charge.tax:
                found[charge.tax_rate] = found.get(charge.tax_rate, Decimal("0.00")) + charge.tax
        return dict(sorted(found.items(), reverse=True))


def included_tax(amount: Decimal, rate: Decimal) -> Decimal:
    """Return the tax at a rate in per cent that an amount includes, rounded to the cent, half a cent up."""
    return (amount * rate / (100 + rate)).quantize(CENT, ROUND_HALF_UP)


def taxed(amount: Decimal, rate: Decimal) -> Charge:
    """Return an amount with the tax that it includes."""
    return Charge(amount=amount, tax_rate=rate, tax=included_tax(amount, rate))


def bill(items: Iterable[tuple[Decimal, int, str]], tariff: Tariff) -> Bill:
    """Return what so many pieces at these prices and rates cost, sent to a country. Shipping has the standard rate."""
    lines = tuple(
        taxed(price * quantity, tariff.tax[TaxClass(tax_class)])
        for price, quantity, tax_class in items
    )
    subtotal = sum(line.amount for line in lines)
    shipping = Decimal("0.00") if subtotal >= tariff.free_from else tariff.shipping
    return Bill(lines=lines, shipping=taxed(shipping, tariff.tax[TaxClass.STANDARD]))
