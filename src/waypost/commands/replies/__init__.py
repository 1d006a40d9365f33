"""What commands answer with: the values of their JSON replies, the schema of those, and the words for people.

Others use ``Reply`` and its helpers from ``reply``, the values in ``fields``, ``schema_of`` from ``schema``, and
what an update says from ``updates``.
"""
