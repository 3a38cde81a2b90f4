"""Pictures and files of every kind for the tests of `files`."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
import pillow_heif
from PIL import Image, ImageCms

from open_the_eyes.files import EditRecord
from open_the_eyes.photo import FileFacts, Photo

RECORD: Final = EditRecord(
    engine="appearance", mode="standard", seed=7, version="0.1.0", faces=((1, "opened"), (2, "already_open"))
)
SRGB: Final = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP: Final = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="A Camera"/>'
    b"</rdf:RDF></x:xmpmeta>"
)


def picture(mode: str = "RGB", size_wh: tuple[int, int] = (61, 45)) -> Image.Image:
    """Gentle colours, as skin has, without pure black or white."""
    y, x = np.mgrid[0 : size_wh[1], 0 : size_wh[0]]
    rgb = np.stack([60 + 2 * x, 70 + 2 * y, 200 - x - y], axis=2).clip(0, 255).astype(np.uint8)
    image = Image.fromarray(rgb)
    if mode in ("LA", "RGBA", "PA"):
        image.putalpha(Image.fromarray((255 - 3 * y).clip(0, 255).astype(np.uint8)))
    return image.convert(mode)


def marked_picture(mode: str = "RGB", size_wh: tuple[int, int] = (48, 40)) -> Image.Image:
    """Smooth colours with a bright corner, so that every way up looks different."""
    y, x = np.mgrid[0 : size_wh[1], 0 : size_wh[0]]
    rgb = np.stack([40 + 3 * x, 60 + 2 * y, 200 - x - 2 * y], axis=2).clip(0, 255).astype(np.uint8)
    rgb[:8, :8] = (250, 240, 30)
    image = Image.fromarray(rgb)
    if mode in ("LA", "RGBA", "PA"):
        image.putalpha(Image.fromarray((255 - 3 * y).clip(0, 255).astype(np.uint8)))
    if mode == "LAB":
        lab = ImageCms.profileToProfile(
            image, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
        )
        assert lab is not None
        return lab
    return image.convert(mode)


def saved(image: Image.Image, file_format: str, **options: Any) -> bytes:
    out = BytesIO()
    if file_format == "HEIF":
        pillow_heif.from_pillow(image).save(out, **options)
    else:
        image.save(out, file_format, **options)
    return out.getvalue()


def plain_exif(orientation: int = 6) -> Image.Exif:
    exif = Image.Exif()
    exif[271] = "A Camera"
    exif[274] = orientation
    return exif


def camera_exif(orientation: int = 6) -> Image.Exif:
    exif = plain_exif(orientation)
    exif.get_ifd(34665)[37500] = bytes(range(256))  # MakerNote
    exif.get_ifd(34665)[33434] = (1, 250)
    exif.get_ifd(34853)[1] = "N"
    return exif


def facts(photo: Photo) -> FileFacts:
    assert photo.file is not None
    return photo.file


def kept(photo: Photo) -> FileFacts:
    """The facts without those of the file itself."""
    return replace(facts(photo), path=None, sha256="")


def with_xmp(photo: Photo) -> Photo:
    return replace(photo, file=replace(facts(photo), xmp=XMP))


def besides_loss(notes: tuple[str, ...]) -> tuple[str, ...]:
    """Without the sentence that pixels move in a file with loss."""
    return tuple(note for note in notes if "pixels everywhere move" not in note)


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def png_chunk(name: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", zlib.crc32(name + payload))


def png_with(*chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG with these ahead of its pixels."""
    data = saved(picture(), "PNG")
    return data[:33] + b"".join(png_chunk(*chunk) for chunk in chunks) + data[33:]


def image_resource(number: int, content: bytes, name: bytes = b"") -> bytes:
    """One of Photoshop's, name and content padded to even lengths."""
    head = b"8BIM" + struct.pack(">HB", number, len(name)) + name + b"\0" * ((len(name) + 1) % 2)
    return head + struct.pack(">I", len(content)) + content + b"\0" * (len(content) % 2)


def with_segments(jpeg: bytes, *segments: tuple[int, bytes]) -> bytes:
    """(marker, payload) laid in at the beginning."""
    laid = (b"\xff" + bytes([marker]) + struct.pack(">H", len(payload) + 2) + payload for marker, payload in segments)
    return jpeg[:2] + b"".join(laid) + jpeg[2:]
