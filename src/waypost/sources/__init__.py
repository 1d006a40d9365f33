"""Where templates come from, and what they render to.

Others use ``source_at`` and ``newer_than`` from ``source``, ``embedded`` from ``embedded``, and ``rendering``.
"""
