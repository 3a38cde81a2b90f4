"""A three-component matrix-based ICC profile, made for an RGB space that is known by its primaries and its curve.

ICC.1 version 2: the oldest kind, which every reader takes.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Chromaticities: TypeAlias = "tuple[float, ...]"
"""x and y of white, red, green and blue (CIE 1931)."""
ToneCurve: TypeAlias = "NDArray[np.float64]"
"""Linear light of samples evenly spaced from 0 to 1, as a TRC tag has it: 1 is white."""

_D50: Final = (0.9642, 1.0, 0.8249)
"""XYZ of D50, the white of all profiles, as profiles write it."""
_MAX_COLORANT: Final = 8.0
"""Largest XYZ of a primary, in times white's; primaries that hardly differ give more."""
_BRADFORD: Final = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
"""Matrix of chromatic adaptation: how the eye gets used to another white (Lam 1985; ICC.1, annex E)."""


def matrix_profile(chromaticities: Chromaticities, curve_values: ToneCurve) -> bytes:
    """The profile of a space.

    Raises:
        ValueError: primaries that no picture can be made of.
    """
    curve = (
        b"curv\0\0\0\0" + len(curve_values).to_bytes(4, "big") + bytes(np.round(curve_values * 65_535).astype(">u2"))
    )
    curve += bytes(-len(curve) % 4)
    tags = dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), map(_xyz_tag, _colorants(chromaticities).T), strict=True))
    tags |= {
        b"wtpt": _xyz_tag(np.array(_D50)),
        b"desc": _desc_tag(b"RGB"),
        b"cprt": b"text\0\0\0\0No copyright\0\0\0\0",
    }
    at = 128 + 4 + 12 * (len(tags) + 3)
    table, body = b"", b""
    for name, value in tags.items():
        table += name + (at + len(body)).to_bytes(4, "big") + len(value).to_bytes(4, "big")
        body += value
    for name in (b"rTRC", b"gTRC", b"bTRC"):  # one curve for all three
        table += name + (at + len(body)).to_bytes(4, "big") + len(curve).to_bytes(4, "big")
    count, size = len(tags) + 3, at + len(body) + len(curve)
    profile_header = size.to_bytes(4, "big") + bytes(4) + b"\x02\x40\0\0mntrRGB XYZ "
    profile_header += b"".join(part.to_bytes(2, "big") for part in (2000, 1, 1, 0, 0, 0)) + b"acsp" + bytes(28)
    return profile_header + _s15_fixed16(np.array(_D50)) + bytes(48) + count.to_bytes(4, "big") + table + body + curve


def _colorants(chromaticities: Chromaticities) -> NDArray[np.float64]:
    """(3, 3): XYZ of red, green and blue, a column each, as they look where D50 is white."""
    if min(chromaticities[1::2]) <= 0:
        raise ValueError("expected primaries with some light in them")
    pairs = zip(chromaticities[::2], chromaticities[1::2], strict=True)
    white, *primaries = (np.array([x / y, 1.0, (1 - x - y) / y]) for x, y in pairs)
    mixed = np.stack(primaries, axis=1)
    try:
        own = mixed * np.linalg.solve(mixed, white)
    except np.linalg.LinAlgError as error:
        raise ValueError("expected three primaries, they lie on one line") from error
    with np.errstate(all="ignore"):
        adapted = np.linalg.solve(_BRADFORD, np.diag(_BRADFORD @ _D50 / (_BRADFORD @ white)) @ _BRADFORD @ own)
    if not np.isfinite(adapted).all() or np.abs(adapted).max() > _MAX_COLORANT:
        raise ValueError("expected primaries that make white")
    return np.asarray(adapted)


def _xyz_tag(values: NDArray[np.float64]) -> bytes:
    return b"XYZ \0\0\0\0" + _s15_fixed16(values)


def _s15_fixed16(values: NDArray[np.float64]) -> bytes:
    return bytes(np.round(values * 65_536).astype(">i4"))


def _desc_tag(words: bytes) -> bytes:
    """textDescriptionType of ICC.1 version 2, without the Unicode and ScriptCode texts."""
    return b"desc\0\0\0\0" + (len(words) + 1).to_bytes(4, "big") + (words + b"\0").ljust(len(words) + 1 + 78, b"\0")
