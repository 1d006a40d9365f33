{#
What Alembic makes of the difference between the models and the database. Each template's env.py imports the names. A
check of the models asks for no message and has no options for writing, so it always gets to see what was found.
#}
rewriter = Rewriter()


def is_compared(
    _item: object, _name: str | None, kind: str, is_in_database: bool, model: object | None
) -> bool:
    """Leave a table alone that no model describes: its data goes only by a migration written by hand."""
    return not (kind == "table" and is_in_database and model is None)
{% if uses_sqlite %}


def is_other_type(
    _context: object, _column: object, _model: object, current: object, wanted: object
) -> bool | None:
    """Leave texts and times alone: SQLite keeps both as text, and would cut a time down to its year."""
    wanted = getattr(wanted, "impl_instance", wanted)
    return False if isinstance(current, Text) and isinstance(wanted, String | DateTime) else None


@event.listens_for(Table, "before_create")
def number_as_the_model_says(table: Table, *_connection: object, **_options: object) -> None:
    """Give no id of a table twice where its model says so; a copy of the table would forget it."""
    model = {{ metadata }}.tables.get(table.name.removeprefix("_alembic_tmp_"))
    if model is not None:
        numbering = model.dialect_options["sqlite"]["autoincrement"]
        table.dialect_options["sqlite"]["autoincrement"] = numbering
{% elif uses_mysql and template == 'flask-micro' %}


def is_other_type(
    _context: object, _column: object, _model: object, current: object, wanted: object
) -> bool | None:
    """Tell times with fractions of a second from those without, which Alembic takes for the same."""
    wanted = getattr(wanted, "impl_instance", wanted)
    if isinstance(current, DATETIME) and isinstance(wanted, DATETIME):
        return current.fsp != wanted.fsp
    return None
{% endif %}


def import_types(kind: str, item: object, written: AutogenContext) -> Literal[False]:
    """Import the types of columns that are not SQLAlchemy's; Alembic names them by their module."""
    module = type(item).__module__
    if kind == "type" and not module.startswith("sqlalchemy."):
        written.imports.add(f"import {module}")
    return False  # Alembic writes them itself


@rewriter.rewrites(ops.AddColumnOp)
def add_column(_context: object, _revision: object, add: ops.AddColumnOp) -> list[MigrateOperation]:
    """Add a column that must not be empty in two steps, which a table without rows always takes."""
    column = add.column
    if column.nullable or column.server_default is not None:
        return [add]
    empty = Column(column.name, column.type, nullable=True, comment=column.comment)
    return [
        ops.AddColumnOp(add.table_name, empty, schema=add.schema),
        ops.AlterColumnOp(
            add.table_name,
            column.name,
            schema=add.schema,
            existing_type=column.type,
            modify_nullable=False,
        ),
    ]


@rewriter.rewrites(ops.AlterColumnOp)
def keep_numbers(
    _context: object, _revision: object, alter: ops.AlterColumnOp
) -> list[MigrateOperation]:
    """Leave alone what numbers the rows of a table, whichever way the table was made."""
{% if uses_postgresql or uses_oracle %}
    if alter.modify_server_default is None or isinstance(alter.modify_server_default, Identity):
        alter.modify_server_default = False
{% endif %}
    if alter.kw.get("autoincrement"):
        alter.modify_nullable = None
    return [alter] if alter.has_changes() else []
{% if uses_mysql %}


@rewriter.rewrites(ops.ModifyTableOps)
def drop_keys_first(
    _context: object, _revision: object, table: ops.ModifyTableOps
) -> MigrateOperation:
    """Drop a foreign key before the index that it needs."""
    table.ops.sort(
        key=lambda op: (
            not isinstance(op, ops.DropConstraintOp) or op.constraint_type != "foreignkey"
        )
    )
    return table
{% endif %}


def write_no_empty_migration(
    _context: object, _revision: object, scripts: list[ops.MigrationScript]
) -> None:
    """Write a migration only where the models say something new."""
    is_written = {{ 'scripts[0].message is not None' if template == 'flask-micro' else 'getattr(context.config.cmd_opts, "autogenerate", False)' }}
    if is_written and not any(found.as_diffs() for found in scripts[0].upgrade_ops_list):
        scripts.clear()
        click.echo("The models say nothing new: no migration is written.")
