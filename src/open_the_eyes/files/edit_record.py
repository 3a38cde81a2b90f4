"""What an edited file says about its edit, as XMP: by whom the eyes were made, and how to make them again.

IPTC Photo Metadata Standard, "Digital Source Type"; the rest stands in a namespace of its own. `xmp:CreatorTool` is the
camera's or the editor's and is left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from ..photo import FileFormat, Photo
from .png import text_chunk
from .tiff import NOTE_TAG
from .xmp import BrokenXmp, spliced, texts_of

NAMESPACE: Final = "urn:open-the-eyes:xmp:1.0:"
IPTC_EXTENSION: Final = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
SOURCE_TYPE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
NOTE_MARK: Final = b"open-the-eyes edit record: "

_OURS: Final = frozenset(f"{NAMESPACE} {name}" for name in ("Engine", "Mode", "Seed", "Version", "Faces"))
_REPLACED: Final = _OURS | {f"{IPTC_EXTENSION} DigitalSourceType"}
_FACE: Final = re.compile(r"([0-9]{1,6}):([a-z_]{1,40})")
_SEED: Final = re.compile(r"-?[0-9]{1,40}")
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class EditRecord:
    """One edit: `faces` are (id, outcome) as in the report."""

    engine: str
    mode: str
    seed: int
    version: str
    faces: tuple[tuple[int, str], ...]


def with_record(xmp: bytes | None, record: EditRecord) -> bytes:
    """The packet with the record in it, in place of an earlier record and of another digital source type.

    Raises:
        BrokenXmp: the packet cannot be understood; see `as_note`.
    """
    return spliced(xmp, _REPLACED, lambda attributes: _description(record, attributes))


def as_note(record: EditRecord, file_format: FileFormat) -> tuple[str, bytes]:
    """The record as a block beside an XMP packet that is broken or full, which stays byte for byte.

    A comment in JPEG, a text chunk in PNG, a chunk "OTE " in WebP, a private tag in TIFF. Its text is the packet that
    would have been XMP.
    """
    text = NOTE_MARK + with_record(None, record)
    if file_format == "PNG":
        return text_chunk(b"open-the-eyes", text)
    return {"JPEG": "COM", "WEBP": "OTE ", "TIFF": str(NOTE_TAG)}[file_format], text


def is_note(block: tuple[str, bytes]) -> bool:
    return NOTE_MARK in block[1][:100]


def read_record(photo: Photo) -> EditRecord | None:
    """The record in a photo's file, None when it carries none that can be understood."""
    if photo.file is None:
        return None
    packets = [photo.file.xmp] if photo.file.xmp is not None else []
    packets += [block[1].split(NOTE_MARK, 1)[1] for block in photo.file.blocks if is_note(block)]
    return next((record for packet in packets if (record := _record(packet)) is not None), None)


def _record(packet: bytes) -> EditRecord | None:
    try:
        texts = texts_of(packet, _OURS)
    except BrokenXmp:
        return None
    engine, mode, seed, version = (
        next(iter(texts.get(f"{NAMESPACE} {name}", [])), None) for name in ("Engine", "Mode", "Seed", "Version")
    )
    if engine is None or mode is None or version is None or seed is None or not _SEED.fullmatch(seed):
        return None
    faces = [_FACE.fullmatch(text) for text in texts.get(f"{NAMESPACE} Faces", []) if text]
    return EditRecord(engine, mode, int(seed), version, tuple((int(f[1]), f[2]) for f in faces if f is not None))


def _description(record: EditRecord, attributes: str) -> str:
    faces = "".join(f"<rdf:li>{number}:{_text(outcome)}</rdf:li>" for number, outcome in record.faces)
    return (
        f'<rdf:Description {attributes} xmlns:Iptc4xmpExt="{IPTC_EXTENSION}" xmlns:ote="{NAMESPACE}">'
        f"<Iptc4xmpExt:DigitalSourceType>{SOURCE_TYPE}</Iptc4xmpExt:DigitalSourceType>"
        f"<ote:Engine>{_text(record.engine)}</ote:Engine>"
        f"<ote:Mode>{_text(record.mode)}</ote:Mode>"
        f"<ote:Seed>{record.seed}</ote:Seed>"
        f"<ote:Version>{_text(record.version)}</ote:Version>"
        f"<ote:Faces><rdf:Seq>{faces}</rdf:Seq></ote:Faces>"
        "</rdf:Description>"
    )


def _text(value: str) -> str:
    return escape(_NOT_XML.sub("", value))
