"""The questions in a terminal: rules without a terminal, screens as values, and one dialogue.

Others use ``ask`` from ``dialogue``.
"""
