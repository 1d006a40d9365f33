from sqlalchemy import (
    CHAR,
    CheckConstraint,
{% if uses_postgresql %}
    DateTime,
{% else %}
{% if uses_sqlite %}
    DateTime,
{% endif %}
    Dialect,
{% endif %}
    Engine,
    Index,
    MetaData,
    RowMapping,
    String,
{% if not uses_mysql %}
    Text,
{% endif %}
{% if not uses_postgresql %}
    TypeDecorator,
{% endif %}
    and_,
    create_engine,
    delete,
{% if uses_sqlite %}
    event,
{% endif %}
    insert,
{% if not uses_sqlite %}
    make_url,
{% endif %}
    or_,
    select,
    update,
)
