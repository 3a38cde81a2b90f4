"""What of an upload cannot be used: by what its files say, before any is decoded; then by decoding them one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ... import files
from ...errors import OpenTheEyesError, PhotoTooLarge
from ...settings import Settings

WORTH: Final = 2
"""Photos of the largest size whose pixels a request may have in all: who sends many of a few bytes each, which say that
they are huge, would keep all others waiting while they are decoded and searched."""


def refused(photos: Sequence[bytes], settings: Settings, *, leave_out: bool = False) -> dict[int, OpenTheEyesError]:
    """Of a photo (0) and its references (1, 2, ...), those that are left out, and why; none is decoded.

    Args:
        leave_out: those that cannot be used do not refuse the whole, while there is one that can.

    Raises:
        UnreadablePhoto, PhotoTooLarge: one cannot be used that is not to be left out; the photo, where none can.
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
            if not leave_out:
                raise _headed(error, number) from error
            out[number] = error
    if len(out) == len(photos):
        raise out[0]
    return out


def check_readable(photos: Sequence[bytes], settings: Settings) -> None:
    """Checks that a photo and its references can be decoded; no two are in memory at a time.

    Raises:
        UnreadablePhoto, PhotoTooLarge: one of them cannot be used.
    """
    for number, data in enumerate(photos):
        try:
            files.read(data, settings)
        except OpenTheEyesError as error:
            raise _headed(error, number) from error


def _headed(error: OpenTheEyesError, number: int) -> OpenTheEyesError:
    """The error with the number of the reference that it is about; the photo has none."""
    return error.headed(f"reference {number}") if number else error
