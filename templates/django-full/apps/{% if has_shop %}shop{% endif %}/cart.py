"""What somebody is about to order. It is in the session, before they sign in and after."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.sessions.backends.base import SessionBase

from apps.shop.models import Product

# A session is small, and so is the cart in it.
MOST_PRODUCTS = 50
MOST_PIECES = 99


@dataclass(frozen=True, kw_only=True)
class CartLine:
    """So many of one product."""

    product: Product
    quantity: int

    @property
    def total(self) -> Decimal:
        """What the line costs now."""
        return self.product.price * self.quantity

    @property
    def is_available(self) -> bool:
        """Whether there is enough of it."""
        return self.quantity <= self.product.stock


class Cart:
    """The cart of a session."""

    def __init__(self, session: SessionBase) -> None:
        self._session = session
        kept = session.get("cart", {})
        # Each cart becomes one order, however often it is sent.
        self.key = uuid.UUID(kept["key"]) if kept else uuid.uuid4()
        self._pieces: dict[str, int] = dict(kept.get("pieces", {}))

    @property
    def quantities(self) -> Mapping[int, int]:
        """How many of each product."""
        return {int(pk): quantity for pk, quantity in self._pieces.items()}

    def add(self, product: Product, quantity: int) -> bool:
        """Put more of a product in, as long as there is room."""
        return self.put(product, self._pieces.get(str(product.pk), 0) + quantity)

    def put(self, product: Product, quantity: int) -> bool:
        """Have so many of a product in the cart, or none, as long as there is room."""
        pieces = {**self._pieces, str(product.pk): quantity}
        if quantity == 0:
            del pieces[str(product.pk)]
        if len(pieces) > MOST_PRODUCTS or quantity > MOST_PIECES:
            return False
        self._keep(pieces)
        return True

    def clear(self) -> None:
        """Have nothing in it: what comes next is another cart."""
        self._session.pop("cart", None)

    def lines(self) -> list[CartLine]:
        """Return what is in the cart, and take out what is no longer sold."""
        products = Product.objects.on_sale().in_bulk(list(self.quantities))
        kept = {pk: quantity for pk, quantity in self.quantities.items() if pk in products}
        if kept != self.quantities:
            self._keep({str(pk): quantity for pk, quantity in kept.items()})
        return [CartLine(product=products[pk], quantity=quantity) for pk, quantity in kept.items()]

    def _keep(self, pieces: dict[str, int]) -> None:
        self._pieces = pieces
        self._session["cart"] = {"key": str(self.key), "pieces": pieces}


def total_of(lines: list[CartLine]) -> Decimal:
    """Return what lines cost together."""
    return sum((line.total for line in lines), Decimal("0.00"))
