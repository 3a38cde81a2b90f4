"""Blocks told by what the picture shows: the right ones, or none, and the same file as without looking for them."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from open_the_eyes.errors import PhotoError
from open_the_eyes.files import encoded, jpeg, read
from open_the_eyes.files.jpeg import anchor, patch, segments
from open_the_eyes.files.jpeg.anchor import BlockMeans, anchor_interval, matches_picture
from open_the_eyes.files.jpeg.coefficients import dc_differences
from open_the_eyes.files.jpeg.frame import BaselineFrame, NotPatchable, baseline_frame_of
from open_the_eyes.files.jpeg.locate import BlockReader, RestartInterval
from open_the_eyes.imaging.arrays import Ints, Rgb
from open_the_eyes.photo import Photo
from tests.files.jpeg import scenes
from tests.files.jpeg.plain_baseline import scan
from tests.files.jpeg.scenes import CODED_AND_TURNED, CODINGS, RECORD, SETTINGS, coded, patched_jpeg, pixels_of

SIZE_WH = (651, 1109)
WHOLE = {
    name: options
    for name, options in CODINGS.items()
    if not any(key.startswith("restart") for key in options)
    and "sampling" not in options
    and name not in ("coarse", "fine")
}


@pytest.fixture(autouse=True)
def _looked_for_in_small_files_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchor, "_MIN_BITS", 0)
    monkeypatch.setattr(anchor, "_RUN_BITS", 8000)
    monkeypatch.setattr(anchor, "_DISTANCE", (0.03, 0.12))


def opened(data: bytes) -> tuple[BaselineFrame, BlockReader, RestartInterval, BlockMeans]:
    photo = read(data, SETTINGS)
    assert photo.file is not None
    parts = segments.split(data)
    frame, begin = baseline_frame_of(parts)
    reader = BlockReader(parts.scans[begin:-2].replace(b"\xff\x00", b"\xff"), frame)
    blocks = frame.mcus_wh[0] * frame.mcus_wh[1] * len(frame.mcu_membership)
    means = BlockMeans(photo.pixels, photo.file.orientation, frame, stored_rgb=photo.file.encoding.rgb_stored)
    return frame, reader, RestartInterval(0, reader.bits, 0, blocks), means


def block_at(frame: BaselineFrame, share: float) -> int:
    return int(share * frame.mcus_wh[1]) * frame.mcus_wh[0] * len(frame.mcu_membership)


@cache
def cloth(size_wh: tuple[int, int]) -> Rgb:
    """Something to see everywhere, and nowhere the same twice; no colour at its limit."""
    rng = np.random.default_rng(11)
    small = rng.uniform(60, 190, (size_wh[1] // 12 + 2, size_wh[0] // 12 + 2, 3)).astype(np.float32)
    large = cv2.resize(small, size_wh, interpolation=cv2.INTER_CUBIC) + rng.normal(0, 6, (*size_wh[::-1], 3))
    pixels = np.asarray(np.clip(large, 25, 230), np.uint8)
    pixels.flags.writeable = False
    return pixels


def from_pixels(pixels: Rgb, mode: str = "RGB", **options: Any) -> bytes:
    out = BytesIO()
    Image.fromarray(pixels).convert(mode).save(out, "JPEG", **{"quality": 90, **options})
    return out.getvalue()


def eyes_low_in(photo: Photo) -> Photo:
    mask = np.zeros(photo.pixels.shape[:2], np.bool_)
    height, width = mask.shape
    mask[height * 3 // 4 : height * 3 // 4 + 30, width // 3 : width // 3 + 70] = True
    return patched_jpeg(photo, mask)


@pytest.mark.parametrize("options", WHOLE.values(), ids=WHOLE.keys())
def test_an_anchor_is_the_beginning_of_the_block_it_says(options: dict[str, Any]) -> None:
    data = from_pixels(cloth(SIZE_WH), **options)
    starts = scan(data)[1]
    frame, reader, interval, means = opened(data)
    for share in (0.3, 0.6, 0.9):
        wanted = block_at(frame, share)
        found = anchor_interval(np.array([wanted]), reader, interval, frame, means)
        assert found is not None
        assert 0 < found.first_block <= wanted
        assert found.start == starts[found.first_block]
        assert (found.end, found.end_block) == (interval.end, interval.end_block)


@pytest.mark.parametrize(("name", "orientation"), CODED_AND_TURNED)
def test_the_file_is_the_same_as_when_all_data_is_read(
    name: str, orientation: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    believed = []

    def shown(blocks: Ints, *rest: Any) -> bool:
        believed.append(matches_picture(blocks, *rest))
        return believed[-1]

    monkeypatch.setattr(scenes, "scene", cloth)
    monkeypatch.setattr(patch, "matches_picture", shown)
    wanted = eyes_low_in(read(coded(SIZE_WH, orientation, **CODINGS[name]), SETTINGS))
    quick = encoded(wanted, "JPEG", RECORD)
    assert believed == [True] or name not in WHOLE
    monkeypatch.setattr(patch, "anchor_interval", lambda *_: None)
    assert quick == encoded(wanted, "JPEG", RECORD)


def test_blocks_beside_the_wanted_ones_show_something_else() -> None:
    data = from_pixels(cloth(SIZE_WH), subsampling=2)
    starts = np.array(scan(data)[1])
    frame, reader, _, means = opened(data)
    first = block_at(frame, 0.5)
    blocks = first + 6 * np.arange(30)
    for off, right in ((0, True), (-6, False), (6, False), (6 * frame.mcus_wh[0], False), (2, False)):
        told = dc_differences(reader.words, starts[blocks + off], frame.components[0].dc)
        assert matches_picture(blocks, told, frame, means) == right


@pytest.mark.parametrize("lie", [(40_000, 500), (0, 1), (200_000, 2000)])
def test_a_wrong_anchor_is_noticed(lie: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = eyes_low_in(read(coded(SIZE_WH, subsampling=2), SETTINGS))
    monkeypatch.setattr(anchor, "_MIN_BITS", 1 << 60)
    slow = encoded(wanted, "JPEG", RECORD)
    asked = []

    def lying(_: object, __: object, interval: RestartInterval, *___: object) -> RestartInterval:
        asked.append(interval)
        return RestartInterval(lie[0], interval.end, 6 * lie[1], interval.end_block)

    monkeypatch.setattr(patch, "anchor_interval", lying)
    assert encoded(wanted, "JPEG", RECORD) == slow
    assert asked


def test_nothing_is_told_in_a_plain_picture_or_between_two_alike() -> None:
    plain = np.full((900, 640, 3), 200, np.uint8)
    twice = np.concatenate([cloth((640, 448))] * 2)
    for pixels in (plain, twice):
        frame, reader, interval, means = opened(from_pixels(pixels))
        assert anchor_interval(np.array([block_at(frame, 0.8)]), reader, interval, frame, means) is None


@pytest.mark.parametrize("level", [0, 128, 200, 255])
@pytest.mark.parametrize("subsampling", [0, 2])
def test_nothing_is_told_within_a_plain_band(level: int, subsampling: int) -> None:
    pixels = cloth((1600, 2400)).copy()
    pixels[700:1900] = level
    frame, reader, interval, means = opened(from_pixels(pixels, subsampling=subsampling))
    assert anchor_interval(np.array([block_at(frame, 0.7)]), reader, interval, frame, means) is None


def test_a_picture_that_is_plain_where_it_begins_is_told_further_down() -> None:
    pixels = np.full((1200, 640, 3), 250, np.uint8)
    pixels[600:] = cloth((640, 600))
    data = from_pixels(pixels)
    starts = scan(data)[1]
    frame, reader, interval, means = opened(data)
    found = anchor_interval(np.array([block_at(frame, 0.8)]), reader, interval, frame, means)
    assert found is not None
    assert found.start == starts[found.first_block]


def test_in_damaged_files_nothing_beside_the_mask_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a decoder makes of a file whose bits are wrong, it makes the same of the patched one."""
    believed = []

    def shown(blocks: Ints, *rest: Any) -> bool:
        believed.append(matches_picture(blocks, *rest))
        return believed[-1]

    monkeypatch.setattr(patch, "matches_picture", shown)
    whole = [from_pixels(cloth(SIZE_WH), subsampling=n) for n in range(3)]
    for seed in range(12):
        rng = np.random.default_rng(seed)
        damaged = bytearray(whole[seed % 3])
        damaged[int(rng.integers(1000, len(damaged) // 2))] ^= int(rng.integers(1, 256))
        try:
            photo, shown_before = read(bytes(damaged), SETTINGS), pixels_of(bytes(damaged))
        except (PhotoError, OSError, SyntaxError, ValueError):
            continue
        target = eyes_low_in(photo)
        assert target.file is not None
        try:
            out = jpeg.patched_jpeg(target.file, target)
        except NotPatchable:
            continue
        changed = (target.pixels != photo.pixels).any(axis=2).astype(np.uint8)
        away = cv2.dilate(changed, np.ones((69, 69), np.uint8)) == 0
        away[-32:, -32:] = False  # the last MCU, where the data may run out and a decoder makes up the rest
        np.testing.assert_array_equal(pixels_of(out)[away], shown_before[away])
    assert believed.count(True) > 4


def test_it_is_not_worth_looking_near_the_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchor, "_MIN_BITS", 400_000)
    frame, reader, interval, means = opened(from_pixels(cloth(SIZE_WH)))
    early, late = (anchor_interval(np.array([block_at(frame, s)]), reader, interval, frame, means) for s in (0.1, 0.9))
    assert early is None
    assert late is not None
