"""What somebody is about to order. It is in the session, before they sign in and after."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.sessions.backends.base import SessionBase

from apps.shop.models import Variant
from apps.shop.rates import TARIFFS
from apps.shop.rules import Bill, bill

# A session is small, and so is the cart in it.
MOST_PRODUCTS = 50
MOST_PIECES = 99


@dataclass(frozen=True, kw_only=True)
class CartLine:
    """So many of one variant."""

    variant: Variant
    quantity: int

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self.variant)

    @property
    def total(self) -> Decimal:
        """What the line costs now."""
        return self.variant.price * self.quantity

    @property
    def is_available(self) -> bool:
        """Whether there is enough of it."""
        return self.quantity <= self.variant.stock


class Cart:
    """The cart of a session."""

    def __init__(self, session: SessionBase) -> None:
        self._session = session
        kept = session.get("cart", {})
        # Each cart becomes one order, however often it is sent.
        self.key = uuid.UUID(kept["key"]) if kept else uuid.uuid4()
        self._pieces: dict[str, int] = dict(kept.get("variants", {}))

    @property
    def quantities(self) -> Mapping[int, int]:
        """How many of each variant."""
        return {int(pk): quantity for pk, quantity in self._pieces.items()}

    def add(self, variant: Variant, quantity: int) -> bool:
        """Put more of a variant in, as long as there is room."""
        return self.put(variant, self._pieces.get(str(variant.pk), 0) + quantity)

    def put(self, variant: Variant, quantity: int) -> bool:
        """Have so many of a variant in the cart, or none, as long as there is room."""
        pieces = {**self._pieces, str(variant.pk): quantity}
        if quantity == 0:
            del pieces[str(variant.pk)]
        if len(pieces) > MOST_PRODUCTS or quantity > MOST_PIECES:
            return False
        self._keep(pieces)
        return True

    def clear(self) -> None:
        """Have nothing in it: what comes next is another cart."""
        self._session.pop("cart", None)

    def lines(self) -> list[CartLine]:
        """Return what is in the cart, and take out what is no longer sold."""
        on_sale = Variant.objects.filter(product__is_active=True).select_related("product")
        variants = on_sale.in_bulk(list(self.quantities))
        kept = {pk: quantity for pk, quantity in self.quantities.items() if pk in variants}
        if kept != self.quantities:
            self._keep({str(pk): quantity for pk, quantity in kept.items()})
        return [CartLine(variant=variants[pk], quantity=quantity) for pk, quantity in kept.items()]

    def _keep(self, pieces: dict[str, int]) -> None:
        self._pieces = pieces
        self._session["cart"] = {"key": str(self.key), "variants": pieces}


def bill_for(lines: list[CartLine], country: str) -> Bill:
    """Return what lines cost now, sent to a country."""
    items = [(line.variant.price, line.quantity, line.variant.product.tax_class) for line in lines]
    return bill(items, TARIFFS[country])
