"""Lines are of variants alone, and what can never be is refused."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0004_carry_over"),
    ]

    operations = [
        migrations.AlterField(
            model_name="orderline",
            name="variant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="shop.variant",
                verbose_name="variant",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.UniqueConstraint(
                fields=("order", "variant"), name="one_line_a_variant"
            ),
        ),
        migrations.RemoveConstraint(model_name="orderline", name="one_line_a_product"),
        migrations.RemoveField(model_name="orderline", name="product"),
        migrations.RemoveField(model_name="product", name="stock"),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="line_has_pieces"
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("shipping__gte", 0), ("total__gte", models.F("shipping"))),
                name="order_has_total",
            ),
        ),
    ]
