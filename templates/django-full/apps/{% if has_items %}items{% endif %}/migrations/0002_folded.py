"""What items are found by: their texts, folded."""

import unicodedata

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SOURCES = {"folded_name": "name", "folded_description": "description"}


def fold(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Fold the texts there are, as apps/core/search.py does with those that are saved from now on."""
    rows = apps.get_model("items.Item").objects.using(schema_editor.connection.alias)
    for pk, *texts in rows.values_list("pk", *SOURCES.values()).iterator():
        folded = [unicodedata.normalize("NFC", text or "").casefold() for text in texts]
        rows.filter(pk=pk).update(**dict(zip(SOURCES, folded, strict=True)))


class Migration(migrations.Migration):
    dependencies = [
        ("items", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="item",
            name="folded_description",
            field=models.TextField(default="", editable=False),
        ),
        migrations.AddField(
            model_name="item",
            name="folded_name",
            field=models.TextField(default="", editable=False),
        ),
        migrations.RunPython(fold, migrations.RunPython.noop),
    ]
