"""The collection of the shared cache."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from apps.core.cache import EXPIRES_AT
from apps.core.mongodb import database


def forget_in_time(_apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Have MongoDB take away what has expired."""
    database()["core_cache"].create_index(EXPIRES_AT, expireAfterSeconds=0)


class Migration(migrations.Migration):
    """Makes the index by which MongoDB finds what has expired."""

    operations = [migrations.RunPython(forget_in_time, migrations.RunPython.noop)]
