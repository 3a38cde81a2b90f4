"""Reading: what is not a photo gets one clear line, what is one comes out upright RGB with nothing lost."""

from __future__ import annotations

import functools
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from open_the_eyes.errors import PhotoTooLarge, UnreadablePhoto
from open_the_eyes.files import read
from open_the_eyes.settings import Settings

SETTINGS = Settings(max_bytes=2_000_000, max_pixels=100_000)


def picture(mode: str = "RGB", size_wh: tuple[int, int] = (48, 40)) -> Image.Image:
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
    image.save(out, file_format, **options)
    return out.getvalue()


def png_chunk(name: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", zlib.crc32(name + payload))


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


HOSTILE: dict[str, tuple[Callable[[], bytes], type[Exception], str]] = {
    "empty": (lambda: b"", UnreadablePhoto, "empty"),
    "one byte": (lambda: b"\xff", UnreadablePhoto, "something else"),
    "text named like a photo": (lambda: b"not a photo at all\n", UnreadablePhoto, "text"),
    "html": (lambda: b"<!DOCTYPE html><html></html>", UnreadablePhoto, "text"),
    "svg": (lambda: b"  <svg xmlns='http://www.w3.org/2000/svg'/>", UnreadablePhoto, "SVG"),
    "gif": (lambda: saved(picture(), "GIF"), UnreadablePhoto, "GIF"),
    "animated gif": (lambda: animated("GIF"), UnreadablePhoto, "GIF"),
    "bmp": (lambda: saved(picture(), "BMP"), UnreadablePhoto, "BMP"),
    "heic": (lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", UnreadablePhoto, "HEIC"),
    "avif": (lambda: b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", UnreadablePhoto, "AVIF"),
    "canon raw": (lambda: b"II\x2a\0\x10\0\0\0CR\x02\0" + b"\0" * 40, UnreadablePhoto, "raw"),
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
    "png: 16 bits": (lambda: png(2, 2, depth=16, rows=b"\0" * 26), UnreadablePhoto, "has 16"),
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
    "tiff: 16 bits": (lambda: saved(picture("I;16"), "TIFF"), UnreadablePhoto, "has 16"),
    "tiff: float": (lambda: saved(picture("F"), "TIFF"), UnreadablePhoto, "has 32"),
    "tiff: unheard-of compression": (lambda: tiff_claiming(2, 2, tag259=61_000), UnreadablePhoto, "61000"),
    "tiff: two pages": (
        lambda: saved(picture(), "TIFF", save_all=True, append_images=[picture()]),
        UnreadablePhoto,
        "one page",
    ),
    "tiff: a preview only": (lambda: tiff_claiming(2, 2, tag254=1), UnreadablePhoto, "raw"),
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


def test_paths_that_hold_no_file_are_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jpg"
    os.mkfifo(pipe)
    loop = tmp_path / "loop.jpg"
    loop.symlink_to(loop)
    for path, says in [
        (tmp_path / "missing.jpg", "no such file"),
        (tmp_path, "folder"),
        (pipe, "pipe"),
        (Path("/dev/zero"), "device"),
        (loop, "check the path"),
        (tmp_path / ("n" * 300 + ".jpg"), "check the path"),
        (Path("a\0b.jpg"), "check the path"),
    ]:
        with pytest.raises(UnreadablePhoto, match=says):
            read(path, SETTINGS)


def test_a_file_without_read_permission_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.jpg"
    path.write_bytes(saved(picture(), "JPEG"))
    path.chmod(0)
    if os.geteuid() == 0:  # root may read everything, so the system's answer is played
        monkeypatch.setattr(os, "open", _denied)

    with pytest.raises(UnreadablePhoto, match="permission"):
        read(path, SETTINGS)


def _denied(*_: object, **__: object) -> int:
    raise PermissionError(13, "Permission denied")


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


KINDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "jpeg": ("JPEG", "RGB", {}),
    "jpeg grey": ("JPEG", "L", {}),
    "jpeg progressive": ("JPEG", "RGB", {"progressive": True}),
    "jpeg stored as rgb": ("JPEG", "RGB", {"keep_rgb": True}),
    "jpeg cmyk": ("JPEG", "CMYK", {"quality": 100}),
    "png bilevel": ("PNG", "1", {}),
    "png grey": ("PNG", "L", {}),
    "png grey, 4 bits": ("PNG", "L", {"bits": 4}),
    "png grey and alpha": ("PNG", "LA", {}),
    "png palette": ("PNG", "P", {}),
    "png palette, see-through": ("PNG", "P", {"transparency": 7}),
    "png palette, graded": ("PNG", "P", {"transparency": bytes(range(200))}),
    "png rgb": ("PNG", "RGB", {}),
    "png rgb, one colour see-through": ("PNG", "RGB", {"transparency": (250, 240, 30)}),
    "png rgba": ("PNG", "RGBA", {}),
    "webp": ("WEBP", "RGB", {}),
    "webp with alpha": ("WEBP", "RGBA", {}),
    "webp lossless": ("WEBP", "RGB", {"lossless": True}),
    "webp lossless with alpha": ("WEBP", "RGBA", {"lossless": True, "exact": True}),
    "tiff bilevel, fax": ("TIFF", "1", {"compression": "group4"}),
    "tiff grey": ("TIFF", "L", {}),
    "tiff grey and alpha": ("TIFF", "LA", {"compression": "tiff_lzw"}),
    "tiff palette": ("TIFF", "P", {}),
    "tiff rgb": ("TIFF", "RGB", {}),
    "tiff lzw": ("TIFF", "RGB", {"compression": "tiff_lzw"}),
    "tiff deflate": ("TIFF", "RGB", {"compression": "tiff_adobe_deflate"}),
    "tiff packbits": ("TIFF", "RGB", {"compression": "packbits"}),
    "tiff jpeg": ("TIFF", "RGB", {"compression": "jpeg"}),
    "tiff rgba": ("TIFF", "RGBA", {}),
    "tiff cmyk": ("TIFF", "CMYK", {"compression": "tiff_lzw"}),
    "tiff ycbcr": ("TIFF", "YCbCr", {}),
}


@pytest.mark.parametrize(("file_format", "mode", "options"), KINDS.values(), ids=KINDS.keys())
def test_every_kind_comes_out_as_rgb_and_alpha(file_format: str, mode: str, options: dict[str, Any]) -> None:
    data = saved(picture(mode), file_format, **options)
    with Image.open(BytesIO(data)) as image:
        has_alpha = image.has_transparency_data
        expected = np.asarray(image.convert("RGBA") if has_alpha else image.convert("RGB"))

    photo = read(data, SETTINGS)

    assert photo.pixels.dtype == np.uint8
    assert photo.pixels.flags.c_contiguous
    assert photo.pixels.flags.writeable
    np.testing.assert_array_equal(photo.pixels, expected[:, :, :3])
    assert (photo.alpha is not None) == has_alpha
    if photo.alpha is not None:
        np.testing.assert_array_equal(photo.alpha, expected[:, :, 3])
    assert photo.file is not None
    assert photo.file.format == file_format


@pytest.mark.parametrize("size_wh", [(1, 1), (1, 30), (30, 1)], ids=str)
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_the_smallest_pictures_are_pictures(file_format: str, size_wh: tuple[int, int]) -> None:
    assert read(saved(picture(size_wh=size_wh), file_format), SETTINGS).size_wh == size_wh


def test_interlaced_pngs_are_whole() -> None:
    """Adam7 as it is stored: seven small pictures, here of one pixel column and row patterns that all exist."""
    image = np.asarray(picture("L", (9, 9)))
    rows = b""
    for left, top, right, down in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2)]:
        rows += b"".join(b"\0" + row.tobytes() for row in image[top::down, left::right])
    rows += b"".join(b"\0" + row.tobytes() for row in image[1::2])
    data = bytearray(png(9, 9, kind=0, rows=rows))
    data[28] = 1
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))

    np.testing.assert_array_equal(read(bytes(data), SETTINGS).pixels[:, :, 1], image)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_pixels_come_out_upright(file_format: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    options: dict[str, Any] = {"lossless": True} if file_format == "WEBP" else {}
    data = saved(picture("RGBA" if file_format == "PNG" else "RGB"), file_format, exif=exif, **options)
    with Image.open(BytesIO(data)) as image:
        upright = np.asarray(ImageOps.exif_transpose(image))

    photo = read(data, SETTINGS)

    np.testing.assert_array_equal(photo.pixels, upright[:, :, :3])
    if photo.alpha is not None:
        np.testing.assert_array_equal(photo.alpha, upright[:, :, 3])
    assert photo.file is not None
    assert photo.file.orientation == orientation


@pytest.mark.parametrize("value", [0, 9, 65_535], ids=str)
def test_a_senseless_orientation_is_upright(value: int) -> None:
    exif = Image.Exif()
    exif[274] = value

    photo = read(saved(picture(), "JPEG", exif=exif), SETTINGS)

    assert photo.file is not None
    assert photo.file.orientation == 1


def test_a_broken_exif_block_is_no_reason_to_refuse_a_photo() -> None:
    photo = read(saved(picture(), "JPEG", exif=b"Exif\0\0II\x2a\0\xff\xff\xff\x7f"), SETTINGS)

    assert photo.file is not None
    assert photo.file.exif == b"II\x2a\0\xff\xff\xff\x7f"


def test_ycck_is_turned_into_the_right_colours() -> None:
    """A CMYK file's planes are declared to be YCC and K: Adobe stores ink inverted, libjpeg gives YCC inverted too."""
    planes = 255 - np.asarray(ImageOps.invert(picture()).convert("YCbCr"))  # the encoder inverts CMYK
    planes = np.dstack([planes, np.zeros(planes.shape[:2], np.uint8)])
    data = bytearray(saved(Image.frombytes("CMYK", picture().size, planes.tobytes()), "JPEG", quality=100))
    data[data.index(b"Adobe") + 11] = 2

    pixels = read(bytes(data), SETTINGS).pixels

    assert np.abs(pixels.astype(int) - np.asarray(picture())).max() <= 4


def test_lab_becomes_srgb_and_says_so() -> None:
    photo = read(saved(picture("LAB"), "TIFF"), SETTINGS)

    assert np.abs(photo.pixels.astype(int) - np.asarray(picture())).mean() < 1
    assert photo.file is not None
    assert photo.file.icc is not None
    assert photo.file.icc[16:20] == b"RGB "


def test_a_wide_profile_is_passed_on_and_no_pixel_touched() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    wide = profile.replace(b"sRGB", b"wide")  # another profile as far as bytes go

    photo = read(saved(picture(), "PNG", icc_profile=wide), SETTINGS)

    np.testing.assert_array_equal(photo.pixels, np.asarray(picture()))
    assert photo.file is not None
    assert photo.file.icc == wide


def test_the_first_of_several_pictures_in_a_jpeg_is_read() -> None:
    second = ImageOps.invert(picture())

    photo = read(saved(picture(), "MPO", save_all=True, append_images=[second]), SETTINGS)

    assert np.abs(photo.pixels.astype(int) - np.asarray(picture())).mean() < 3


def test_bytes_and_path_read_the_same(tmp_path: Path) -> None:
    data = saved(picture(), "JPEG")
    path = tmp_path / "photo"
    path.write_bytes(data)

    from_bytes, from_path = read(data, SETTINGS), read(str(path), SETTINGS)

    np.testing.assert_array_equal(from_bytes.pixels, from_path.pixels)
    assert from_bytes.file is not None
    assert from_path.file is not None
    assert from_path.file.path == path
    assert from_bytes.file.path is None
    assert from_bytes.file.sha256 == from_path.file.sha256
