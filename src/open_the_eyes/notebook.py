"""What notebooks show of photos and results: small pictures, in their colours, beside a few lines of text."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from html import escape
from io import BytesIO
from typing import Final

import cv2
import numpy as np
from PIL import Image

from .imaging.arrays import Rgb

LARGEST: Final = 800
"""Longer side of a picture in a notebook, pixels: what a page has room for."""


def png(pixels: Rgb, icc: bytes | None) -> bytes:
    """(H, W, 3) in the space of a profile -> the bytes of a PNG, no larger than `LARGEST`, with that profile."""
    height, width = pixels.shape[:2]
    scale = LARGEST / max(height, width)
    if scale < 1:
        size_wh = max(1, round(width * scale)), max(1, round(height * scale))
        pixels = np.asarray(cv2.resize(pixels, size_wh, interpolation=cv2.INTER_AREA), np.uint8)
    told = icc if icc is not None and icc[16:20] == b"RGB " else None
    out = BytesIO()
    Image.fromarray(pixels).save(out, "PNG", icc_profile=told, compress_level=1)  # the quickest: it is shown once
    return out.getvalue()


def html(pngs: Mapping[str, bytes], lines: Iterable[str]) -> str:
    """Pictures side by side, each under its title, and lines below; their texts are shown as they are."""
    figures = "".join(
        f'<figure style="margin: 0 1em 0 0"><figcaption>{escape(title)}</figcaption>'
        f'<img alt="{escape(title)}" style="max-width: 100%" src="data:image/png;base64,{b64encode(data).decode()}">'
        "</figure>"
        for title, data in pngs.items()
    )
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<div style="display: flex">{figures}</div><ul>{items}</ul>'
