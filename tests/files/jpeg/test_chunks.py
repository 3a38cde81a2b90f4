"""Blocks are found where a plain reader finds them, however the data is cut up; codes come back as they were read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from open_the_eyes.files.jpeg import chunks, locate, segments
from open_the_eyes.files.jpeg.bits import BitJoiner
from open_the_eyes.files.jpeg.changes import ZIGZAG
from open_the_eyes.files.jpeg.chunks import block_positions
from open_the_eyes.files.jpeg.coefficients import decode_blocks, encode_blocks
from open_the_eyes.files.jpeg.frame import BaselineFrame, NotPatchable, ScanComponent, baseline_frame_of
from open_the_eyes.files.jpeg.huffman import HuffmanTable, InvalidTable
from open_the_eyes.files.jpeg.locate import BlockReader, RestartInterval
from tests.files.jpeg.plain_baseline import scan
from tests.files.jpeg.scenes import coded

UNEVEN = HuffmanTable(bytes([0, 1, 2, 1] + [0] * 12), bytes([0x00, 0x01, 0x11, 0x02]))
"""AC codes for the end, ±1, ±1 behind a zero, and two bits."""
DC = HuffmanTable(bytes([0, 2] + [0] * 14), bytes([0, 1]))


@pytest.fixture(params=["side by side", "one by one"], autouse=True)
def _each_way_of_reading(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small data is read by plain Python, in one go; here all is read both ways."""
    one_by_one = request.param == "one by one"
    monkeypatch.setattr(locate, "FEW_LANES", 1 << 30 if one_by_one else -1)
    monkeypatch.setattr(chunks, "_ONE_CHUNK_BITS", 1 << 30 if one_by_one else -1)


def opened(**options: Any) -> tuple[BaselineFrame, BlockReader, RestartInterval, list[int]]:
    data = coded((640, 480), **options)
    parts = segments.split(data)
    frame, begin = baseline_frame_of(parts)
    reader = BlockReader(parts.scans[begin:-2].replace(b"\xff\x00", b"\xff"), frame)
    starts = scan(data)[1]
    return frame, reader, RestartInterval(0, reader.bits, 0, len(starts)), starts


@pytest.mark.parametrize(
    "options",
    [{"subsampling": 0}, {"subsampling": 2}, {"subsampling": 2, "optimize": True, "quality": 30}, {"mode": "L"}],
    ids=["4:4:4", "4:2:0", "own tables, coarse", "grey"],
)
def test_every_block_is_found_where_it_begins(options: dict[str, Any]) -> None:
    _, reader, interval, starts = opened(**options)
    everyone = np.arange(len(starts))
    np.testing.assert_array_equal(block_positions(everyone, reader, [interval]), starts)
    for some in (everyone[:1], everyone[-1:], everyone[len(starts) // 2 :: 50]):
        np.testing.assert_array_equal(block_positions(some, reader, [interval]), np.array(starts)[some])


def test_a_block_behind_the_last_is_not_found() -> None:
    _, reader, interval, starts = opened(subsampling=2)
    with pytest.raises(NotPatchable, match="ends early"):
        block_positions(np.array([len(starts) + 3]), reader, [interval])


def test_data_with_many_more_blocks_than_the_picture_is_refused() -> None:
    short = HuffmanTable(bytes([1] + [0] * 15), bytes([0]))
    frame = BaselineFrame((64, 64), (ScanComponent(1, 1, 1, (1,) * 64, short, short),), 0)
    reader = BlockReader(bytes(1_000_000), frame)
    with pytest.raises(NotPatchable, match="damaged"):
        block_positions(np.array([60]), reader, [RestartInterval(0, reader.bits, 0, 64)])


def test_blocks_are_coded_as_they_were() -> None:
    frame, reader, _, starts = opened(subsampling=2)
    words = reader.words
    slots = np.array(frame.mcu_membership)[np.arange(len(starts)) % len(frame.mcu_membership)]
    for number, component in enumerate(frame.components):
        at = np.array(starts)[slots == number]
        rows, ends = decode_blocks(words, at, component.dc, component.ac)
        codes = encode_blocks(rows, component.dc, component.ac)
        assert np.array_equal(np.diff(codes.starts), ends - at)
        for n, bits in list(enumerate(codes.each_block()))[::97]:
            np.testing.assert_array_equal(bits, reader.bits_at(at[n : n + 1], int(ends[n] - at[n]))[0])


@pytest.mark.parametrize(
    ("wanted", "coded_as"),
    [([5, 0, 0], [3, 0, 0]), ([-9, 0, 0], [-3, 0, 0]), ([0, 0, 1], [0, 0, 0]), ([1, 0, 2], [1, 0, 1])],
    ids=["too large", "too small", "too many zeros", "too large behind a zero"],
)
def test_a_number_without_a_code_becomes_the_nearest_with_one(wanted: list[int], coded_as: list[int]) -> None:
    rows = np.zeros((1, 64), np.int64)
    rows[0, 1:4] = wanted
    nearest = rows.copy()
    nearest[0, 1:4] = coded_as
    np.testing.assert_array_equal(encode_blocks(rows, DC, UNEVEN).bits, encode_blocks(nearest, DC, UNEVEN).bits)


def test_more_than_a_few_numbers_without_a_code_are_refused() -> None:
    rows = np.zeros((100, 64), np.int64)
    rows[:, 3] = 1
    with pytest.raises(NotPatchable, match="no codes"):
        encode_blocks(rows, DC, UNEVEN)


@pytest.mark.parametrize(("place", "value"), [(5, 1024), (0, 2048), (63, -5000)], ids=["AC", "DC", "far out"])
def test_numbers_that_the_standard_has_no_code_for_are_refused(place: int, value: int) -> None:
    rows = np.zeros((1, 64), np.int64)
    rows[0, place] = value
    with pytest.raises(NotPatchable, match="out of range"):
        encode_blocks(rows, DC, UNEVEN)


@pytest.mark.parametrize(
    ("counts", "values"),
    [([3] + [0] * 15, [0, 1, 2]), ([2, 1] + [0] * 14, [0, 1, 2]), ([0, 2] + [0] * 14, [7, 7])],
    ids=["too many of one bit", "no room left", "one symbol twice"],
)
def test_impossible_tables_are_refused(counts: list[int], values: list[int]) -> None:
    with pytest.raises(InvalidTable):
        HuffmanTable(bytes(counts), bytes(values))


def test_bits_from_any_place_are_joined() -> None:
    rng = np.random.default_rng(5)
    source = rng.integers(0, 256, 5000, np.uint8)
    plain = np.unpackbits(source)
    for start, end in ((0, 40_000), (3, 39_997), (8, 24_000), (5, 5), (11, 12), (1, 20_001)):
        joiner, new = BitJoiner(source.tobytes()), rng.integers(0, 2, 13).astype(np.uint8)
        joiner.copy(0, 7)
        joiner.add(new)
        joiner.copy(start, end)
        expected = np.concatenate([plain[:7], new, plain[start:end]])
        expected = np.append(expected, np.ones(-len(expected) % 8, np.uint8))
        assert joiner.padded(1) == np.packbits(expected).tobytes()


def test_coefficients_go_through_the_block_from_corner_to_corner() -> None:
    assert ZIGZAG[:10].tolist() == [0, 1, 8, 16, 9, 2, 3, 10, 17, 24]
    assert ZIGZAG[-4:].tolist() == [47, 55, 62, 63]
    assert sorted(ZIGZAG.tolist()) == list(range(64))
