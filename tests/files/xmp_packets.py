"""Edit records and XMP packets for the tests of both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from open_the_eyes.files import EditRecord, encoded, read
from open_the_eyes.photo import FileFormat, Photo
from open_the_eyes.settings import Settings

RECORD = EditRecord(
    engine="appearance", mode="standard", seed=7, version="0.1.0", faces=((1, "opened"), (2, "too_small"))
)
LATER = EditRecord(engine="sdxl", mode="ultra", seed=-3, version="0.2.0", faces=())
HEAD = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
TAIL = b"</rdf:RDF></x:xmpmeta>"
IPTC = b'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
OTHER_IPTC = IPTC.replace(b"Iptc4xmpExt=", b"ext=")
NOTED: list[FileFormat] = ["JPEG", "PNG", "WEBP", "TIFF"]
FORMATS: list[FileFormat] = [*NOTED, "HEIF", "AVIF"]
WORDS = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def photo(file_format: FileFormat = "PNG", xmp: bytes | None = None) -> Photo:
    blank = Photo(np.full((8, 8, 3), 128, np.uint8))
    source = read(encoded(blank, file_format, None), Settings())
    assert source.file is not None
    return replace(source, file=replace(source.file, xmp=xmp))


def xmp_of(of: Photo) -> bytes:
    assert of.file is not None
    return of.file.xmp or b""


def saying(word: str) -> bytes:
    told = f'<rdf:Description {IPTC.decode()} Iptc4xmpExt:DigitalSourceType="{WORDS}{word}"/>'
    return HEAD + told.encode() + TAIL
