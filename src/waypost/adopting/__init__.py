"""Projects that Waypost did not make: what they are, which template is nearest, and what of it they lack.

Nothing of such a project is imported or run: its committed files are read, as text. Others use ``material_of``,
``findings_of`` from ``stack``, ``candidates`` from ``nearest``, ``origin_of`` from ``lost`` and ``standings`` from
``proposals``.
"""
