"""Reading: what is not a photo gets one clear line, soon and in little memory."""

from __future__ import annotations

import functools
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import ImageOps

from open_the_eyes.errors import PhotoTooLarge, UnreadablePhoto
from open_the_eyes.files import read
from open_the_eyes.settings import Settings
from tests.files.pictures import marked_picture as picture
from tests.files.pictures import png_chunk, saved

SETTINGS = Settings(max_bytes=2_000_000, max_pixels=100_000)


def png(
    width: int,
    height: int,
    depth: int = 8,
    kind: int = 2,
    rows: bytes = b"",
    extra: bytes = b"",
) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    idat = png_chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + extra + idat + png_chunk(b"IEND", b"")


def tiff(tags: dict[int, tuple[int, tuple[int, ...]]], tail: bytes = b"") -> bytes:
    """A little-endian TIFF whose first directory has these SHORT (3) and LONG (4) tags of one value each."""
    table = b""
    for tag, (kind, values) in sorted(tags.items()):
        table += struct.pack("<HHI", tag, kind, len(values))
        table += struct.pack("<H" if kind == 3 else "<I", values[0]).ljust(4, b"\0")
    return b"II\x2a\0\x08\0\0\0" + struct.pack("<H", len(tags)) + table + b"\0\0\0\0" + tail


def tiff_claiming(width: int, height: int, **changed: int) -> bytes:
    tags = {256: width, 257: height, 258: 8, 259: 1, 262: 1, 273: 150, 277: 1, 278: height, 279: 4}
    tags |= {int(name.removeprefix("tag")): value for name, value in changed.items()}
    return tiff({tag: (4, (value,)) for tag, value in tags.items()}, b"\0" * 200)


def webp_claiming(width: int, height: int) -> bytes:
    stream = b"\x30\x01\x00\x9d\x01\x2a" + struct.pack("<HH", width, height) + b"\0" * 20
    body = b"WEBPVP8 " + struct.pack("<I", len(stream)) + stream
    return b"RIFF" + struct.pack("<I", len(body)) + body


def jpeg_claiming(width: int, height: int, bits: int = 8) -> bytes:
    data = bytearray(saved(picture(), "JPEG"))
    at = data.index(b"\xff\xc0")
    data[at + 4 : at + 9] = struct.pack(">BHH", bits, height, width)
    return bytes(data)


def jpeg_of_kind(marker: int, coded: bytes = b"\0") -> bytes:
    """One whose frame is said to be of another kind, with such bytes in its coded data."""
    data = saved(picture(), "JPEG").replace(b"\xff\xc0", bytes([0xFF, marker]))
    return data[:-2] + coded + data[-2:]


def animated(file_format: str) -> bytes:
    frames = [picture(), ImageOps.invert(picture()), picture()]
    return saved(frames[0], file_format, save_all=True, append_images=frames[1:])


@functools.cache
def bomb(size: int = 100_000_000) -> bytes:
    deflater = zlib.compressobj(9)
    return b"".join(deflater.compress(b"\0" * 1_000_000) for _ in range(size // 1_000_000)) + deflater.flush()


def cut(data: bytes, keep: float) -> bytes:
    return data[: int(len(data) * keep)]


def jpeg_with_hole(tail: bytes) -> bytes:
    """The second half never arrived and something else stands in its place."""
    data = saved(picture(size_wh=(200, 160)), "JPEG", quality=95)
    return data[: len(data) // 2] + tail


def heic_of_nothing() -> bytes:
    """A HEIC whose one picture has no properties: they are said to be those of item 127."""
    data, own = saved(picture(), "HEIF"), b"ipma" + bytes(4) + b"\0\0\0\1" + b"\0\1"
    assert data.count(own) == 1
    return data.replace(own, own[:-1] + b"\x7f")


HOSTILE: dict[str, tuple[Callable[[], bytes], type[Exception], str]] = {
    "empty": (lambda: b"", UnreadablePhoto, "empty"),
    "one byte": (lambda: b"\xff", UnreadablePhoto, "something else"),
    "text named like a photo": (lambda: b"not a photo at all\n", UnreadablePhoto, "text"),
    "html": (lambda: b"<!DOCTYPE html><html></html>", UnreadablePhoto, "text"),
    "svg": (lambda: b"  <svg xmlns='http://www.w3.org/2000/svg'/>", UnreadablePhoto, "SVG"),
    "gif": (lambda: saved(picture(), "GIF"), UnreadablePhoto, "GIF"),
    "animated gif": (lambda: animated("GIF"), UnreadablePhoto, "GIF"),
    "bmp": (lambda: saved(picture(), "BMP"), UnreadablePhoto, "BMP"),
    "heic: only a first box": (lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", UnreadablePhoto, "damaged"),
    "avif: only a first box": (lambda: b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", UnreadablePhoto, "damaged"),
    "heic: no picture": (heic_of_nothing, UnreadablePhoto, "it holds no picture"),
    "heic: half": (lambda: cut(saved(picture(), "HEIF"), 0.6), UnreadablePhoto, "damaged"),
    "avif: half": (lambda: cut(saved(picture(), "AVIF"), 0.6), UnreadablePhoto, "damaged"),
    "avif: animated": (lambda: animated("AVIF"), UnreadablePhoto, "animation of 3"),
    "film": (lambda: b"\0\0\0\x18ftypisom\0\0\0\0isomavc1", UnreadablePhoto, "a film"),
    "canon raw": (
        lambda: b"II\x2a\0\x10\0\0\0CR\x02\0" + b"\0" * 40,
        UnreadablePhoto,
        "camera raw file; develop it to JPEG or TIFF",
    ),
    "bigtiff": (lambda: b"II\x2b\0\x08\0\0\0" + b"\0" * 16, UnreadablePhoto, "BigTIFF"),
    "jpeg: only a start": (lambda: b"\xff\xd8\xff", UnreadablePhoto, "ends inside"),
    "jpeg: half": (lambda: cut(saved(picture(), "JPEG"), 0.9), UnreadablePhoto, "ends inside"),
    "jpeg: end marker missing": (lambda: saved(picture(), "JPEG")[:-2], UnreadablePhoto, "ends inside"),
    "jpeg: progressive, half": (lambda: cut(saved(picture(), "JPEG", progressive=True), 0.8), UnreadablePhoto, "ends"),
    "jpeg: half, then zeros": (lambda: jpeg_with_hole(b"\0" * 3000), UnreadablePhoto, "ends inside"),
    "jpeg: half, then another photo": (
        lambda: jpeg_with_hole(saved(picture(), "JPEG")),
        UnreadablePhoto,
        "another begins",
    ),
    "jpeg: no picture": (lambda: b"\xff\xd8\xff\xd9", UnreadablePhoto, "before its picture"),
    "jpeg: 0 wide": (lambda: jpeg_claiming(0, 40), UnreadablePhoto, "0 x 40"),
    "jpeg: 0 high": (lambda: jpeg_claiming(48, 0), UnreadablePhoto, "48 x 0"),
    "jpeg: 12 bits": (lambda: jpeg_claiming(48, 40, bits=12), UnreadablePhoto, "has 12"),
    "jpeg: lossless": (lambda: jpeg_of_kind(0xC3), UnreadablePhoto, "a lossless JPEG; convert it to PNG or TIFF"),
    "jpeg-ls": (lambda: jpeg_of_kind(0xF7, b"\xff\x70\xff"), UnreadablePhoto, "a JPEG-LS; convert it"),
    "jpeg: 30000 x 30000": (lambda: jpeg_claiming(30_000, 30_000), PhotoTooLarge, "900,000,000"),
    "png: only a signature": (lambda: b"\x89PNG\r\n\x1a\n", UnreadablePhoto, "ends inside"),
    "png: half": (lambda: cut(saved(picture(), "PNG"), 0.5), UnreadablePhoto, "ends inside"),
    "png: a bit flipped": (
        lambda: saved(picture(), "PNG").replace(b"IDAT", b"IDAU"),
        UnreadablePhoto,
        "checksum",
    ),
    "png: rows missing, else whole": (lambda: png(20, 20, rows=b"\0" * 61 * 12), UnreadablePhoto, "ends inside"),
    "png: no pixels": (lambda: png(20, 20), UnreadablePhoto, "ends inside"),
    "png: 0 x 0": (lambda: png(0, 0), UnreadablePhoto, "0 x 0"),
    "png: 16 bits, rows missing": (lambda: png(2, 2, depth=16, rows=b"\0" * 25), UnreadablePhoto, "ends inside"),
    "png: 16 bits, filter unheard of": (lambda: png(2, 2, depth=16, rows=b"\7" * 26), UnreadablePhoto, "damaged"),
    "png: 16 bits, see-through colour too short": (
        lambda: png(2, 2, depth=16, rows=b"\0" * 26, extra=png_chunk(b"tRNS", b"\0\0")),
        UnreadablePhoto,
        "see-through",
    ),
    "png: impossible kind": (lambda: png(2, 2, kind=5), UnreadablePhoto, "colour type 5"),
    "png: 30000 x 30000": (lambda: png(30_000, 30_000, rows=bomb()), PhotoTooLarge, "900,000,000"),
    "png: profile that swells": (
        lambda: png(1, 1, rows=b"\0" * 4, extra=png_chunk(b"iCCP", b"p\0\0" + bomb())),
        PhotoTooLarge,
        "swells",
    ),
    "png: xmp that swells": (
        lambda: png(1, 1, rows=b"\0" * 4, extra=png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + bomb())),
        PhotoTooLarge,
        "swells",
    ),
    "png: animated": (lambda: animated("PNG"), UnreadablePhoto, "animation of 3"),
    "webp: only a header": (lambda: b"RIFF\x04\0\0\0WEBP", UnreadablePhoto, "0 pictures"),
    "webp: short header": (lambda: b"RIFF\x04\0\0\0WEBP"[:11], UnreadablePhoto, "something else"),
    "webp: half": (lambda: cut(saved(picture(), "WEBP"), 0.5), UnreadablePhoto, "ends inside"),
    "webp: lossless, half": (lambda: cut(saved(picture(), "WEBP", lossless=True), 0.5), UnreadablePhoto, "ends"),
    "webp: animated": (lambda: animated("WEBP"), UnreadablePhoto, "animation"),
    "webp: 0 x 0": (lambda: webp_claiming(0, 0), UnreadablePhoto, "0 x 0"),
    "webp: no picture behind the header": (lambda: webp_claiming(40, 40), UnreadablePhoto, "damaged"),
    "webp: 16383 x 16383": (lambda: webp_claiming(16_383, 16_383), PhotoTooLarge, "268,402,689"),
    "tiff: only a header": (lambda: b"II\x2a\0\x08\0\0\0", UnreadablePhoto, "directory"),
    "tiff: directory outside": (lambda: b"MM\0\x2a\xff\xff\xff\xff" + b"\0" * 20, UnreadablePhoto, "directory"),
    "tiff: half": (lambda: cut(saved(picture(), "TIFF"), 0.5), UnreadablePhoto, "ends inside"),
    "tiff: 0 x 0": (lambda: tiff_claiming(0, 0), UnreadablePhoto, "0 x 0"),
    "tiff: pixels outside": (lambda: tiff_claiming(20, 20, tag279=400), UnreadablePhoto, "ends inside"),
    "tiff: strip shorter than its rows": (lambda: tiff_claiming(20, 20), UnreadablePhoto, "ends inside"),
    "tiff: 12 bits": (lambda: tiff_claiming(20, 4, tag258=12, tag279=120), UnreadablePhoto, "has 12"),
    "tiff: 16 bits, half": (lambda: cut(saved(picture("I;16"), "TIFF"), 0.5), UnreadablePhoto, "ends inside"),
    "tiff: float": (lambda: saved(picture("F"), "TIFF"), UnreadablePhoto, "has 32"),
    "tiff: half float": (
        lambda: tiff_claiming(2, 2, tag258=16, tag339=3),
        UnreadablePhoto,
        "16, with a sign or a float",
    ),
    "tiff: unheard-of compression": (lambda: tiff_claiming(2, 2, tag259=61_000), UnreadablePhoto, "61000"),
    "tiff: two pages": (
        lambda: saved(picture(), "TIFF", save_all=True, append_images=[picture()]),
        UnreadablePhoto,
        "one page",
    ),
    "tiff: a preview only": (
        lambda: tiff_claiming(2, 2, tag254=1),
        UnreadablePhoto,
        "camera raw file; develop it to JPEG or TIFF",
    ),
    "tiff: 30000 x 30000": (lambda: tiff_claiming(30_000, 30_000), PhotoTooLarge, "900,000,000"),
    "tiff: tile of 60000 x 60000": (
        lambda: tiff_claiming(2, 2, tag322=60_000, tag323=60_000, tag324=150, tag325=4),
        PhotoTooLarge,
        "3,600,000,000",
    ),
    "more bytes than allowed": (lambda: b"\xff\xd8\xff" + b"\0" * 2_000_000, PhotoTooLarge, "2,000,003"),
}


@pytest.mark.parametrize(("make", "error", "says"), HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_photo_gets_one_clear_line(
    make: Callable[[], bytes], error: type[Exception], says: str, tmp_path: Path
) -> None:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(make())

    with pytest.raises(error) as caught:
        read(path, SETTINGS)

    message = str(caught.value)
    assert says in message
    assert message.startswith(str(path))
    assert "expected" in message
    assert "\n" not in message
    assert len(message) < 400


def test_texts_that_would_swell_are_carried_without_being_unpacked() -> None:
    swelling = png_chunk(b"zTXt", b"Comment\0\0" + bomb())

    photo = read(png(1, 1, rows=b"\0" * 4, extra=swelling), SETTINGS)

    assert photo.file is not None
    assert [name for name, _ in photo.file.blocks] == ["zTXt", "IDAT"]


def test_a_bomb_is_refused_in_little_memory() -> None:
    program = (
        "import resource, sys; from open_the_eyes.files import read; from open_the_eyes.settings import Settings\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: read(sys.stdin.buffer.read(), Settings())\n"
        "except Exception as error: print(type(error).__name__)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    data = png(30_000, 30_000, rows=bomb())

    out = subprocess.run([sys.executable, "-c", program], input=data, capture_output=True, check=True).stdout.split()

    assert out[0] == b"PhotoTooLarge"
    assert int(out[1]) < 50_000  # KiB
