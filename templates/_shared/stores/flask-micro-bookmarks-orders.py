{% set value, id = (':value', ':id') if uses_sqlite else ('%(value)s', '%(id)s') %}
{% set statement = 'LiteralString' if uses_postgresql else 'str' %}
# What a list can be sorted by: the condition of what comes later, and the order.
ORDERS: dict[str, tuple[{{ statement }}, {{ statement }}]] = {
    "created_at": (
        "AND (created_at, id) > ({{ value }}, {{ id }})",
        "ORDER BY created_at, id",
    ),
    "-created_at": (
        "AND (created_at, id) < ({{ value }}, {{ id }})",
        "ORDER BY created_at DESC, id DESC",
    ),
    "title": (
        "AND (title, id) > ({{ value }}, {{ id }})",
        "ORDER BY title, id",
    ),
    "-title": (
        "AND (title, id) < ({{ value }}, {{ id }})",
        "ORDER BY title DESC, id DESC",
    ),
}
