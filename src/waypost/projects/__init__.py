"""A project on disk: planning it, making it, finding it, where it stands, and the record of its decision.

Others use ``plan_of`` from ``planning``, ``create`` from ``creation``, ``check`` from ``standing``, and the modules
``project`` and ``decision_record``.
"""
