"""What products, categories and orders are found by: their texts, folded."""

import unicodedata

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SOURCES = {
    "shop.Category": ("name",),
    "shop.Order": ("name", "address"),
    "shop.Product": ("name", "description"),
}


def fold(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Fold the texts there are, as apps/core/search.py does with those that are saved from now on."""
    for model, sources in SOURCES.items():
        rows = apps.get_model(model).objects.using(schema_editor.connection.alias)
        for pk, *texts in rows.values_list("pk", *sources).iterator():
            text = unicodedata.normalize("NFC", "\n".join(text or "" for text in texts))
            rows.filter(pk=pk).update(folded=text.casefold())


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="category",
            name="folded",
            field=models.TextField(default="", editable=False),
        ),
        migrations.AddField(
            model_name="order",
            name="folded",
            field=models.TextField(default="", editable=False),
        ),
        migrations.AddField(
            model_name="product",
            name="folded",
            field=models.TextField(default="", editable=False),
        ),
        migrations.RunPython(fold, migrations.RunPython.noop),
    ]
