"""The catalogue of questions, and answers to it.

Others use ``load_catalogue`` from ``catalogue`` and the readers of answers: ``file``, ``answers`` and ``record``.
"""
