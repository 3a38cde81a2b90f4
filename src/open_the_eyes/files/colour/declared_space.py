"""The RGB space that a file tells without a profile: by numbers of ITU-T H.273, by a PNG's gamma and primaries, or by a
camera's word for Adobe RGB.

Of pictures for bright screens (PQ, HLG) it is the part up to white: what is brighter passes for white.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from ...photo import FileFacts
from ..isobmff import Nclx
from ..metadata.exif import is_adobe_rgb
from ..png.colours import SRGB_PRIMARIES, gamma_and_primaries
from .matrix_profile import Chromaticities, ToneCurve, matrix_profile

_CURVE_POINTS: Final = 4 * 255 + 1
"""Points of a curve, the 256 levels among them."""
_D65: Final = (0.3127, 0.3290)
_SRGB: Final = (*_D65, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
_PRIMARIES: Final[dict[int, Chromaticities]] = {
    **dict.fromkeys(SRGB_PRIMARIES, _SRGB),
    9: (*_D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),  # BT.2020
    11: (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),  # P3 of cinemas
    12: (*_D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),  # Display P3
}
"""Chromaticities of the primaries that photos are stored in; H.273 has more, of old television sets."""
_ADOBE_RGB: Final = (256 / 563, (*_D65, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06))
"""Gamma and chromaticities of Adobe RGB (Adobe RGB (1998) Color Image Encoding, 4.3)."""


def _srgb(signal: ToneCurve) -> ToneCurve:
    """IEC 61966-2-1."""
    return np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)


def _pq(signal: ToneCurve) -> ToneCurve:
    """SMPTE ST 2084: up to 10,000 candelas a square metre, of which white has 203 (ITU-R BT.2408)."""
    root = signal ** (32 / 2523)
    light = (np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (8192 / 1305)
    return np.asarray(10_000 / 203 * light)


def _hlg(signal: ToneCurve) -> ToneCurve:
    """ITU-R BT.2100 on a screen of 1,000 candelas, each colour by itself; white is 0.75 (BT.2408)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    return 1000 / 203 * scene**1.2


_SRGB_LIKE_TRANSFERS: Final = (1, 2, 6, 7, 11, 12, 13, 14, 15)
"""Transfer curves of television that are taken for sRGB's, as whoever shows photos does: they are made to look like
it."""
_TRANSFER_CURVES: Final[dict[int, Callable[[ToneCurve], ToneCurve]]] = {
    **dict.fromkeys(_SRGB_LIKE_TRANSFERS, _srgb),
    4: lambda signal: signal**2.2,
    5: lambda signal: signal**2.8,
    8: lambda signal: signal,
    16: _pq,
    18: _hlg,
}
_GAMMA_RANGE: Final = (0.2, 5.0)
"""Least and largest gamma that is believed: others are slips of the pen."""


@dataclass(frozen=True, slots=True)
class DeclaredSpace:
    """An RGB space that a file declares without a profile: a profile made for it, and the level that stands for white,
    which is 255 but in pictures for bright screens."""

    profile: bytes
    white: int = 255


def declared_by(facts: FileFacts) -> DeclaredSpace | None:
    """What the file tells without a profile, if it tells anything that is understood."""
    nclx = facts.encoding.nclx
    if nclx is not None:
        return None if facts.format == "PNG" and not nclx[3] else _from_nclx(nclx)
    found = gamma_and_primaries(facts.blocks, grey=facts.mode in ("1", "L", "LA")) if facts.format == "PNG" else None
    if found is None and is_adobe_rgb(facts.exif):
        return _from_gamma(*_ADOBE_RGB)
    return None if found is None else _from_gamma(*found)


def overrides_profile(facts: FileFacts) -> bool:
    """Whether the numbers count where there is a profile beside them: those of a PNG (4.3), and of nothing else."""
    return facts.format == "PNG" and facts.encoding.nclx is not None


@lru_cache(maxsize=16)
def _from_nclx(nclx: Nclx) -> DeclaredSpace | None:
    primaries, curve = _PRIMARIES.get(nclx[0]), _TRANSFER_CURVES.get(nclx[1])
    if primaries is None or curve is None:
        return None
    light = curve(np.linspace(0, 1, 256, dtype=np.float64))
    white = int(np.argmax(light >= 1 - 1e-3)) if light[-1] > 1 else 255
    part = curve(np.linspace(0, white / 255, _CURVE_POINTS, dtype=np.float64))
    return DeclaredSpace(matrix_profile(primaries, np.clip(part / part[-1], 0, 1)), white)


@lru_cache(maxsize=16)
def _from_gamma(gamma: float | None, primaries: Chromaticities | None) -> DeclaredSpace | None:
    """`gamma` as PNG has it, of samples from light."""
    if gamma is not None and not _GAMMA_RANGE[0] <= 1 / gamma <= _GAMMA_RANGE[1]:
        return None
    steps = np.linspace(0, 1, _CURVE_POINTS, dtype=np.float64)
    try:
        return DeclaredSpace(
            matrix_profile(primaries or _SRGB, _srgb(steps) if gamma is None else steps ** (1 / gamma))
        )
    except ValueError:
        return None
