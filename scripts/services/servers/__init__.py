"""The servers that tests use: each module in this folder defines one."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from services.server import Server

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

SERVERS: tuple[type[Server], ...] = tuple(sorted(Server.__subclasses__(), key=lambda kind: kind.name))
