"""Tokens end with the password that their owners had when they were made."""

import hashlib

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def note_passwords(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Tie the tokens there are to the passwords that their owners have now."""
    tokens = apps.get_model("api.ApiToken").objects.using(schema_editor.connection.alias)
    for pk, password in tokens.values_list("pk", "user__password"):
        tokens.filter(pk=pk).update(password_digest=hashlib.sha256(password.encode()).hexdigest())


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="password_digest",
            field=models.CharField(default="", editable=False, max_length=64),
            preserve_default=False,
        ),
        migrations.RunPython(note_passwords, migrations.RunPython.noop),
    ]
