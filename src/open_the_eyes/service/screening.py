"""What of an upload cannot be used: by what its files say, before any is decoded; then by decoding them one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .. import files
from ..errors import OpenTheEyesError, PhotoTooLarge
from ..settings import Settings

WORTH: Final = 2
"""Photos of the largest size whose pixels a request may have in all: who sends many of a few bytes each, which say that
they are huge, would keep all others waiting while they are decoded and searched."""


def refused(photos: Sequence[bytes], settings: Settings, *, leave_out: bool = False) -> dict[int, OpenTheEyesError]:
    """Of a photo and its references (1, 2, ...), those of the latter that are left out, and why; none is decoded.

    Args:
        leave_out: references that cannot be used do not refuse the whole.

    Raises:
        UnreadablePhoto, PhotoTooLarge: the photo cannot be used, or a reference that is not to be left out.
    """
    most = WORTH * settings.max_pixels
    left, out = most, dict[int, OpenTheEyesError]()
    for number, data in enumerate(photos):
        try:
            width, height = files.size_of(data, settings)
            if width * height > left:
                raise PhotoTooLarge(
                    f"expected at most {most:,} pixels in all photos of a request, with this one of {width} x {height} "
                    f"it has {most - left + width * height:,} or more; leave photos out, or make them smaller."
                )
            left -= width * height
        except OpenTheEyesError as error:
            if not number:
                raise
            if not leave_out:
                raise error.headed(f"reference {number}") from error
            out[number] = error
    return out


def check_readable(photos: Sequence[bytes], settings: Settings) -> None:
    """Nothing, when a photo and its references can be decoded; no two are in memory at a time.

    Raises:
        UnreadablePhoto, PhotoTooLarge: one of them cannot be used.
    """
    for number, data in enumerate(photos):
        try:
            files.read(data, settings)
        except OpenTheEyesError as error:
            if not number:
                raise
            raise error.headed(f"reference {number}") from error
