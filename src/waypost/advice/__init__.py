"""Which framework fits, and why: pure values and sums.

Others use ``recommend``, ``interim_advice`` and ``next_question`` from ``recommend``, the values in ``model``, and the
advice as text or drawing from ``text`` and ``drawing``.
"""
