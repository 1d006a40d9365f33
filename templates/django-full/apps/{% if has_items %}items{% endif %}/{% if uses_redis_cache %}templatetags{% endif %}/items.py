"""What templates can ask about items."""

from django import template

from apps.items import statistics

register = template.Library()

register.simple_tag(statistics.state, name="items_state")
register.simple_tag(statistics.numbers, name="items_numbers")
