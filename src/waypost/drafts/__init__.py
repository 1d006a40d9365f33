"""Answers that may still be wrong, with everything there is to say about them: for pages and programs that go along.

Others use ``Draft`` and ``draft_of`` from ``draft``, and ``hints_of`` from ``hints``.
"""
