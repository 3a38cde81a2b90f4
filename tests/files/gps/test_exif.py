"""The place goes from an EXIF block wherever GPS directories hang, and soon."""

from __future__ import annotations

import struct
import time
from typing import Final

import pytest
from PIL import Image

from open_the_eyes.files import encoded, read, without_gps
from open_the_eyes.files.gps.exif import without_place
from open_the_eyes.settings import Settings
from tests.files.pictures import facts, picture, saved, with_segments

LATITUDE, OTHER = 77_777, 88_888
SHORT, LONG, SLONG, IFD = 3, 4, 9, 13


def entry(tag: int, value: int, kind: int = LONG, count: int = 1) -> bytes:
    return struct.pack("<HHII", tag, kind, count, value)


ORIENTATION: Final = entry(274, 1, SHORT)


def directory(*entries: bytes, after: int = 0) -> bytes:
    return struct.pack("<H", len(entries)) + b"".join(entries) + struct.pack("<I", after)


def place(at: int, minutes: int = LATITUDE, times: int = 1) -> bytes:
    """A GPS directory that stands there, its latitude told once or more often."""
    values = at + 2 + 12 * (1 + times) + 4
    latitudes = [entry(2, values + 24 * n, 5, 3) for n in range(times)]
    table = directory(entry(1, ord("N"), 2, 2), *latitudes)
    return table + b"".join(struct.pack("<6I", 47, 1, 11, 1, minutes + n, 1000) for n in range(times))


def block(*parts: bytes) -> bytes:
    return b"II*\0\x08\0\0\0" + b"".join(parts)


FIRST: Final = 8 + 2 + 24 + 4
"""What stands behind a first directory of two entries."""
THIRD: Final = FIRST + 18
"""And behind another one of one entry."""
HANGING: Final = {
    "in the first directory": block(directory(ORIENTATION, entry(34853, FIRST)), place(FIRST)),
    "twice in it": block(
        directory(ORIENTATION, entry(34853, FIRST + 12), entry(34853, FIRST + 12 + 54)),
        place(FIRST + 12),
        place(FIRST + 12 + 54, OTHER),
    ),
    "by a signed number": block(directory(ORIENTATION, entry(34853, FIRST, SLONG)), place(FIRST)),
    "by a short number": block(directory(ORIENTATION, entry(34853, FIRST, SHORT)), place(FIRST)),
    "by the kind for directories": block(directory(ORIENTATION, entry(34853, FIRST, IFD)), place(FIRST)),
    "by a kind that is no number": block(directory(ORIENTATION, entry(34853, FIRST, 16)), place(FIRST)),
    "under the thumbnail's": block(
        directory(ORIENTATION, entry(271, 65, 2, 2), after=FIRST), directory(entry(34853, THIRD)), place(THIRD)
    ),
    "under EXIF's": block(directory(ORIENTATION, entry(34665, FIRST)), directory(entry(34853, THIRD)), place(THIRD)),
    "under another picture's": block(
        directory(ORIENTATION, entry(330, FIRST)), directory(entry(34853, THIRD)), place(THIRD)
    ),
    "with two latitudes": block(directory(ORIENTATION, entry(34853, FIRST)), place(FIRST, times=2)),
    "in a circle": block(
        directory(ORIENTATION, entry(34665, 8), after=FIRST), directory(entry(34853, THIRD), after=8), place(THIRD)
    ),
}


@pytest.mark.parametrize("exif", HANGING.values(), ids=HANGING)
def test_no_byte_of_the_place_is_left_wherever_it_hangs(exif: bytes) -> None:
    after = without_place(exif) or b""

    assert len(after) == len(exif)
    assert not [number for number in (LATITUDE, LATITUDE + 1, OTHER) if struct.pack("<I", number) in after]
    assert struct.pack("<H", 34853) not in after
    assert ORIENTATION in after
    read_again = Image.Exif()
    read_again.load(b"Exif\0\0" + after)
    assert read_again[274] == 1
    assert without_place(after) == after


def damaged(gps: bytes, at: int = FIRST, behind: bytes = b"") -> bytes:
    return block(directory(ORIENTATION, entry(34853, at)), gps, behind)


def altered(at: int, *numbers: int) -> bytes:
    """A block with a place, in which short numbers say something else."""
    exif = bytearray(HANGING["in the first directory"])
    struct.pack_into(f"<{len(numbers)}H", exif, at, *numbers)
    return bytes(exif)


LATITUDES_KIND: Final = FIRST + 2 + 12 + 2
BY_HALF_A_NUMBER: Final = (
    b"MM\0*\0\0\0\x08\0\1" + struct.pack(">HHIII", 34853, SHORT, 1, 26, 0) + struct.pack(">HHHII", 1, 2, 5, 3, 44)
).ljust(68, b"\1")

DAMAGED: Final = {
    "with a latitude of one number": altered(LATITUDES_KIND, 5, 1),
    "with a latitude of four numbers": damaged(directory(entry(2, FIRST + 18, 5, 4)), behind=bytes(40)),
    "with a latitude of letters": altered(LATITUDES_KIND, 1, 3),
    "with a latitude of no number": altered(LATITUDES_KIND, 5, 0),
    "of too few entries": altered(FIRST, 1),
    "that is empty where another begins": damaged(place(FIRST), LATITUDES_KIND + 4),
    "told by half a number": BY_HALF_A_NUMBER,
    "with a value in another table": damaged(directory(entry(2, 10, 5, 3))),
    "with a value in the header": damaged(directory(entry(2, 0, 5, 3))),
    "with a value in its own table": damaged(directory(entry(2, FIRST, 5, 3)), behind=bytes(24)),
    "with two values in one place": damaged(
        directory(entry(2, FIRST + 30, 5, 3), entry(4, FIRST + 38, 5, 3)), behind=bytes(40)
    ),
    "with another tag's value": block(
        directory(entry(271, FIRST + 18, 2, 30), entry(34853, FIRST)), directory(entry(2, FIRST + 40, 5, 3)), bytes(60)
    ),
    "with the thumbnail's bytes": block(
        directory(ORIENTATION, entry(34853, THIRD + 12), after=FIRST),
        directory(entry(513, THIRD + 30), entry(514, 30)),
        directory(entry(2, THIRD + 50, 5, 3)),
        bytes(60),
    ),
    "of too many entries": damaged(struct.pack("<H", 1000) + place(FIRST)[2:]),
    "cut off": damaged(place(FIRST)[:-30]),
    "with a value elsewhere": damaged(place(FIRST + 1000)),
    "with a value of unknown kind": damaged(directory(entry(2, FIRST + 18, 200, 24)), behind=place(0)[-24:]),
    "beside where it is looked for": damaged(place(FIRST), FIRST + 2),
    "behind the block": damaged(place(FIRST), 5_000),
}


@pytest.mark.parametrize("exif", DAMAGED.values(), ids=DAMAGED)
def test_a_block_whose_place_cannot_be_found_whole_goes_altogether(exif: bytes) -> None:
    assert without_place(exif) is None


SOUND: Final = {
    "signed numbers": entry(2, FIRST + 18, 10, 3),
    "a date without an end": entry(29, FIRST + 18, 2, 10),
    "a reference without an end": entry(1, ord("N"), 2, 1),
    "no latitude": entry(2, 0, 5, 0),
    "a tag that is not Exif's": entry(59932, FIRST + 18, 7, 20),
}


@pytest.mark.parametrize("told", SOUND.values(), ids=SOUND)
def test_a_place_in_a_camera_s_own_way_takes_nothing_with_it(told: bytes) -> None:
    assert ORIENTATION in (without_place(damaged(directory(told), behind=bytes(24))) or b"")


def test_a_place_of_empty_entries_takes_nothing_with_it() -> None:
    assert ORIENTATION in (without_place(damaged(directory(entry(0, 0, 0, 0)))) or b"")


ABSURD: Final = {
    "positions over and over": block(directory(*[entry(330, 8, LONG, 40_000)] * 5_000), bytes(100_000)),
    "places over and over": block(directory(*[entry(34853, 100 + 2 * n) for n in range(5_000)]), b"\x10" * 100_000),
    "empty directories": block(
        directory(entry(330, 100, count=100_000), entry(34853, 8)).ljust(92, b"\0"),
        struct.pack("<100000I", *range(400_100, 500_100)),
        bytes(100_002),
    ),
    "empty places": block(
        directory(entry(34853, 100, count=100_000)).ljust(92, b"\0"),
        struct.pack("<100000I", *range(400_100, 500_100)),
        bytes(100_002),
    ),
    "a table in itself": block(directory(*[entry(34853, 8)] * 3, entry(330, 10)), struct.pack("<HH", 1, 34853) * 10),
}


@pytest.mark.parametrize("exif", ABSURD.values(), ids=ABSURD)
def test_tables_in_each_other_cost_no_time_and_keep_no_place(exif: bytes) -> None:
    started = time.thread_time()
    after = without_place(exif)
    assert time.thread_time() - started < 0.5
    assert after is None or without_place(after) == after


def test_a_second_exif_block_stays_by_itself_and_loses_the_place_too() -> None:
    first, second = (HANGING[kind] for kind in ("in the first directory", "twice in it"))
    going_on = (0xE1, b"Exif\0\0" + bytes(50))
    both = [(0xE1, b"Exif\0\0" + exif) for exif in (first, second)]
    photo = read(with_segments(saved(picture(), "JPEG"), both[0], going_on, both[1]), Settings())

    kept, stripped = encoded(photo, "JPEG", None), encoded(without_gps(photo), "JPEG", None)

    assert facts(photo).exif == first + bytes(50)
    assert both[1] == (0xE1, dict(facts(read(kept, Settings())).blocks)["APP1"])
    assert b"Exif\0\0" + (without_place(second) or b"") in stripped
    assert not [n for n in (LATITUDE, OTHER) if struct.pack("<I", n) in stripped]
