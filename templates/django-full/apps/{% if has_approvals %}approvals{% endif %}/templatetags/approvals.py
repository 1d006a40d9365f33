"""How amounts and tones are written on pages."""

from decimal import Decimal

from django import template
from django.utils.formats import number_format

register = template.Library()

TONES = {
    "waiting": "warning",
    "returned": "info",
    "return": "info",
    "approved": "success",
    "approve": "success",
    "declined": "error",
    "decline": "error",
    "escalate": "warning",
    "overdue": "warning",
}


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """Write an amount as the reader's language does, with its currency."""
    return f"{number_format(amount, decimal_pos=2, force_grouping=True)} {currency}"


@register.filter
def tone(value: str) -> str:
    """Return the tone of a state or of what happened."""
    return TONES.get(value, "")
