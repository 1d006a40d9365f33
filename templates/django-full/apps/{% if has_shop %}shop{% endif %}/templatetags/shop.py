"""How amounts of money are written on pages."""

from decimal import Decimal

from django import template
from django.utils.formats import number_format

from apps.shop.models import CURRENCY

register = template.Library()


@register.filter
def money(amount: Decimal, currency: str = "") -> str:
    """Write an amount as the reader's language does, with its currency: that of the shop where none is said."""
    return f"{number_format(amount, decimal_pos=2)} {currency or CURRENCY}"
