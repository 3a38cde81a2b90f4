"""What the samples of a PNG mean where it has no profile: numbers of ITU-T H.273, or gamma and primaries.

W3C, "Portable Network Graphics (PNG) Specification (Third Edition)", 4.3 and 11.3.2; closeness to sRGB as in libpng.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import TypeAlias

from ..isobmff import Nclx
from ..parcel import Blocks, Parcel, u32

_Chunks: TypeAlias = Sequence[tuple[str, bytes]]
SRGB_PRIMARIES, _SRGB_TRANSFERS = (1, 2, 5, 6), (1, 2, 6, 13)
"""Numbers of ITU-T H.273, of primaries and of transfers, that mean sRGB's, near it, or none given."""
_SRGB_GAMMA, _GAMMA_TOLERANCE = 45_455, 2_273
_SRGB_CHROMATICITIES, _CHROMATICITY_TOLERANCE = (31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000), 1_000
"""sRGB's chromaticities in 100,000ths (x and y of white, red, green and blue), and by how much others may differ."""


def is_far_from_srgb(nclx: Nclx) -> bool:
    """Whether a picture looks wrong where these code points are not heeded."""
    return nclx[0] not in SRGB_PRIMARIES or nclx[1] not in _SRGB_TRANSFERS


def nclx_of(chunks: _Chunks) -> Nclx | None:
    """The code points of a cICP chunk as `nclx` has them; the matrix coefficients of RGB are always 0."""
    cicp = _first_payload(chunks, "cICP", 4)
    return None if cicp is None else (cicp[0], cicp[1], 0, cicp[3] & 1)


def has_own_gamma(chunks: _Chunks, *, grey: bool) -> bool:
    """Whether chunks without cICP or profile tell a gamma or, for colours, primaries that are not sRGB's."""
    return gamma_and_primaries(chunks, grey=grey) is not None


def gamma_and_primaries(chunks: _Chunks, *, grey: bool) -> tuple[float | None, tuple[float, ...] | None] | None:
    """Gamma, and x and y of white, red, green and blue, that are not sRGB's; None for those that nothing is said of,
    and None in all where both are, or the samples are said to be sRGB."""
    if any(name == "sRGB" for name, _ in chunks):
        return None
    gamma, primaries = _first_payload(chunks, "gAMA", 4), None if grey else _first_payload(chunks, "cHRM", 32)
    level = 0 if gamma is None else u32(gamma, 0)
    chromaticities = _SRGB_CHROMATICITIES if primaries is None else struct.unpack(">8I", primaries)
    far = any(abs(a - b) > _CHROMATICITY_TOLERANCE for a, b in zip(chromaticities, _SRGB_CHROMATICITIES, strict=True))
    if not far and (not level or abs(level - _SRGB_GAMMA) <= _GAMMA_TOLERANCE):
        return None
    return level / 100_000 if level else None, tuple(part / 100_000 for part in chromaticities) if far else None


def cicp_chunk(parcel: Parcel) -> Blocks:
    """A cICP chunk with the code points of another format's `nclx`, for RGB of full range; none where sRGB will do."""
    nclx = parcel.encoding.nclx
    if nclx is None or parcel.icc is not None or not is_far_from_srgb(nclx):
        return ()
    return (("cICP", bytes([*nclx[:2], 0, 1])),)


def _first_payload(chunks: _Chunks, name: str, length: int) -> bytes | None:
    """The data of the first chunk of that type and length."""
    return next((payload for chunk_name, payload in chunks if chunk_name == name and len(payload) == length), None)
