"""What public projects use, beside what the documents say: never part of the advice's points.

Others use ``compare`` from ``comparison``, and the comparison as text or as fields from ``text``.
"""
