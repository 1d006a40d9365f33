"""Waypost: advice between Flask and Django, and the starter project that follows from it.

For Python callers, without a terminal; answers have the keys and values of ``waypost answers init``:

    from waypost import create, plan_update, recommend

    recommend({"kind": "cms", "admin": "multi-role"}).template  # "django-full"
    create("shop", {"kind": "ecommerce", "project_name": "My Shop"})
    plan = plan_update("shop", {"jobs": "celery"})  # touches nothing; apply_update(plan) does

Whatever the user can act on is raised as a ``waypost.errors.WaypostError`` with message and hint.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from waypost.advice.recommend import recommend as recommend
    from waypost.commands.new import create as create
    from waypost.projects.standing import check as check
    from waypost.update.plan import apply_update as apply_update
    from waypost.update.plan import plan_update as plan_update

__all__ = ["apply_update", "check", "create", "plan_update", "recommend"]

_HOMES = {
    "apply_update": "waypost.update.plan",
    "check": "waypost.projects.standing",
    "create": "waypost.commands.new",
    "plan_update": "waypost.update.plan",
    "recommend": "waypost.advice.recommend",
}


def __getattr__(name: str) -> Any:
    """Import what is offered here when it is first used: ``import waypost`` stays cheap."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """``waypost.recommend`` is the function, even after Python has imported the module of that name."""

    def __setattr__(self, name: str, value: Any) -> None:
        is_module_of_that_name = name in _HOMES and isinstance(value, ModuleType)
        super().__setattr__(name, getattr(value, name) if is_module_of_that_name else value)


sys.modules[__name__].__class__ = _Package
