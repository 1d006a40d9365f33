"""Runs a function of a test module in a fresh Python: it has no threads, as the command has none, and may fork or die.

A process of pytest-xdist has threads, and Python 3.15 refuses to fork such a process where warnings are errors.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

from support.sources import ROOT

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def alone(
    function: Callable[_Arguments, _Result], /, *arguments: _Arguments.args, **named: _Arguments.kwargs
) -> _Result:
    """What the function returns or raises there; raises ``BrokenProcessPool`` where it ends the process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_prepare) as pool:
        return pool.submit(function, *arguments, **named).result()


def _prepare() -> None:
    """Find the modules by the names that pytest gives them, and let no warning pass."""
    sys.path.append(str(ROOT))
    warnings.simplefilter("error")
