"""Where a file gets the record of an edit: in its XMP, or beside it where that is broken or full."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Final

from ..edit_record import EditRecord
from ..photo import FileFormat
from .formats import TRAITS
from .jpeg.segments import MAX_PAYLOAD, XMP
from .metadata.edit_xmp import (
    as_note,
    as_parameters,
    is_ours,
    with_record,
    with_source_type,
    with_source_type_replaced,
    without_record,
    without_source_type,
)
from .metadata.identity import without_instance_id
from .metadata.xmp import BrokenXmp, as_utf8, with_less_padding
from .parcel import Blocks, Parcel

_MAX_JPEG_XMP: Final = MAX_PAYLOAD - len(XMP)


def parcel_with_record(
    parcel: Parcel, record: EditRecord, file_format: FileFormat, *, placeless: bool = False
) -> Parcel:
    """With the record in XMP, or in a note where XMP is broken or would outgrow its segment; with no earlier one.

    What XMP says the picture is made of is true in any case. HEIC and AVIF have no place for a note, so there a broken
    packet gives way.

    Args:
        placeless: the place was taken out, so that the file is another one than with it.
    """
    quality = parcel.quality if parcel.coded is None and TRAITS[file_format].lossy else None
    form = f"{file_format} {quality}{' placeless' if placeless else ''}"
    blocks: Blocks = tuple(block for block in parcel.blocks if not is_ours(block))
    if file_format == "PNG":
        blocks = (as_parameters(record, blocks), *blocks)
    if file_format == "JPEG" and parcel.xmp is not None:  # what is in UTF-16 takes half the room in UTF-8
        parcel = replace(parcel, xmp=as_utf8(parcel.xmp))
    room = _MAX_JPEG_XMP if file_format == "JPEG" else sys.maxsize
    broken = False
    try:
        xmp = with_less_padding(with_record(parcel.xmp, record, form), room)
        if len(xmp) <= room:
            return replace(parcel, xmp=xmp, blocks=blocks)
    except BrokenXmp:
        broken = True
        if not TRAITS[file_format].note:
            return replace(parcel, xmp=with_record(None, record), blocks=blocks)
    beside = None if parcel.xmp is None else _xmp_beside_note(parcel.xmp, record, form, room, broken=broken)
    return replace(parcel, xmp=beside, blocks=(as_note(record, file_format), *blocks))


def _xmp_beside_note(xmp: bytes, record: EditRecord, form: str, room: int, *, broken: bool) -> bytes:
    """The packet beside a note: with the source type, or at least with no other; the shortest where none fits."""
    if broken:
        candidates = [with_source_type_replaced(xmp, record.source_type), with_source_type_replaced(xmp, "")]
    else:
        bare = without_instance_id(without_record(xmp))
        candidates = [with_source_type(xmp, record, form, line=line) for line in (True, False)]
        candidates += [with_source_type_replaced(bare, record.source_type), without_source_type(bare)]
    fitting = [with_less_padding(packet, room) for packet in candidates]
    return next((packet for packet in fitting if len(packet) <= room), fitting[-1])
