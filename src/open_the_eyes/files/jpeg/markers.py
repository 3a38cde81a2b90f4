"""The codes of a JPEG's markers: ITU-T T.81 table B.1, each without the 0xFF that stands before it."""

from __future__ import annotations

from typing import Final

TEM: Final = 0x01
SOF0, SOF1, SOF2 = 0xC0, 0xC1, 0xC2
LOSSLESS: Final = (0xC3, 0xC7, 0xCB, 0xCF)
"""Markers of lossless JPEG: SOF3 and its kin, differential and arithmetic."""
JPEG_LS: Final = 0xF7
"""Marker of JPEG-LS: SOF55 of ITU-T T.87."""
DHT: Final = 0xC4
RST0: Final = 0xD0
"""First of eight restart markers that follow one another, 0xD0..0xD7."""
SOI: Final = 0xD8
EOI: Final = 0xD9
SOS: Final = 0xDA
DQT: Final = 0xDB
DRI: Final = 0xDD
APP0, APP1, APP2, APP14, APP15 = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
COM: Final = 0xFE
