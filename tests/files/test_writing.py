"""Writing: whole or not at all, and what went in comes out: pixels, colour kind, tables, every block of metadata."""

from __future__ import annotations

import errno
import os
import stat
import zlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, JpegImagePlugin

from open_the_eyes.errors import PhotoNotWritten
from open_the_eyes.files import EditRecord, encoded, read, read_record, write
from open_the_eyes.photo import FileFacts, FileFormat, Photo
from open_the_eyes.settings import Settings

SETTINGS = Settings()
RECORD = EditRecord("appearance", "standard", 7, "0.1.0", ((1, "opened"), (2, "already_open")))
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = (
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


def saved(image: Image.Image, file_format: str, **options: Any) -> bytes:
    out = BytesIO()
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


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


LOSSLESS: dict[str, tuple[FileFormat, str, dict[str, Any]]] = {
    "png": ("PNG", "RGB", {}),
    "png bilevel": ("PNG", "1", {}),
    "png grey": ("PNG", "L", {}),
    "png grey and alpha": ("PNG", "LA", {}),
    "png rgba": ("PNG", "RGBA", {}),
    "webp": ("WEBP", "RGB", {"lossless": True}),
    "webp with alpha": ("WEBP", "RGBA", {"lossless": True, "exact": True}),
    "tiff": ("TIFF", "RGB", {}),
    "tiff bilevel": ("TIFF", "1", {"compression": "group4"}),
    "tiff grey": ("TIFF", "L", {"compression": "packbits"}),
    "tiff lzw": ("TIFF", "RGB", {"compression": "tiff_lzw"}),
    "tiff deflate with predictor": ("TIFF", "RGB", {"compression": "tiff_adobe_deflate", "tiffinfo": {317: 2}}),
    "tiff rgba": ("TIFF", "RGBA", {"compression": "tiff_lzw"}),
}


@pytest.mark.parametrize(("file_format", "mode", "options"), LOSSLESS.values(), ids=LOSSLESS.keys())
@pytest.mark.parametrize("orientation", [1, 6, 7])
def test_a_lossless_file_comes_back_with_the_same_pixels_and_metadata(
    file_format: FileFormat, mode: str, options: dict[str, Any], orientation: int
) -> None:
    if file_format != "TIFF":
        options = {**options, "exif": camera_exif(orientation)}
    if mode != "1":
        options = {**options, "icc_profile": SRGB, "dpi": (300, 300)}
    source = with_xmp(read(saved(picture(mode), file_format, **options), SETTINGS))

    back = read(encoded(source, file_format, None), SETTINGS)

    np.testing.assert_array_equal(back.pixels, source.pixels)
    if source.alpha is not None:
        assert back.alpha is not None
        np.testing.assert_array_equal(back.alpha, source.alpha)
    assert kept(back) == kept(source)


JPEGS: dict[str, tuple[str, dict[str, Any]]] = {
    "4:4:4": ("RGB", {"subsampling": 0, "quality": 92}),
    "4:2:2": ("RGB", {"subsampling": 1, "quality": 85}),
    "4:2:0": ("RGB", {"subsampling": 2, "quality": 75}),
    "progressive": ("RGB", {"subsampling": 2, "progressive": True}),
    "optimized": ("RGB", {"optimize": True}),
    "three tables": ("RGB", {"qtables": [[7] * 64, [9] * 64, [11] * 64], "subsampling": 0}),
    "coarse tables": ("RGB", {"quality": 10}),
    "stored as rgb": ("RGB", {"keep_rgb": True}),
    "grey": ("L", {"quality": 90}),
}


@pytest.mark.parametrize(("mode", "options"), JPEGS.values(), ids=JPEGS.keys())
def test_a_jpeg_comes_back_with_the_same_tables_form_and_metadata(mode: str, options: dict[str, Any]) -> None:
    """Without an edit pixels move by two levels at most.

    In a busier picture chroma that was halved, or light that was clipped, can move more.
    """
    extra: dict[str, Any] = {"exif": camera_exif(), "icc_profile": SRGB, "xmp": XMP, "comment": b"by hand"}
    if "keep_rgb" not in options:
        extra["dpi"] = (300, 300)  # a JFIF segment, which stored RGB must not have
    data = saved(picture(mode, (64, 48)), "JPEG", **options, **extra)
    source = read(data, SETTINGS)

    out = encoded(source, "JPEG", None)

    back = read(out, SETTINGS)
    assert kept(back) == kept(source)
    assert np.abs(back.pixels.astype(int) - source.pixels).max() <= 2
    with Image.open(BytesIO(data)) as before, Image.open(BytesIO(out)) as after:
        assert isinstance(before, JpegImagePlugin.JpegImageFile)
        assert isinstance(after, JpegImagePlugin.JpegImageFile)
        assert after.quantization == before.quantization
        assert [layer[1:] for layer in after.layer] == [layer[1:] for layer in before.layer]
        assert after.info.get("progressive") == before.info.get("progressive")
        assert after.size == before.size
        assert sorted(after.applist) == sorted(before.applist)


def test_unusual_subsampling_becomes_none() -> None:
    data = bytearray(saved(picture(), "JPEG", subsampling=1))
    frame = data.index(b"\xff\xc0")
    assert data[frame + 11] == 0x21
    data[frame + 11] = 0x12  # 4:4:0, as a camera's turned 4:2:2 file has; the scan then says something else, no matter

    assert facts(read(bytes(data), SETTINGS)).encoding.subsampling == 0


def test_grey_stays_grey_until_a_pixel_is_not() -> None:
    source = read(saved(picture("L"), "JPEG"), SETTINGS)
    coloured = source.pixels.copy()
    coloured[10, 10] = (200, 30, 30)

    assert facts(read(encoded(source, "JPEG", RECORD), SETTINGS)).mode == "L"
    assert facts(read(encoded(source.with_pixels(coloured), "JPEG", RECORD), SETTINGS)).mode == "RGB"


def test_a_grey_profile_does_not_stay_beside_colours() -> None:
    grey_profile = SRGB[:16] + b"GRAY" + SRGB[20:]
    source = read(saved(picture("L"), "PNG", icc_profile=grey_profile), SETTINGS)
    coloured = source.pixels.copy()
    coloured[10, 10] = (200, 30, 30)

    still_grey = facts(read(encoded(source, "PNG", None), SETTINGS))
    no_longer = facts(read(encoded(source.with_pixels(coloured), "PNG", None), SETTINGS))

    assert still_grey.icc == grey_profile
    assert no_longer.icc is not None
    assert no_longer.icc[16:20] == b"RGB "


def test_two_levels_stay_two_until_a_pixel_is_between() -> None:
    source = read(saved(picture("1"), "TIFF", compression="group4"), SETTINGS)
    between = source.pixels.copy()
    between[3, 3] = 128

    back = read(encoded(source.with_pixels(between), "TIFF", None), SETTINGS)

    assert facts(back).mode == "L"
    np.testing.assert_array_equal(back.pixels, between)


@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_a_palette_becomes_rgb(file_format: FileFormat) -> None:
    source = read(saved(picture("P"), file_format), SETTINGS)

    back = read(encoded(source, file_format, None), SETTINGS)

    assert facts(back).mode == "RGB"
    np.testing.assert_array_equal(back.pixels, source.pixels)


@pytest.mark.parametrize("claims", [b"RGB ", b"CMYK"])
def test_cmyk_becomes_rgb_and_a_profile_that_cannot_be_used_is_not_passed_on(claims: bytes) -> None:
    profile = SRGB[:16] + claims + SRGB[20:]
    source = read(saved(picture("CMYK"), "TIFF", icc_profile=profile), SETTINGS)

    back = read(encoded(source, "TIFF", None), SETTINGS)

    assert facts(back).mode == "RGB"
    assert facts(back).icc is None
    np.testing.assert_array_equal(back.pixels, source.pixels)


def test_a_tiff_with_exif_directories_and_lzw_keeps_both() -> None:
    """The encoder alone fails to save this."""
    plain = read(saved(picture(), "JPEG", exif=camera_exif(), xmp=XMP, icc_profile=SRGB), SETTINGS)
    lzw = read(saved(picture(), "TIFF", compression="tiff_lzw"), SETTINGS)
    source = replace(lzw, file=replace(facts(lzw), exif=facts(plain).exif, xmp=XMP, icc=SRGB, orientation=6))

    out = encoded(source, "TIFF", RECORD)

    with Image.open(BytesIO(out)) as image:
        assert image.info["compression"] == "tiff_lzw"
        exif = image.getexif()
        assert exif[271] == "A Camera"
        assert exif.get_ifd(34665)[37500] == bytes(range(256))
        assert exif.get_ifd(34853)[1] == "N"
        image.load()
    back = read(out, SETTINGS)
    assert facts(read(encoded(back, "TIFF", None), SETTINGS)).exif == facts(back).exif
    np.testing.assert_array_equal(back.pixels, lzw.pixels)


def test_a_big_endian_tiff_stays_one() -> None:
    little = read(saved(picture(), "JPEG", exif=camera_exif(1)), SETTINGS)
    big_exif = Image.Exif()
    big_exif.endian = ">"
    big_exif[271] = "A Camera"
    big_exif[282] = 300.0
    block = big_exif.tobytes().removeprefix(b"Exif\0\0")
    assert block[:2] == b"MM"

    out = encoded(replace(little, file=replace(facts(little), exif=block)), "TIFF", None)

    assert out[:2] == b"MM"
    with Image.open(BytesIO(out)) as image:
        np.testing.assert_array_equal(np.asarray(image), little.pixels)
        assert image.getexif()[271] == "A Camera"
        assert image.getexif()[282] == 300


def png_chunk(name: bytes, payload: bytes) -> bytes:
    return len(payload).to_bytes(4, "big") + name + payload + zlib.crc32(name + payload).to_bytes(4, "big")


def test_png_chunks_stay_on_their_side_of_the_pixels() -> None:
    data = saved(picture(), "PNG", dpi=(300, 300))
    before, after = png_chunk(b"gAMA", b"\0\0\xb1\x8f"), png_chunk(b"tEXt", b"Title\0later")
    source = read(data[:33] + before + data[33:-12] + after + data[-12:], SETTINGS)

    out = encoded(source, "PNG", None)

    assert [name for name, _ in facts(source).blocks] == ["gAMA", "pHYs", "IDAT", "tEXt"]
    assert out.index(before) < out.index(b"pHYs") < out.index(b"IDAT") < out.index(after)


@pytest.mark.parametrize("to", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("of", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_metadata_goes_along_into_another_format(of: FileFormat, to: FileFormat) -> None:
    options: dict[str, Any] = {"lossless": True} if of == "WEBP" else {"dpi": (300, 300)}
    source = with_xmp(read(saved(picture(), of, exif=plain_exif(), icc_profile=SRGB, **options), SETTINGS))

    back = read(encoded(source, to, RECORD), SETTINGS)

    assert back.size_wh == source.size_wh
    assert np.abs(back.pixels.astype(int) - source.pixels).mean() < 2
    assert facts(back).icc == SRGB
    assert b"A Camera" in (facts(back).exif or b"")
    assert b'xmp:CreatorTool="A Camera"' in (facts(back).xmp or b"")
    assert facts(back).orientation == (6 if of == to else 1)
    assert read_record(back) == RECORD
    if "WEBP" not in (of, to):
        assert facts(back).encoding.dpi == pytest.approx((300, 300), abs=0.01)


def test_the_same_photo_gives_the_same_bytes() -> None:
    source = read(saved(picture("CMYK"), "JPEG", icc_profile=SRGB), SETTINGS)

    assert encoded(source, "PNG", RECORD) == encoded(source, "PNG", RECORD)


def test_arguments_are_left_as_they_were() -> None:
    source = read(saved(picture("RGBA"), "PNG"), SETTINGS)
    assert source.alpha is not None
    pixels, alpha = source.pixels.copy(), source.alpha.copy()

    encoded(source, "PNG", RECORD)

    np.testing.assert_array_equal(source.pixels, pixels)
    np.testing.assert_array_equal(source.alpha, alpha)


def test_transparency_is_refused_as_jpeg_and_an_opaque_alpha_is_not() -> None:
    see_through = read(saved(picture("RGBA"), "PNG"), SETTINGS)
    assert see_through.alpha is not None
    opaque = replace(see_through, alpha=np.full_like(see_through.alpha, 255))

    with pytest.raises(PhotoNotWritten, match="transparent"):
        encoded(see_through, "JPEG", None)
    assert read(encoded(opaque, "JPEG", None), SETTINGS).alpha is None


@pytest.mark.parametrize(("file_format", "side"), [("WEBP", 16_384), ("JPEG", 65_536)])
def test_a_picture_too_long_for_a_format_is_refused(file_format: FileFormat, side: int) -> None:
    with pytest.raises(PhotoNotWritten, match="choose"):
        encoded(Photo(np.zeros((1, side, 3), np.uint8)), file_format, None)


def test_the_suffix_chooses_the_format_and_an_unknown_one_keeps_it(tmp_path: Path) -> None:
    source = read(saved(picture(), "JPEG"), SETTINGS)
    for name, starts in [
        ("a.PNG", b"\x89PNG"),
        ("a.tif", b"II\x2a\0"),
        ("a.jpeg", b"\xff\xd8"),
        ("a.bak", b"\xff\xd8"),
    ]:
        write(source, tmp_path / name, record=None)
        assert (tmp_path / name).read_bytes().startswith(starts)
    with pytest.raises(PhotoNotWritten, match=r"\.heic"):
        write(source, tmp_path / "a.heic", record=None)
    with pytest.raises(PhotoNotWritten, match="ending in"):
        write(Photo(source.pixels), tmp_path / "b.bak", record=None)


def test_the_report_names_the_file_and_its_hash(tmp_path: Path) -> None:
    source = read(saved(picture(), "JPEG"), SETTINGS)

    report = write(source, tmp_path / "out.jpg", record=RECORD)

    assert report.path == str(tmp_path / "out.jpg")
    assert report.sha256 == facts(read(tmp_path / "out.jpg", SETTINGS)).sha256


def test_a_new_file_has_the_permissions_of_the_umask_and_a_replaced_one_its_own(tmp_path: Path) -> None:
    source = read(saved(picture(), "JPEG"), SETTINGS)
    path = tmp_path / "out.jpg"
    before = os.umask(0o027)
    try:
        write(source, path, record=None)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640

    path.chmod(0o604)
    write(source, path, record=None, overwrite=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


def test_the_source_is_never_replaced_unasked(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    data = saved(picture(), "JPEG")
    path.write_bytes(data)
    (tmp_path / "link.jpg").symlink_to(path)
    (tmp_path / "sub").mkdir()
    source = read(path, SETTINGS)

    for same in [path, tmp_path / "link.jpg", tmp_path / "sub" / ".." / "photo.jpg"]:
        with pytest.raises(PhotoNotWritten, match="photo's own"):
            write(source, same, record=None)

    assert path.read_bytes() == data
    assert files_in(tmp_path) == ["link.jpg", "photo.jpg", "sub"]
    write(source, tmp_path / "link.jpg", record=RECORD, overwrite=True)
    assert (tmp_path / "link.jpg").is_symlink()
    assert read_record(read(path, SETTINGS)) == RECORD


def test_places_that_take_no_file_are_refused_and_left_clean(tmp_path: Path) -> None:
    source = read(saved(picture(), "JPEG"), SETTINGS)
    (tmp_path / "taken.jpg").write_bytes(b"mine")
    (tmp_path / "folder.jpg").mkdir()
    (tmp_path / "dangling.jpg").symlink_to(tmp_path / "nowhere" / "x.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    before = files_in(tmp_path)
    for name, overwrite, says in [
        ("taken.jpg", False, "taken"),
        ("folder.jpg", True, "folder"),
        ("pipe.jpg", True, "pipe"),
        ("dangling.jpg", False, "taken"),
        ("dangling.jpg", True, "create it first"),
        ("missing/out.jpg", False, "create it first"),
        ("taken.jpg/out.jpg", False, "create it first"),
        ("n" * 300 + ".jpg", False, "expected"),
        ("a\0b.jpg", False, "expected"),
    ]:
        with pytest.raises(PhotoNotWritten, match=says):
            write(source, tmp_path / name, record=None, overwrite=overwrite)

    assert files_in(tmp_path) == before
    assert (tmp_path / "taken.jpg").read_bytes() == b"mine"


@pytest.mark.parametrize("call", ["open", "fsync", "link"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EIO])
def test_a_disk_that_refuses_leaves_nothing_behind(
    call: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = read(saved(picture(), "JPEG"), SETTINGS)

    def refuse(*_: object, **__: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, refuse)
    if call == "link":  # then a system without hard links is tried, and refuses too
        monkeypatch.setattr(Path, "replace", refuse)

    with pytest.raises(PhotoNotWritten, match=os.strerror(number)):
        write(source, tmp_path / "out.jpg", record=None)

    assert files_in(tmp_path) == []


def test_an_interrupted_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = read(saved(picture(), "JPEG"), SETTINGS)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)

    with pytest.raises(KeyboardInterrupt):
        write(source, tmp_path / "out.jpg", record=None)

    assert files_in(tmp_path) == []


def test_a_name_taken_during_the_work_is_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = read(saved(picture(), "JPEG"), SETTINGS)
    path = tmp_path / "out.jpg"
    sync = os.fsync

    def someone_is_faster(descriptor: int) -> None:
        path.write_bytes(b"theirs")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", someone_is_faster)

    with pytest.raises(PhotoNotWritten, match="taken"):
        write(source, path, record=None)

    assert path.read_bytes() == b"theirs"
    assert files_in(tmp_path) == ["out.jpg"]


def test_a_file_system_without_hard_links_is_written_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = read(saved(picture(), "JPEG"), SETTINGS)

    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)

    write(source, tmp_path / "out.jpg", record=None)

    assert read(tmp_path / "out.jpg", SETTINGS).size_wh == source.size_wh
    assert files_in(tmp_path) == ["out.jpg"]
