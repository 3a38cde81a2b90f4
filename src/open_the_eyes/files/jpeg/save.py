"""Pillow's JPEG encoder with room enough.

A progressive file, or one with Huffman tables of its own, has to fit into one buffer. Pillow's holds one or two bytes a
pixel, and grain in the highest quality takes more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from threading import Lock
from typing import Any, Final

from PIL import Image, ImageFile

_MAX_BYTES_A_SAMPLE: Final = 2
"""Most bytes that a sample takes: black and white noise takes 1.2 at quantisation steps of 1."""
_BUFFER_LOCK: Final = Lock()


def saved_jpeg(picture: Image.Image, **options: Any) -> bytes:
    """The file that Pillow makes of a picture with these options."""
    out = BytesIO()
    if not (options.get("progressive") or options.get("optimize")):
        picture.save(out, "JPEG", **options)
        return out.getvalue()
    with _large_buffer(picture):
        picture.save(out, "JPEG", **options)
    return out.getvalue()


@contextmanager
def _large_buffer(picture: Image.Image) -> Iterator[None]:
    """The size of Pillow's buffers is one for all threads; nothing that others save meanwhile may depend on it."""
    needed = _MAX_BYTES_A_SAMPLE * picture.width * picture.height * len(picture.getbands())
    with _BUFFER_LOCK:
        before = ImageFile.MAXBLOCK
        ImageFile.MAXBLOCK = max(before, needed)
        try:
            yield
        finally:
            ImageFile.MAXBLOCK = before
