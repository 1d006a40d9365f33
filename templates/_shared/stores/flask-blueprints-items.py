{#
The items in a database that is asked in SQL. Each database's own store.py extends this and gives the statements.
#}
"""The items as they are kept: all that pages, the API and commands ask of the database."""

{% block standard_library %}
from collections.abc import {{ 'Collection, Iterable, Mapping, Sequence' if uses_suggestions else 'Iterable, Sequence' }}
from datetime import UTC, datetime
{% endblock %}

{% block driver %}
{% endblock %}

{% block db %}
from ..db import transaction
{% endblock %}
from ..text import searchable
{% if publishes_item_changes %}
from .changes import changed
{% endif %}
from .models import FIELDS, Item

# Ids are 32-bit numbers, so all of them are below this one.
BEYOND = 2**31


def count(query: str = "") -> int:
    """How many items have this text in them."""
    with transaction() as cursor:
{% block count %}
{% endblock %}


def newest(query: str = "", *, before: int = BEYOND, offset: int = 0, limit: int) -> Sequence[Item]:
    """Items with this text in them whose ids are below `before`, newest first."""
    with transaction() as cursor:
{% block newest %}
{% endblock %}


def get_or_abort(item_id: int) -> Item:
    """The item with this id; without one the answer is 404."""
    with transaction() as cursor:
{% block get_or_abort %}
        return _find(cursor, item_id) or abort(404)
{% endblock %}


def add(*, name: str, description: str = "") -> Item:
    """Keep a new item."""
    with transaction() as cursor:
{% if publishes_item_changes %}
        item = _insert(cursor, name, description)
    changed.send(ids={item.id})
    return item
{% else %}
        return _insert(cursor, name, description)
{% endif %}


def add_all(values: Iterable[tuple[str, str]]) -> None:
    """Keep new items, given by their names and descriptions: all of them or none."""
{% if publishes_item_changes %}
    with transaction() as cursor:
        added = {_insert(cursor, name, description).id for name, description in values}
    changed.send(ids=added)
{% else %}
    with transaction() as cursor:
        for name, description in values:
            _insert(cursor, name, description)
{% endif %}


def change(item: Item, *, name: str, description: str) -> Item:
    """Keep what has become of an item; when somebody else was faster the answer is 409."""
    with transaction() as cursor:
{% block change %}
{% endblock %}
{% block changed %}
    if kept is None:
        abort(409)
{% if publishes_item_changes %}
    changed.send(ids={item.id})
{% endif %}
    return kept
{% endblock %}


def delete(item: Item) -> None:
    """Keep an item no longer; when somebody else has changed it the answer is 409."""
    with transaction() as cursor:
{% block delete %}
{% endblock %}
    if not gone:
        abort(409)
{% if publishes_item_changes %}
    changed.send(ids={item.id})
{% endif %}
{% if uses_suggestions %}


def ids() -> set[int]:
    """The ids of all items."""
    with transaction() as cursor:
{% block ids %}
{% endblock %}


def names_of(wanted: Collection[int]) -> Mapping[int, str]:
    """The names these items have at this moment."""
{% block names_of %}
{% endblock %}
{% endif %}
{% if uses_celery %}


def count_changes(since: datetime) -> dict[str, int]:
    """How many items there are, and how many were added or changed since then."""
    with transaction() as cursor:
{% block count_changes %}
{% endblock %}
{% endif %}
{% block rows %}
{% endblock %}


def _text(query: str) -> str:
    return searchable(query.replace("\0", "").strip())
