"""Every product has one variant, with its stock; orders are of variants. Names, prices and sums stay as they are."""

from importlib import import_module
from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Sum


def carry_over(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give each product its variant, and say in which currency the orders were placed."""
    products, variants, lines = rows_of(apps, schema_editor)
    for pk, stock in products.order_by("pk").values_list("pk", "stock"):
        variant = variants.create(product_id=pk, name="", sku=f"P{pk}", stock=stock)
        lines.filter(product_id=pk).update(variant=variant)
    # That was a constant of the code, which projects could change.
    currency = getattr(import_module("apps.shop.models"), "CURRENCY", "EUR")
    orders = apps.get_model("shop.Order").objects
    orders.using(schema_editor.connection.alias).update(currency=currency)


def carry_back(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give each product the stock of its variants, and each line its product."""
    products, variants, lines = rows_of(apps, schema_editor)
    for pk in products.order_by("pk").values_list("pk", flat=True):
        of_product = variants.filter(product_id=pk)
        stock = of_product.aggregate(total=Sum("stock"))["total"] or 0
        products.filter(pk=pk).update(stock=stock)
        lines.filter(variant__in=of_product).update(product=pk)


def rows_of(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> tuple[Any, Any, Any]:
    """Return the products, the variants and the lines of this database."""
    using = schema_editor.connection.alias
    found = (apps.get_model(f"shop.{name}").objects for name in ("Product", "Variant", "OrderLine"))
    products, variants, lines = (rows.using(using) for rows in found)
    return products, variants, lines


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0003_variants"),
    ]

    operations = [
        migrations.RunPython(carry_over, carry_back),
    ]
