"""What of an order is personal, and what becomes of it.

While the account is there, customers see and download all of it. When the account is deleted:

- an order that has not been paid is cancelled, and gives back what it took;
- one that has been paid keeps its address until it is sent or refunded, since the shop still owes it;
- of all others the name, the street, the postcode and the city are removed, and no order says whose it was.

What was sold, for how much, with which tax and to which country stays: tax laws ask for it, for up to ten years.
"""

from typing import Any

from apps.accounts.models import User
from apps.shop.models import Order
from apps.shop.rules import needs_address

PERSONAL = ("name", "street", "postcode", "city")


def erase(order: Order, status: str) -> None:
    """Remove from an order, which has come so far, what says who it was for, unless it still has to be sent."""
    if needs_address(status):
        return
    for field in PERSONAL:
        setattr(order, field, "")
    order.save(update_fields=PERSONAL)


def export(user: User) -> list[dict[str, Any]]:
    """Return all orders of somebody, for them to take along."""
    return [
        {
            "number": order.pk,
            "state": order.status,
            "placed": order.created_at,
            **{field: getattr(order, field) for field in (*PERSONAL, "country")},
            "currency": order.currency,
            "shipping": order.shipping,
            "total": order.total,
            "lines": [
                {
                    "name": line.name,
                    "quantity": line.quantity,
                    "price": line.price,
                    "tax_rate": line.tax_rate,
                    "tax": line.tax,
                }
                for line in order.lines.all()
            ],
        }
        for order in Order.objects.of(user.pk).prefetch_related("lines")
    ]
