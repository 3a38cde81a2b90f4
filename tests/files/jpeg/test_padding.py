"""The end of an interval's data is where its last block ends, whatever fills the byte up, or it is not told."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from open_the_eyes.files.jpeg import locate, padding, segments
from open_the_eyes.files.jpeg.coefficients import decode_blocks
from open_the_eyes.files.jpeg.frame import BaselineFrame, baseline_frame_of
from open_the_eyes.files.jpeg.locate import BlockReader, RestartInterval
from open_the_eyes.files.jpeg.padding import last_block_ends
from tests.files.jpeg.plain_baseline import scan
from tests.files.jpeg.scenes import coded

MARKER = re.compile(rb"\xff[\xd0-\xd7]")


@pytest.fixture(params=["side by side", "one by one"], autouse=True)
def _each_way_of_reading(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locate, "FEW_LANES", 1 << 30 if request.param == "one by one" else -1)


def end_of(reader: BlockReader, frame: BaselineFrame, start: int) -> int:
    """Where the last block of an MCU ends that begins there."""
    last = frame.components[frame.mcu_membership[-1]]
    return int(decode_blocks(reader.words, np.array([start]), last.dc, last.ac)[1][0])


def whole(**options: Any) -> tuple[BlockReader, RestartInterval, int]:
    """A file without restart markers, as one interval, and its end."""
    data = coded((640, 480), **options)
    parts = segments.split(data)
    frame, begin = baseline_frame_of(parts)
    reader = BlockReader(parts.scans[begin:-2].replace(b"\xff\x00", b"\xff"), frame)
    starts = scan(data)[1]
    return reader, RestartInterval(0, reader.bits, 0, len(starts)), end_of(reader, frame, starts[-1])


def apart(data: bytes) -> tuple[BlockReader, list[RestartInterval], list[int]]:
    """A file's restart intervals, and where their last blocks end."""
    plain, frame, intervals, ends = decoded(data)
    return BlockReader(plain, frame), intervals, ends


@cache
def decoded(data: bytes) -> tuple[bytes, BaselineFrame, list[RestartInterval], list[int]]:
    """What `apart` tells, once for both ways of reading."""
    parts = segments.split(data)
    frame, begin = baseline_frame_of(parts)
    plain = [piece.replace(b"\xff\x00", b"\xff") for piece in MARKER.split(parts.scans[begin:-2])]
    bits = np.cumsum([0] + [8 * len(piece) for piece in plain]).tolist()
    starts, length = scan(data)[1], frame.restart_interval * len(frame.mcu_membership)
    firsts = [*range(0, len(starts), length), len(starts)]
    reader = BlockReader(b"".join(plain), frame)
    edges = zip(pairwise(bits), pairwise(firsts), strict=True)
    intervals = [RestartInterval(start, end, first, behind) for (start, end), (first, behind) in edges]
    return b"".join(plain), frame, intervals, [end_of(reader, frame, starts[one.end_block - 1]) for one in intervals]


@pytest.mark.parametrize("quality", [30, 90, 98])
def test_the_end_of_the_data_is_found(quality: int) -> None:
    reader, interval, end = whole(subsampling=2, quality=quality)
    assert last_block_ends(reader, [interval]) == [end]


@pytest.mark.parametrize("quality", [40, 75, 95])
@pytest.mark.parametrize("blocks", [1, 3, 5, 8, 11, 50])
def test_the_end_of_every_restart_interval_is_found(blocks: int, quality: int) -> None:
    for subsampling in (0, 1, 2):
        reader, intervals, ends = apart(
            coded((157, 107), subsampling=subsampling, quality=quality, restart_marker_blocks=blocks)
        )
        assert last_block_ends(reader, intervals) == ends


def test_an_end_that_no_guesses_agree_on_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, interval, _ = whole(subsampling=2)
    monkeypatch.setattr(padding, "_MIN_AGREEING", 100)
    assert last_block_ends(reader, [interval]) == [None]


def test_an_interval_with_other_than_its_blocks_has_no_end() -> None:
    reader, intervals, _ = apart(coded((301, 203), subsampling=2, restart_marker_blocks=3))
    one = intervals[4]
    assert last_block_ends(
        reader, [replace(one, end_block=one.end_block + 6), replace(one, end_block=one.end_block - 6)]
    ) == [None, None]
    assert last_block_ends(reader, [replace(one, end=one.end - 16)]) == [None]
