"""Coefficients -> scans -> coefficients, for values and scans that cameras do not make."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.files.jpeg.frame import Frame, FrameComponent, NotPatchable
from open_the_eyes.files.jpeg.progressive import encoding
from open_the_eyes.files.jpeg.progressive.decoding import decoded_coefficients
from open_the_eyes.files.jpeg.progressive.encoding import encoded_scan
from open_the_eyes.files.jpeg.progressive.entropy_coding import optimal_table
from open_the_eyes.files.jpeg.progressive.scans import Band, Scan, scans_of
from open_the_eyes.files.jpeg.segments import Segment, split_without_trailer
from tests.files.jpeg import plain_progressive

GREY = Frame((203, 77), (FrameComponent(1, 1, 1, (1,) * 64),))
COLOUR = Frame(
    (61, 35),
    (FrameComponent(1, 2, 2, (1,) * 64), FrameComponent(2, 1, 1, (1,) * 64), FrameComponent(3, 1, 1, (1,) * 64)),
)
SCRIPTS: dict[str, list[tuple[tuple[int, ...], Band]]] = {
    "one scan a band": [((0,), Band(0, 0, 0, False)), ((0,), Band(1, 63, 0, False))],
    "bit by bit": [
        ((0,), Band(0, 0, 2, False)),
        ((0,), Band(1, 63, 3, False)),
        *(((0,), Band(1, 63, low, True)) for low in (2, 1, 0)),
        *(((0,), Band(0, 0, low, True)) for low in (1, 0)),
    ],
    "narrow bands": [
        ((0,), Band(0, 0, 0, False)),
        ((0,), Band(63, 63, 1, False)),
        ((0,), Band(1, 2, 0, False)),
        ((0,), Band(3, 62, 1, False)),
        ((0,), Band(3, 62, 0, True)),
        ((0,), Band(63, 63, 0, True)),
    ],
}


@pytest.mark.parametrize("restart", [0, 7])
@pytest.mark.parametrize("some", [0.002, 0.05, 0.9])
@pytest.mark.parametrize("script", SCRIPTS)
def test_any_coefficients_come_back(script: str, some: float, restart: int) -> None:
    rows = values((26 * 10, 64), some)
    data = file_of(GREY, SCRIPTS[script], [rows], restart)

    (plain,) = plain_progressive.planes(data)

    np.testing.assert_array_equal(plain.blocks.reshape(-1, 64), rows)
    np.testing.assert_array_equal(decoded_coefficients(*scans_of(split_without_trailer(data)))[0], rows)


@pytest.mark.parametrize("together", [True, False], ids=["DC of all in one scan", "DC one by one"])
def test_colours_of_several_sizes_come_back(together: bool) -> None:
    rows = [values((count, 64), 0.1) for count in (4 * 4 * 3 * 2, 4 * 3, 4 * 3)]
    rows[0] = rows[0][: 8 * 6]
    dc: list[tuple[int, ...]] = [(0, 1, 2)] if together else [(0,), (1,), (2,)]
    script: list[tuple[tuple[int, ...], Band]] = [(planes, Band(0, 0, 1, False)) for planes in dc]
    script += [((n,), Band(1, 63, 1, False)) for n in (2, 0, 1)] + [(planes, Band(0, 0, 0, True)) for planes in dc]
    script += [((n,), Band(1, 63, 0, True)) for n in (0, 1, 2)]
    inside = [np.ones((6, 8), np.bool_), np.ones((3, 4), np.bool_), np.ones((3, 4), np.bool_)]
    inside[0][5:] = False  # beyond the picture's edge, where a scan of one component has no block
    for row, there in zip(rows, inside, strict=True):
        row[~there.ravel(), 0 if not together else 1 :] = 0

    data = file_of(COLOUR, script, rows)

    for plain, read, wanted in zip(
        plain_progressive.planes(data),
        decoded_coefficients(*scans_of(split_without_trailer(data))),
        rows,
        strict=True,
    ):
        np.testing.assert_array_equal(plain.blocks.reshape(-1, 64), wanted)
        np.testing.assert_array_equal(read, wanted)


@pytest.mark.parametrize("at_once", [1 << 16, 1000])
def test_a_long_run_of_empty_blocks_comes_back(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "_BLOCKS_AT_ONCE", at_once)
    frame = Frame((4000, 560), (FrameComponent(1, 1, 1, (1,) * 64),))
    rows = np.zeros((35_000, 64), np.int16)
    rows[3, 5], rows[34_000, 62] = 9, -2

    data = file_of(frame, SCRIPTS["narrow bands"], [rows])

    np.testing.assert_array_equal(decoded_coefficients(*scans_of(split_without_trailer(data)))[0], rows)
    (plain,) = plain_progressive.planes(data)
    np.testing.assert_array_equal(plain.blocks.reshape(-1, 64), rows)


@pytest.mark.parametrize(("column", "value"), [(0, 2100), (5, -1030)])
def test_what_the_standard_has_no_code_for_is_not_written(column: int, value: int) -> None:
    rows = np.zeros((26 * 10, 64), np.int16)
    rows[4, column] = value
    with pytest.raises(NotPatchable, match="a colour out of range"):
        file_of(GREY, SCRIPTS["one scan a band"], [rows])


@pytest.mark.parametrize(
    "counts",
    [[5], [1, 1], [0, 7, 0, 7], [2**n for n in range(30)], [1, *range(1, 200)], [10**6] + [1] * 255],
    ids=["one", "two", "gaps", "steep", "slope", "one of many"],
)
def test_codes_are_as_short_as_they_may_be(counts: list[int]) -> None:
    """Kraft's sum leaves room for the code of ones alone; and nearly no code could be shorter."""
    table = optimal_table(np.array(counts + [0] * (256 - len(counts))))

    lengths = table.lengths[np.flatnonzero(counts)]
    assert lengths.all()
    assert lengths.max() <= 16
    assert (2.0**-lengths).sum() < 1
    assert all(code != (1 << length) - 1 for code, length in zip(table.codes, table.lengths, strict=True) if length)
    share = np.array(counts)[np.flatnonzero(counts)] / sum(counts)
    entropy = float(-(share * np.log2(share)).sum())
    assert entropy <= float((share * lengths).sum()) < entropy + 1.05


def values(shape: tuple[int, int], some: float) -> NDArray[np.int16]:
    """Most of them small, as in pictures; this share is not zero."""
    rng = np.random.default_rng(7)
    found = rng.laplace(0, 4, shape) * (rng.random(shape) < some) + rng.choice([0, 300], shape, p=[0.999, 0.001])
    return np.asarray(found, np.int16)


def file_of(
    frame: Frame, script: Sequence[tuple[tuple[int, ...], Band]], planes: list[NDArray[np.int16]], restart: int = 0
) -> bytes:
    sides = frame.size_wh[1].to_bytes(2, "big") + frame.size_wh[0].to_bytes(2, "big")
    told = b"".join(bytes([p.identifier, p.horizontal << 4 | p.vertical, 0]) for p in frame.components)
    head = [Segment(0xDB, bytes([0]) + bytes([1] * 64)), Segment(0xDD, restart.to_bytes(2, "big"))]
    head.append(Segment(0xC2, b"\x08" + sides + bytes([len(frame.components)]) + told))
    scans = [encoded_scan(scan_of(frame, planes_in, band, restart), frame, planes) for planes_in, band in script]
    return b"\xff\xd8" + b"".join(map(bytes, head)) + b"".join(scans) + b"\xff\xd9"


def scan_of(frame: Frame, planes: tuple[int, ...], band: Band, restart: int) -> Scan:
    chosen = b"".join(bytes([frame.components[n].identifier, min(n, 1) << 4 | min(n, 1)]) for n in planes)
    high = band.bit_position + 1 if band.is_refinement else 0
    payload = bytes([len(planes)]) + chosen + bytes([band.first, band.last, high << 4 | band.bit_position])
    names = tuple((0 if band.is_dc else 1, min(n, 1)) for n in planes)
    return Scan(planes, band, names, {}, restart, b"", bytes(Segment(0xDA, payload)), ())
