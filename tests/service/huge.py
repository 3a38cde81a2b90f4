"""A photo that is all promise."""

from __future__ import annotations

import struct


def huge(side: int = 10_000) -> bytes:
    """A WebP that says it is so wide and high, and has no pixels: whoever decodes it is told that it is damaged."""
    bits = (side - 1) | (side - 1) << 14
    stream = b"\x2f" + struct.pack("<I", bits) + b"\0"
    body = b"WEBPVP8L" + struct.pack("<I", len(stream)) + stream
    return b"RIFF" + struct.pack("<I", len(body)) + body
