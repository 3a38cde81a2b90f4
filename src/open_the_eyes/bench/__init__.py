"""A benchmark anyone can run and believe: how fast, how much memory, how good, against what.

>>> from open_the_eyes.bench import Plan, run
>>> found = run(Plan(quick=True))  # doctest: +SKIP
>>> found.report.to_json()  # doctest: +SKIP

`paint_blink(pixels, landmarks)` closes the eyes of an open-eyed portrait, so that pairs with a known truth can be made
of any of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..demo.blink import paint_blink
    from .figures import BenchReport, Figure
    from .plan import Plan
    from .run import run

_HOME = {
    "BenchReport": ".figures",
    "Figure": ".figures",
    "Plan": ".plan",
    "paint_blink": "..demo.blink",
    "run": ".run",
}

__all__ = ["BenchReport", "Figure", "Plan", "paint_blink", "run"]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
