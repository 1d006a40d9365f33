"""A shop to look at during development. What it sells is invented, and so are its orders."""

import uuid
from datetime import timedelta

from django.utils import timezone

from apps.accounts.models import User
from apps.shop.models import Category, Order, Product, Variant
from apps.shop.rates import HOME, TARIFFS
from apps.shop.rules import Status, TaxClass, bill

# A variant: its name, how many there are, and its own price.
Kind = tuple[str, int, str | None]
# What a category holds: an address, a name, what it is, a price, and its variants.
PRODUCTS: dict[str, tuple[tuple[str, str, str, str, tuple[Kind, ...]], ...]] = {
    "Light": (
        (
            "lamp",
            "A lamp",
            "Turned brass with a linen shade that gives warm, even light.\nThe bulb is not included.",
            "39.50",
            (
                ("yellow shade", 12, None),
                ("green shade", 2, None),
                ("large, white shade", 7, "54.00"),
            ),
        ),
        (
            "candles",
            "Ten candles",
            "Beeswax, made by hand. Each of them burns for six hours.",
            "8.00",
            (("", 3, None),),
        ),
    ),
    "On paper": (
        (
            "field-guide",
            "A field guide to clouds",
            "Ten kinds of clouds, what they are made of, and what they bring.",
            "18.90",
            (("", 24, None),),
        ),
        (
            "notebook",
            "A dotted notebook",
            "160 pages that lie flat, with numbers and an index.",
            "9.80",
            (("A5", 40, None), ("A4", 15, "14.80")),
        ),
    ),
    "On wheels": (
        (
            "bicycle",
            "A bicycle",
            "Three gears, a steel frame, and a basket that carries two bags.",
            "640.00",
            (("", 1, None),),
        ),
        (
            "scooter",
            "A scooter",
            "It folds, and fits under a seat on the train.",
            "95.00",
            (("", 0, None),),
        ),
    ),
}
BOOKS = {"field-guide"}
ADDRESS = {
    "name": "Ada Lovelace",
    "street": "Ahornweg 12",
    "postcode": "10115",
    "city": "Berlin",
}
# What Ada has ordered: how many of which products, how far that came, and how many days ago it was.
ORDERS = (
    ({"notebook": 2}, Status.REFUNDED, 40),
    ({"lamp": 1, "field-guide": 1}, Status.SENT, 21),
    ({"field-guide": 1}, Status.CANCELLED, 15),
    ({"notebook": 3, "lamp": 2}, Status.PAID, 2),
    ({"candles": 1}, Status.PLACED, 1),
)


def make(customer: User) -> None:
    """Make products and orders, unless there are products already."""
    if Product.objects.exists():
        return
    for category_name, products in PRODUCTS.items():
        category = Category.objects.create(
            name=category_name, slug=category_name.lower().replace(" ", "-")
        )
        for slug, name, description, price, kinds in products:
            product = Product.objects.create(
                category=category,
                slug=slug,
                name=name,
                description=description,
                price=price,
                tax_class=TaxClass.REDUCED if slug in BOOKS else TaxClass.STANDARD,
            )
            for number, (kind, stock, own_price) in enumerate(kinds, 1):
                product.variants.create(
                    name=kind, sku=f"{slug}-{number}", stock=stock, own_price=own_price
                )
    for number, (wanted, status, days) in enumerate(ORDERS, 1):
        keep(customer, uuid.UUID(int=number), wanted, status, days)


def keep(customer: User, key: uuid.UUID, wanted: dict[str, int], status: Status, days: int) -> None:
    """Write down an order of the first variants of some products. Nobody gets a mail, and the stock is that of today."""
    skus = {f"{slug}-1": quantity for slug, quantity in wanted.items()}
    variants = Variant.objects.filter(sku__in=skus).select_related("product").order_by("pk")
    items = [(each.price, skus[each.sku], each.product.tax_class) for each in variants]
    due = bill(items, TARIFFS[HOME])
    order = Order.objects.create(
        customer=customer,
        key=key,
        status=status,
        total=due.total,
        shipping=due.shipping.amount,
        shipping_tax_rate=due.shipping.tax_rate,
        shipping_tax=due.shipping.tax,
        country=HOME,
        **ADDRESS,
    )
    Order.objects.filter(pk=order.pk).update(created_at=timezone.now() - timedelta(days=days))
    for variant, charge in zip(variants, due.lines, strict=True):
        order.lines.create(
            variant=variant,
            name=str(variant),
            price=variant.price,
            quantity=skus[variant.sku],
            tax_rate=charge.tax_rate,
            tax=charge.tax,
        )
