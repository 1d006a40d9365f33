"""Pages to look at during development. The place that they are about is invented."""

from dataclasses import replace
from datetime import timedelta

from django.contrib.auth.models import Group
from django.utils import timezone

from apps.accounts.models import User
from apps.publishing.models import Page
from apps.publishing.tree import move, plant
from apps.publishing.versions import Text, publish, schedule, write

ABOUT = """
The mill stands where the river leaves the hills. It ground grain for two hundred years; now it is a
workshop for everybody, and a museum on Sundays.

## What you find here

- a **workshop** for wood, metal and bicycles
- a library of tools, to borrow for a week
- a garden, which needs hands in every season

> Bring what is broken. Take home what works.
"""
HOURS = """
| Day | From | Until |
|---|---|---|
| Tuesday to Friday | 14:00 | 20:00 |
| Saturday | 10:00 | 18:00 |
| Sunday | 11:00 | 17:00 |
"""
REPAIR = """
1. Come with the thing and what belongs to it.
2. Somebody looks at it *with* you.
3. You repair it together.

Write to [the workshop](mailto:workshop@example.com) if it does not fit through the door.
"""
# The path of a page, its title, what it is about, its text, and whether the menu shows it.
PAGES = (
    ("mill", "The old mill", "A workshop and a museum at the river.", ABOUT, True),
    ("mill/hours", "Opening hours", "When the door is open.", HOURS, False),
    ("mill/history", "Two hundred years", "From grain to bicycles.", ABOUT, False),
    ("repair", "How we repair", "Nobody repairs alone.", REPAIR, True),
    ("repair/bicycles", "Bicycles", "From brakes to bearings.", REPAIR, False),
    ("repair/radios", "Radios", "Old ones, with valves.", REPAIR, False),
    ("join", "Join in", "Two hours a month are enough.", REPAIR, True),
    ("winter", "Winter opening hours", "Shorter days, warmer rooms.", HOURS, False),
    ("privacy", "Privacy", "What this site knows of you.", ABOUT, False),
)
DRAFTS = ("repair/radios", "winter")
# Whose name belongs to which group, to sign in and try it.
ROLES = {"Publishers": 0, "Authors": 1}


def make(*people: User) -> None:
    """Make a tree of pages, unless there is one: published, drafts, changed since, scheduled and moved."""
    if Page.objects.exists():
        return
    for group, index in ROLES.items():
        people[index].groups.add(Group.objects.get(name=group))
    publisher, author = people
    made: dict[str, Page] = {}
    for number, (path, title, summary, body, in_menu) in enumerate(PAGES):
        above, _slash, slug = path.rpartition("/")
        writer = author if path in DRAFTS else publisher
        text = Text(title=title, summary=summary, body=body.strip())
        page = plant(writer, made.get(above), slug, text, in_menu=in_menu, position=number + 1)
        made[path] = page
        if path not in DRAFTS:
            publish(page, 1)
    correct(made["mill"], publisher, "A workshop, a garden and a museum at the river.")
    publish(made["mill"], 2)
    correct(made["mill/hours"], author, "When the door is open, and when the garden is.")
    correct(made["repair/radios"], author, "Old ones, with valves that glow.")
    correct(made["winter"], author, "Shorter days, warmer rooms, more tea.")
    coming = timezone.now() + timedelta(days=7)
    schedule(made["winter"], 2, coming, coming + timedelta(days=90))
    # The old address leads to the new one.
    move(made["join"], None, "join-in")


def correct(page: Page, writer: User, summary: str) -> None:
    """Write a second revision of a page."""
    first = page.revisions.get(number=1)
    text = Text(title=first.title, summary=first.summary, body=first.body)
    write(page, writer, replace(text, summary=summary, note="A better summary"), based_on=1)
