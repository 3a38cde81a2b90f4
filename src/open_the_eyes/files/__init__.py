"""Bytes <-> `Photo`: the only room that knows file formats.

`jpeg`, `png`, `webp`, `tiff`, `heif` and `avif` each take a file apart into pixels and blocks, and put it together
again. The foreign decoders behind them (Pillow, simplejpeg) see pixels only, the foreign encoder writes pixels only;
every other byte of a file is carried round them. HEIC and AVIF are the exception: their libraries read and write the
whole file.
"""

from ..edit_record import EditRecord
from .colour.space import AROUND_FACE, AROUND_PERSON, excerpt, for_screen, in_srgb, taken_back
from .credentials import Credentials, is_as_signed
from .credentials.manifest import signed_itself
from .gps.removal import may_tell_place, without_gps
from .in_memory import PillowImage, is_image, photo_from
from .made_here import made_here
from .metadata.edit_xmp import read_record
from .metadata.exif import taken_at
from .metadata.source_type import is_painted, type_of_composite
from .reading import digest_of, read, size_of
from .sniff import HEAD_BYTES
from .whole_file import check_free
from .writing import SUFFIXES, encoded, encoded_with_report, format_asked, format_for, suffix_for, true_suffix, write

__all__ = [
    "AROUND_FACE",
    "AROUND_PERSON",
    "HEAD_BYTES",
    "SUFFIXES",
    "Credentials",
    "EditRecord",
    "PillowImage",
    "check_free",
    "digest_of",
    "encoded",
    "encoded_with_report",
    "excerpt",
    "for_screen",
    "format_asked",
    "format_for",
    "in_srgb",
    "is_as_signed",
    "is_image",
    "is_painted",
    "made_here",
    "may_tell_place",
    "photo_from",
    "read",
    "read_record",
    "signed_itself",
    "size_of",
    "suffix_for",
    "taken_at",
    "taken_back",
    "true_suffix",
    "type_of_composite",
    "without_gps",
    "write",
]
