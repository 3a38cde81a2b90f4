"""What a file is that is no photo for us, and what to do about it: the same words for its bytes and its name."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

RAW: Final = "a camera raw file"
FILM: Final = "a film"
PDF: Final = "a PDF"
GIF: Final = "a GIF"
BMP: Final = "a BMP"
PHOTOSHOP: Final = "a Photoshop document"
JPEG_XL: Final = "a JPEG XL"
JPEG_2000: Final = "a JPEG 2000"

DEVELOP: Final = "develop {} to JPEG or TIFF first"
"""What to do about a photo of the kind `RAW`; the gap is for "it" or "them"."""

_ENDINGS: Final = {
    RAW: "3fr arw cr2 cr3 crw dcr dng erf fff gpr iiq kdc mef mos mrw nef nrw orf pef raf raw rw2 rwl sr2 srf srw x3f",
    FILM: "3gp avi m2ts m4v mkv mov mp4 mpeg mpg mts webm wmv",
    PDF: "pdf",
    GIF: "gif",
    BMP: "bmp",
    PHOTOSHOP: "psb psd",
    JPEG_XL: "jxl",
    JPEG_2000: "j2k jp2",
}
_BY_ENDING: Final = {f".{ending}": kind for kind, endings in _ENDINGS.items() for ending in endings.split()}


def kind_by_name(name: str) -> str:
    """ "a camera raw file" for IMG_1.CR2; "" for names that tell of nothing here."""
    return _BY_ENDING.get(PurePath(name).suffix.lower(), "")


def what_to_do(kind: str) -> str:
    """About one file of a kind that was given as a photo."""
    return DEVELOP.format("it") if kind == RAW else "convert it to one of those first"
