"""Variants, taxes, shipping, addresses in parts and payments: what the next migration carries rows over to."""

import uuid
from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("shop", "0002_folded"),
    ]

    operations = [
        migrations.CreateModel(
            name="Variant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        blank=True,
                        help_text="Empty where there is only one.",
                        max_length=80,
                        verbose_name="variant",
                    ),
                ),
                (
                    "sku",
                    models.CharField(max_length=40, unique=True, verbose_name="article number"),
                ),
                (
                    "own_price",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="Empty: the price of the product.",
                        max_digits=10,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.01"))],
                        verbose_name="own price",
                    ),
                ),
                ("stock", models.PositiveIntegerField(default=0, verbose_name="stock")),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="variants",
                        to="shop.product",
                        verbose_name="product",
                    ),
                ),
            ],
            options={
                "verbose_name": "variant",
                "verbose_name_plural": "variants",
                "ordering": ("pk",),
                "constraints": [
                    models.UniqueConstraint(fields=("product", "name"), name="one_variant_a_name"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("own_price__isnull", True), ("own_price__gt", 0), _connector="OR"
                        ),
                        name="variant_has_price",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="product",
            name="tax_class",
            field=models.CharField(
                choices=[("standard", "standard rate"), ("reduced", "reduced rate")],
                default="standard",
                max_length=10,
                verbose_name="tax",
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="customer",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="orders",
                to=settings.AUTH_USER_MODEL,
                verbose_name="customer",
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="status",
            field=models.CharField(
                choices=[
                    ("placed", "placed"),
                    ("paid", "paid"),
                    ("sent", "sent"),
                    ("cancelled", "cancelled"),
                    ("refunded", "refunded"),
                ],
                default="placed",
                editable=False,
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.RenameField(model_name="order", old_name="address", new_name="street"),
        migrations.AlterField(
            model_name="order",
            name="street",
            field=models.TextField(max_length=500, verbose_name="street and number"),
        ),
        migrations.AddField(
            model_name="order",
            name="postcode",
            field=models.CharField(blank=True, default="", max_length=16, verbose_name="postcode"),
        ),
        migrations.AddField(
            model_name="order",
            name="city",
            field=models.CharField(blank=True, default="", max_length=80, verbose_name="city"),
        ),
        migrations.AddField(
            model_name="order",
            name="country",
            field=models.CharField(
                blank=True, default="", editable=False, max_length=2, verbose_name="country"
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="currency",
            field=models.CharField(
                default="EUR", editable=False, max_length=3, verbose_name="currency"
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="shipping",
            field=models.DecimalField(
                decimal_places=2,
                default=Decimal("0.00"),
                editable=False,
                max_digits=10,
                verbose_name="shipping",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="shipping_tax_rate",
            field=models.DecimalField(
                decimal_places=2,
                editable=False,
                max_digits=5,
                null=True,
                verbose_name="tax rate",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="shipping_tax",
            field=models.DecimalField(
                decimal_places=2, editable=False, max_digits=10, null=True, verbose_name="tax"
            ),
        ),
        migrations.AlterField(
            model_name="orderline",
            name="product",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="shop.product",
                verbose_name="product",
            ),
        ),
        migrations.AddField(
            model_name="orderline",
            name="variant",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="shop.variant",
                verbose_name="variant",
            ),
        ),
        migrations.AlterField(
            model_name="orderline",
            name="name",
            field=models.CharField(max_length=170, verbose_name="name"),
        ),
        migrations.AddField(
            model_name="orderline",
            name="tax_rate",
            field=models.DecimalField(
                decimal_places=2, max_digits=5, null=True, verbose_name="tax rate"
            ),
        ),
        migrations.AddField(
            model_name="orderline",
            name="tax",
            field=models.DecimalField(
                decimal_places=2, max_digits=12, null=True, verbose_name="tax"
            ),
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reference",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="reference"
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=12, verbose_name="amount"),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("begun", "begun"),
                            ("paid", "paid"),
                            ("refund_due", "refund due"),
                            ("refunded", "refunded"),
                        ],
                        db_index=True,
                        default="begun",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="begun")),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payment",
                        to="shop.order",
                        verbose_name="order",
                    ),
                ),
            ],
            options={
                "verbose_name": "payment",
                "verbose_name_plural": "payments",
                "ordering": ("pk",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="payment_has_amount"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "identifier",
                    models.CharField(max_length=100, unique=True, verbose_name="identifier"),
                ),
                ("kind", models.CharField(max_length=10, verbose_name="kind")),
                (
                    "received_at",
                    models.DateTimeField(auto_now_add=True, verbose_name="received"),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="shop.payment",
                        verbose_name="payment",
                    ),
                ),
            ],
            options={
                "verbose_name": "payment event",
                "verbose_name_plural": "payment events",
                "ordering": ("pk",),
                "default_permissions": (),
            },
        ),
    ]
