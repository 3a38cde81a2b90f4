"""An `EditRecord` as XMP in the edited file: by whom the eyes were made, and how to make them again.

IPTC Photo Metadata Standard, "Digital Source Type"; the rest stands in a namespace of its own. `xmp:CreatorTool` is the
camera's or the editor's and is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Final

from ...edit_record import (
    MAX_EARLIER,
    MAX_EARLIER_OPTIONS,
    MAX_ENGINE,
    MAX_OPENED,
    NO_CAPTURES,
    PAINTED,
    PHOTOGRAPHED,
    EarlierEdit,
    EditRecord,
    strict_json,
)
from ...photo import FileFormat, Photo
from ..parcel import Blocks
from ..png import TEXT_CHUNKS
from ..tiff import RECORD_TAG
from .identity import HISTORY, INSTANCE, identity_after
from .xmp import BrokenXmp, as_utf8, property_values, with_properties, without_properties

NAMESPACE: Final = "urn:open-the-eyes:xmp:1.0:"
IPTC_EXTENSION: Final = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
NOTE_MARK: Final = b"open-the-eyes edit record: "

_NAMES: Final = (
    "Engine", "Mode", "Seed", "Version", "Faces", "Options", "Variation", "Input", "References", "Earlier",
    "Processor", "Libraries", "Program", "EarlierFrom",
)  # fmt: skip
_OURS: Final = frozenset(f"{NAMESPACE} {name}" for name in _NAMES)
_SOURCE_TYPE: Final = f"{IPTC_EXTENSION} DigitalSourceType"
_SOURCE_TYPE_URI: Final = re.compile(rb"https?://cv\.iptc\.org/newscodes/digitalsourcetype/[A-Za-z]*")
_REPLACED: Final = _OURS | {_SOURCE_TYPE, "http://ns.adobe.com/xap/1.0/ Thumbnails"}
_FACE: Final = re.compile(r"([0-9]{1,6}):([a-z_]{1,40})")
_EARLIER: Final = re.compile(rf"(.{{1,{MAX_ENGINE}}}): ?((?:[0-9]{{1,6}}(?:,[0-9]{{1,6}}){{0,{MAX_OPENED - 1}}})?)")
_EARLIER_FROM: Final = re.compile(rf"([0-9a-f]{{64}}|-) (.{{1,{MAX_EARLIER_OPTIONS}}})")
"""File and options of an earlier edit. They stand in a list of their own, so that whoever knows only the list of edits
still understands it."""
_SEED: Final = re.compile(r"-?[0-9]{1,40}")
_PARAMETERS: Final = b"parameters\0"
_POSTPROCESSING: Final = b"postprocessing\0"
"""Where tools of image generators note what was done to a picture that has its generator's parameters."""
_OUR_VERSION: Final = "Version: open-the-eyes "
_COUNT: Final = re.compile(r"[1-9][0-9]{0,3}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_MAX_OPTIONS: Final = 8000
_MAX_TEXT: Final = 500
"""Longest text that is read about processor and libraries, characters."""
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def with_record(xmp: bytes | None, record: EditRecord, form: str = "") -> bytes:
    """The packet with the record in it, in place of an earlier record and of another digital source type, and named
    for the new state where it had a name (`identity_after`); without small pictures, for they show the old eyes.

    Raises:
        BrokenXmp: the packet cannot be understood; see `as_note`.
    """
    state = identity_after(xmp, record, form)
    return with_properties(
        xmp,
        _REPLACED,
        lambda attributes: _description_xml(record, attributes, state.instance),
        top_level=frozenset({INSTANCE}),
        items={HISTORY: state.event},
    )


def with_source_type(xmp: bytes | None, record: EditRecord, form: str = "", *, line: bool = True) -> bytes:
    """The packet with the digital source type and the new state's name alone, which take fewer bytes than a record.

    Args:
        line: with the new state's line in the history, too.

    Raises:
        BrokenXmp: the packet cannot be understood.
    """
    state = identity_after(xmp, record, form)
    return with_properties(
        xmp,
        _REPLACED,
        lambda attributes: _source_type_xml(record, attributes, state.instance),
        top_level=frozenset({INSTANCE}),
        items={HISTORY: state.event} if line else {},
    )


def without_record(xmp: bytes) -> bytes:
    """The packet without a record of ours.

    Raises:
        BrokenXmp: the packet cannot be understood.
    """
    return without_properties(xmp, _OURS.__contains__)


def without_source_type(xmp: bytes) -> bytes:
    """The packet without what it says the picture is made of.

    Raises:
        BrokenXmp: the packet cannot be understood.
    """
    return without_properties(xmp, _SOURCE_TYPE.__eq__)


def with_source_type_replaced(xmp: bytes, source_type: str) -> bytes:
    """A packet, broken or not, with one word, or none, in place of whatever it says the picture is made of; as it is
    where it says nothing."""
    packet = as_utf8(xmp)
    said = _SOURCE_TYPE_URI.sub(source_type.encode(), packet)
    return xmp if said == packet else said


def takes_record(xmp: bytes) -> bool:
    """Whether a record can be laid into the packet."""
    try:
        with_properties(xmp, _REPLACED, lambda _: "")
    except BrokenXmp:
        return False
    return True


def tells_source_type(xmp: bytes) -> bool:
    """Whether the packet says what the picture is made of."""
    try:
        return bool(property_values(xmp, frozenset({_SOURCE_TYPE})))
    except BrokenXmp:
        return False


def as_note(record: EditRecord, file_format: FileFormat) -> tuple[str, bytes]:
    """The record as a block beside an XMP packet that is broken or full.

    A comment in JPEG, a text chunk in PNG, a chunk "OTE " in WebP, a private tag in TIFF; HEIC and AVIF have no place
    for one. Its text is the packet that would have been XMP.
    """
    text = NOTE_MARK + with_record(None, record)
    if file_format == "PNG":
        return "iTXt", b"open-the-eyes\0\0\0\0\0" + text
    return {"JPEG": "COM", "WEBP": "OTE ", "TIFF": str(RECORD_TAG)}[file_format], text


def is_note(block: tuple[str, bytes]) -> bool:
    return NOTE_MARK in block[1][:100]


def as_parameters(record: EditRecord, others: Blocks) -> tuple[str, bytes]:
    """The record as the text chunk of a PNG in which image generators note their settings, and their tools look; beside
    a generator's own, which stay as they are, as what was done to its picture."""
    settings = (
        f"Seed: {record.seed}, Sampler: {record.engine}, Mode: {record.mode}, Variation: {record.variation}, "
        f"{_OUR_VERSION}{record.version}"
    )
    text = f"closed eyes opened\n{settings}".encode("latin-1", "replace").replace(b"\0", b"")
    generated = any(name in TEXT_CHUNKS and payload.startswith(_PARAMETERS) for name, payload in others)
    return "tEXt", (_POSTPROCESSING if generated else _PARAMETERS) + text


def is_ours(block: tuple[str, bytes]) -> bool:
    """Whether an earlier edit of ours left this block."""
    name, payload = block
    settings = name in TEXT_CHUNKS and payload.startswith((_PARAMETERS, _POSTPROCESSING))
    return is_note(block) or (settings and _OUR_VERSION.encode() in payload)


def read_record(photo: Photo) -> EditRecord | None:
    """The record of a photo's last edit: of the pixels, if they are a result's, else the one in its file.

    None when there is none that can be understood.
    """
    if photo.edit is not None or photo.file is None:
        return photo.edit
    return record_in(photo.file.xmp, photo.file.blocks)


def record_in(xmp: bytes | None, blocks: Blocks) -> EditRecord | None:
    """The record in what a file holds beside its picture; None as above."""
    packets = [xmp] if xmp is not None else []
    packets += [block[1].split(NOTE_MARK, 1)[1] for block in blocks if is_note(block)]
    return next((record for packet in packets if (record := _record(packet)) is not None), None)


def _record(packet: bytes) -> EditRecord | None:
    try:
        texts = property_values(packet, _OURS | {_SOURCE_TYPE})
    except BrokenXmp:
        return None
    engine, mode, seed, version = (
        next(iter(texts.get(f"{NAMESPACE} {name}", [])), None) for name in ("Engine", "Mode", "Seed", "Version")
    )
    if engine is None or mode is None or version is None or seed is None or not _SEED.fullmatch(seed):
        return None
    references = texts.get(f"{NAMESPACE} References", [])
    faces = [_FACE.fullmatch(text) for text in texts.get(f"{NAMESPACE} Faces", []) if text]
    options, variation, came_from, processor, libraries, program = (
        next(iter(texts.get(f"{NAMESPACE} {name}", [])), "")
        for name in ("Options", "Variation", "Input", "Processor", "Libraries", "Program")
    )
    return EditRecord(
        engine=engine,
        mode=mode,
        seed=int(seed),
        version=version,
        faces=tuple((int(f[1]), f[2]) for f in faces if f is not None),
        options=options if 0 < len(options) <= _MAX_OPTIONS else "{}",
        variation=int(variation) if _COUNT.fullmatch(variation) else 1,
        input=came_from if _SHA256.fullmatch(came_from) else "",
        references=tuple(text if _SHA256.fullmatch(text) else "" for text in references[1:]),
        earlier=_earlier(
            *([text for text in texts.get(f"{NAMESPACE} {name}", []) if text] for name in ("Earlier", "EarlierFrom"))
        ),
        source_type=next(
            (word for word in texts.get(_SOURCE_TYPE, []) if word in (PHOTOGRAPHED, *NO_CAPTURES)), PAINTED
        ),
        processor=processor if len(processor) <= _MAX_TEXT else "",
        libraries=libraries if len(libraries) <= _MAX_TEXT else "",
        program=program if _SHA256.fullmatch(program) else "",
    )


def _earlier(texts: list[str], sources: list[str]) -> tuple[EarlierEdit, ...]:
    """Without what came from where, where the two lists do not belong together."""
    if len(sources) != len(texts):
        sources = [""] * len(texts)
    found = []
    for text, source in list(zip(texts, sources, strict=True))[-MAX_EARLIER:]:
        edit, of = _EARLIER.fullmatch(text), _EARLIER_FROM.fullmatch(source)
        if edit is not None:
            came_from, options = ("", "") if of is None else (of[1].strip("-"), of[2] if _is_object(of[2]) else "")
            found.append(EarlierEdit(edit[1], _numbers(edit[2]), came_from, options))
    return tuple(found)


def _is_object(text: str) -> bool:
    try:
        return isinstance(strict_json(text), dict)
    except ValueError:
        return False


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(",") if number)


def _description_xml(record: EditRecord, attributes: str, state: str) -> str:
    faces = _seq("Faces", (f"{number}:{outcome}" for number, outcome in record.faces))
    references = _seq("References", record.references)
    earlier = _seq("Earlier", (f"{one.engine}: {','.join(map(str, one.opened))}" for one in record.earlier))
    known = any(one.input or one.options for one in record.earlier)
    sources = [f"{one.input or '-'} {one.options or '-'}" for one in record.earlier] if known else []
    processor = f"<ote:Processor>{_text(record.processor)}</ote:Processor>" if record.processor else ""
    libraries = f"<ote:Libraries>{_text(record.libraries)}</ote:Libraries>" if record.libraries else ""
    program = f"<ote:Program>{_text(record.program)}</ote:Program>" if record.program else ""
    return (
        f'<rdf:Description {attributes} xmlns:Iptc4xmpExt="{IPTC_EXTENSION}" xmlns:ote="{NAMESPACE}">'
        f"<Iptc4xmpExt:DigitalSourceType>{record.source_type}</Iptc4xmpExt:DigitalSourceType>"
        f"<ote:Engine>{_text(record.engine)}</ote:Engine>"
        f"<ote:Mode>{_text(record.mode)}</ote:Mode>"
        f"<ote:Seed>{record.seed}</ote:Seed>"
        f"<ote:Version>{_text(record.version)}</ote:Version>"
        f"{faces}"
        f"<ote:Options>{_text(record.options)}</ote:Options>"
        f"<ote:Variation>{record.variation}</ote:Variation>"
        f"<ote:Input>{_text(record.input)}</ote:Input>"
        f"{references}{processor}{libraries}{program}{earlier}{_seq('EarlierFrom', sources)}"
        f"{state}</rdf:Description>"
    )


def _source_type_xml(record: EditRecord, attributes: str, state: str) -> str:
    source_type = f'xmlns:Iptc4xmpExt="{IPTC_EXTENSION}" Iptc4xmpExt:DigitalSourceType="{record.source_type}"'
    return f"<rdf:Description {attributes} {source_type}>{state}</rdf:Description>"


def _seq(name: str, texts: Iterable[str]) -> str:
    """An ordered array (rdf:Seq); nothing where it is empty, for validators warn of empty ones."""
    items = "".join(f"<rdf:li>{_text(text)}</rdf:li>" for text in texts)
    return f"<ote:{name}><rdf:Seq>{items}</rdf:Seq></ote:{name}>" if items else ""


def _text(value: str) -> str:
    return escape(_NOT_XML.sub("", value), quote=False)
