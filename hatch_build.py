"""Puts the template source into the wheel, and only there: an editable install reads it from the checkout."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class TemplateSource(BuildHookInterface[Any]):
    """Adds ``copier.yml`` and ``templates/`` to the wheel as ``waypost/_source``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Extend ``build_data`` unless the build is an editable one, whose copy would grow stale."""
        if version == "standard":
            build_data["force_include"] |= {
                "copier.yml": "waypost/_source/copier.yml",
                "templates": "waypost/_source/templates",
            }
