"""Ramps, with corners and without."""

from __future__ import annotations

from typing import Any, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

Real = TypeVar("Real", np.float32, np.float64)


def unit_smoothstep(t: NDArray[Real]) -> NDArray[Real]:
    """0 below 0, 1 above 1, smooth between; in the precision that came."""
    t = np.clip(t, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), t.dtype)


@overload
def smoothstep(value: float, low: float, high: float) -> float: ...


@overload
def smoothstep(value: NDArray[np.float32], low: float, high: float) -> NDArray[np.float32]: ...


def smoothstep(value: Any, low: float, high: float) -> Any:
    """0 up to `low`, 1 from `high` on, smooth between; falls where `high` is the lower one."""
    values: NDArray[np.float32] = value if isinstance(value, np.ndarray) else np.array([value], np.float32)
    share = np.asarray(unit_smoothstep((values - low) / (high - low)), np.float32)
    return share if isinstance(value, np.ndarray) else float(share[0])


@overload
def ramp(value: float, low: float, high: float) -> float: ...


@overload
def ramp(value: NDArray[np.float32], low: float, high: float) -> NDArray[np.float32]: ...


def ramp(value: Any, low: float, high: float) -> Any:
    """0 up to `low`, 1 from `high` on, straight between; falls where `high` is the lower one."""
    share = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(share, np.float32) if isinstance(value, np.ndarray) else float(share)
