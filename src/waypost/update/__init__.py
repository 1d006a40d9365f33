"""A project months later: what a newer template or other answers change in it.

Others use ``plan``, ``plan_regeneration`` and ``apply_update`` from ``plan``, and ``rehearse`` from ``rehearsal``.
"""
