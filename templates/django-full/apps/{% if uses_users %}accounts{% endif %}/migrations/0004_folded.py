"""What people are found by: their texts, folded."""

import unicodedata

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SOURCES = ("email", "name")


def fold(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Fold the texts there are, as apps/core/search.py does with those that are saved from now on."""
    rows = apps.get_model("accounts.User").objects.using(schema_editor.connection.alias)
    for pk, *texts in rows.values_list("pk", *SOURCES).iterator():
        text = unicodedata.normalize("NFC", "\n".join(text or "" for text in texts))
        rows.filter(pk=pk).update(folded=text.casefold())


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_readable_domains"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="folded",
            field=models.TextField(default="", editable=False),
        ),
        migrations.RunPython(fold, migrations.RunPython.noop),
    ]
