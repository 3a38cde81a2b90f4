"""ICC profiles of RGB spaces, as editors and cameras embed them (ICC.1 version 2, matrix and gamma)."""

from __future__ import annotations

from typing import Final

Xyz = tuple[float, float, float]

_D50: Final[Xyz] = (0.96420, 1.0, 0.82491)


def profile(red: Xyz, green: Xyz, blue: Xyz, gamma: float) -> bytes:
    """A space of these primaries, adapted to D50."""
    curve = b"curv\0\0\0\0" + (1).to_bytes(4, "big") + round(gamma * 256).to_bytes(2, "big") + b"\0\0"
    tags = {b"wtpt": _xyz(_D50), b"rXYZ": _xyz(red), b"gXYZ": _xyz(green), b"bXYZ": _xyz(blue)}
    tags |= {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    table, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        table += name + (at + len(body)).to_bytes(4, "big") + len(value).to_bytes(4, "big")
        body += value
    size = at + len(body)
    header = size.to_bytes(4, "big") + bytes(4) + b"\x02\x40\0\0mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28)
    return header + _fixed(_D50) + bytes(48) + len(tags).to_bytes(4, "big") + table + body


def _fixed(values: Xyz) -> bytes:
    return b"".join(round(value * 65_536).to_bytes(4, "big", signed=True) for value in values)


def _xyz(values: Xyz) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(values)


_SRGB: Final = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))

NEARLY_SRGB: Final = profile(*_SRGB, 2.2)
"""Its primaries (IEC 61966-2-1) with a plain gamma."""
LINEAR: Final = profile(*_SRGB, 1.0)
DISPLAY_P3: Final = profile((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407), 2.2)
"""SMPTE EG 432-1."""
ADOBE_RGB: Final = profile((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457), 2.2)
PROPHOTO: Final = profile((0.79767, 0.28804, 0.0), (0.13519, 0.71188, 0.0), (0.03134, 0.00009, 0.82491), 1.8)
"""ISO 22028-2, ROMM RGB."""
