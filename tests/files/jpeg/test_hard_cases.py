"""JPEGs that are damaged, or that cannot be patched: nothing is lost, and the report says how they were coded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from open_the_eyes.errors import UnreadablePhoto
from open_the_eyes.files import encoded, read, write
from open_the_eyes.files.jpeg import container, segments
from open_the_eyes.photo import Photo
from tests.files.jpeg.scenes import (
    CODINGS,
    RECORD,
    SETTINGS,
    check_beside_mask,
    coded,
    how,
    mask_of,
    patched_jpeg,
)
from tests.files.pictures import facts, saved


@pytest.mark.parametrize("seed", range(40))
def test_damaged_files_lose_nothing_beside_the_mask(seed: int) -> None:
    """Whatever a decoder makes of a file whose bits are wrong, it makes the same of the patched one."""
    rng = np.random.default_rng(seed)
    options = list(CODINGS.values())[seed % len(CODINGS)]
    damaged = bytearray(coded(**options))
    for _ in range(int(rng.integers(1, 4))):
        damaged[int(rng.integers(20, len(damaged)))] = int(rng.integers(0, 256))
    check_beside_mask(bytes(damaged))


@pytest.mark.parametrize("name", ["grey", "4:2:0", "red, green and blue"])
def test_files_whose_data_end_early_lose_nothing_beside_the_mask_or_are_coded_again(name: str, tmp_path: Any) -> None:
    whole, told = coded(**CODINGS[name]), set()
    for cut in range(4, 60, 4):  # among them one of each coding that ends within a code
        damaged = whole[: -2 - cut] + whole[-2:]
        check_beside_mask(damaged)
        photo = read(damaged, SETTINGS)
        mask = np.zeros(photo.pixels.shape[:2], np.bool_)
        mask[64:70, 64:80] = True
        told.add(how(patched_jpeg(photo, mask), tmp_path))
    assert told == {"coefficients", "reencoded: its coded data is damaged"}


@pytest.mark.parametrize("options", [{"subsampling": 2}, {"mode": "L"}, {"mode": "CMYK"}], ids=["RGB", "grey", "CMYK"])
def test_a_damaged_picture_is_told_of_and_a_sound_one_is_not(options: dict[str, Any], tmp_path: Any) -> None:
    sound = coded(**options)
    middle = len(sound) // 2
    damaged = sound[:middle] + sound[middle + 300 :]
    for data, told in ((sound, False), (damaged, True)):
        photo = read(data, SETTINGS)
        notes = write(patched_jpeg(photo, mask_of(photo)), tmp_path / f"{told}.jpg", record=None).notes
        assert any("a strict decoder refuses it" in note for note in notes) == told


def test_a_sound_picture_whose_colours_are_sampled_in_a_rare_way_is_not_called_damaged() -> None:
    """4:1:0 over plain grey, coded by hand: level 0 everywhere, in the standard's Huffman tables."""
    data = saved(Image.new("RGB", (32, 16), (128, 128, 128)), "JPEG", subsampling=2)
    parts = segments.split(data)
    frame = next(bytes(segment) for segment in parts.header if segment.is_frame_header)
    one_mcu = int("001010" * 8 + "0000" * 2, 2).to_bytes(7, "big")
    header = parts.scans[: 2 + int.from_bytes(parts.scans[2:4], "big")]
    rare = data[: -len(parts.scans)].replace(frame, frame.replace(b"\1\x22\0", b"\1\x42\0")) + header
    rare += one_mcu + b"\xff\xd9"

    photo = read(rare, SETTINGS)

    assert b"\1\x42\0" in rare
    assert (photo.pixels == 128).all()
    assert facts(photo).notes == ()


def test_pixels_of_a_file_cannot_be_painted_over_unnoticed() -> None:
    photo = read(coded(), SETTINGS)
    with pytest.raises(ValueError, match="read-only"):
        photo.pixels[0, 0] = 0


def test_the_report_says_how_the_picture_was_coded(tmp_path: Any) -> None:
    photo = read(coded(subsampling=2), SETTINGS)
    edited = patched_jpeg(photo, mask_of(photo))
    assert how(edited, tmp_path) == "coefficients"
    assert write(edited, tmp_path / "out.png", record=None).encoding == "whole"
    assert how(Photo(edited.pixels), tmp_path) == "whole"


def test_metadata_and_what_follows_the_picture_are_kept_byte_for_byte() -> None:
    data = coded(subsampling=2)
    blocks = [
        b"\xff\xed\x00\x1fPhotoshop 3.0\x008BIM" + b"0123456789a",
        b"\xff\xe2\x00\x10ICC_PROFILE\0\x01",
        b"\xff\xfe\x00\x07hello",
    ]
    source = data[:2] + b"".join(blocks) + data[2:] + b"a motion photo's film"
    photo = read(source, SETTINGS)
    out = encoded(patched_jpeg(photo, mask_of(photo)), "JPEG", RECORD)
    for segment in segments.split(source).header:
        assert bytes(segment) in out
    assert out.endswith(b"\xff\xd9a motion photo's film")


CODED_AGAIN: dict[str, tuple[dict[str, Any], str]] = {
    "cmyk": ({"mode": "CMYK"}, "4 colours stored, which are not RGB"),
}


@pytest.mark.parametrize(("options", "reason"), CODED_AGAIN.values(), ids=CODED_AGAIN.keys())
def test_what_cannot_be_patched_is_coded_again_and_says_so(options: dict[str, Any], reason: str, tmp_path: Any) -> None:
    photo = read(coded(**options), SETTINGS)
    edited = patched_jpeg(photo, mask_of(photo))
    told = write(edited, tmp_path / "out.jpg", record=None)
    assert told.encoding == f"reencoded: {reason}"
    assert told.notes[0] == f"This JPEG ({reason}) is encoded anew: pixels everywhere move by a few levels."
    found = read(tmp_path / "out.jpg", SETTINGS)
    assert np.abs(found.pixels.astype(int) - edited.pixels).mean() < 4


@pytest.mark.parametrize(
    "options", [{"mode": "CMYK"}, {"progressive": True}, {}], ids=["CMYK", "progressive", "patched"]
)
def test_restart_markers_that_go_are_told_of(options: dict[str, Any], tmp_path: Any) -> None:
    photo = read(coded(restart_marker_blocks=7, **options), SETTINGS)

    told = write(patched_jpeg(photo, mask_of(photo)), tmp_path / "out.jpg", record=None).notes

    had_and_has = [
        b"\xff\xdd" in data for data in (coded(restart_marker_blocks=7), (tmp_path / "out.jpg").read_bytes())
    ]
    again = "mode" in options
    assert had_and_has == [True, not again]
    assert ("It had restart markers, and has none now." in told) == again


@pytest.mark.parametrize("optimize", [False, True], ids=["the standard's", "of its own"])
def test_what_is_coded_again_has_huffman_tables_of_its_own_if_it_had_them(optimize: bool) -> None:
    def in_tables(data: bytes) -> int:
        return sum(len(s.payload) for s in segments.split(data).header if s.marker == 0xC4)

    data = coded(optimize=optimize)
    photo = read(data, SETTINGS)
    out = encoded(photo.with_pixels(np.bitwise_not(photo.pixels)), "JPEG", RECORD)
    assert (in_tables(out) == 416) == (in_tables(data) == 416) == (not optimize)


def test_restart_markers_out_of_order_are_not_patched(tmp_path: Any) -> None:
    data = bytearray(coded(subsampling=2, restart_marker_blocks=3))
    first, second = data.index(b"\xff\xd1") + 1, data.index(b"\xff\xd2") + 1
    data[first], data[second] = data[second], data[first]
    photo = read(bytes(data), SETTINGS)
    assert how(patched_jpeg(photo, mask_of(photo)), tmp_path) == "reencoded: restart markers out of order"


def test_a_block_that_the_file_ends_within_is_not_patched(tmp_path: Any) -> None:
    data = coded((8, 8), mode="L")
    photo = read(data[:-7] + data[-2:], SETTINGS)
    pixels = np.bitwise_not(photo.pixels)
    assert how(photo.with_pixels(pixels), tmp_path) == "reencoded: its coded data ends early"


def test_colour_in_a_grey_file_is_coded_again(tmp_path: Any) -> None:
    photo = read(coded(mode="L"), SETTINGS)
    pixels = photo.pixels.copy()
    pixels[40:60, 40:60] = (120, 80, 40)
    assert how(photo.with_pixels(pixels), tmp_path) == "reencoded: a grey picture that got colour"


def test_another_picture_is_coded_again(tmp_path: Any) -> None:
    photo = read(coded((1024, 768), subsampling=0), SETTINGS)
    assert how(photo.with_pixels(np.bitwise_not(photo.pixels)), tmp_path) == "reencoded: most of the picture changed"
    smaller = replace(photo, picture=photo.pixels[:64, :64])
    assert how(smaller, tmp_path) == "reencoded: a picture of another size"


@pytest.mark.parametrize(
    ("error", "reason", "is_logged"),
    [
        (IndexError("7"), "it could not be patched", True),
        (MemoryError(), "too little memory to patch it", False),
        (UnreadablePhoto("its tables contradict each other"), "an unusual structure", False),
    ],
    ids=["a mistake of ours", "no memory", "a file that cannot be taken apart"],
)
def test_only_the_file_is_blamed_for_what_the_file_is(
    error: Exception, reason: str, is_logged: bool, tmp_path: Any, monkeypatch: Any, caplog: Any
) -> None:
    def failing(*_: object, **__: object) -> bytes:
        raise error

    monkeypatch.setattr(container, "patched_baseline", failing)
    photo = read(coded(), SETTINGS)
    with caplog.at_level("INFO", "open_the_eyes.files"):
        assert how(patched_jpeg(photo, mask_of(photo)), tmp_path) == f"reencoded: {reason}"
    warned = [entry.getMessage() for entry in caplog.records if entry.levelname == "WARNING"]
    assert [repr(error) in message for message in warned] == [True] * is_logged
    assert any(entry.exc_info for entry in caplog.records) == is_logged
