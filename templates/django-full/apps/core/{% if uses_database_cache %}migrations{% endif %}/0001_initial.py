"""The table of the shared cache."""

from django.core.management import call_command
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def create_cache_table(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create what `manage.py createcachetable` creates."""
    call_command("createcachetable", database=editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    """Creates the cache table, so that `migrate` alone makes a complete database."""

    operations = [migrations.RunPython(create_cache_table, migrations.RunPython.noop)]
