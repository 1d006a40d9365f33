"""Where the shop sends to, and what each country takes: the table of taxes and shipping.

The rates are those of 2026. Before you sell, ask somebody who knows which of them apply to you.
"""

from decimal import Decimal

from django.utils.translation import gettext, gettext_noop

from apps.shop.rules import Tariff, TaxClass


def _tariff(name: str, standard: str, reduced: str, shipping: str, free_from: str) -> Tariff:
    tax = {TaxClass.STANDARD: Decimal(standard), TaxClass.REDUCED: Decimal(reduced)}
    return Tariff(name=name, tax=tax, shipping=Decimal(shipping), free_from=Decimal(free_from))


# The country, its standard and its reduced rate in per cent, the shipping, and from which amount on that is free.
TARIFFS = {
    "DE": _tariff(gettext_noop("Germany"), "19", "7", "4.90", "100.00"),
    "AT": _tariff(gettext_noop("Austria"), "20", "10", "7.90", "150.00"),
    "FR": _tariff(gettext_noop("France"), "20", "5.5", "9.90", "150.00"),
    "NL": _tariff(gettext_noop("Netherlands"), "21", "9", "7.90", "150.00"),
}
# What the cart reckons with before anybody has said where the order goes.
HOME = "DE"


def countries() -> list[tuple[str, str]]:
    """Return the codes and the names of the countries, for a form to choose from."""
    return [(code, country_name(code)) for code in TARIFFS]


def country_name(code: str) -> str:
    """Return what a country is called; the code where the shop no longer sends there."""
    return gettext(TARIFFS[code].name) if code in TARIFFS else code
