"""A JPEG with some of its blocks replaced; every other coefficient, and every table, stays bit for bit.

The coded data of the other blocks is copied, moved by as many bits as the new blocks are longer or shorter; it is never
decoded and coded again, so restart markers, Huffman tables and all that an encoder may have chosen stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..imaging.painting import Painting
from .jpeg_bits import BitJoiner
from .jpeg_changes import Changes, changes
from .jpeg_coefficients import read_blocks, write_blocks
from .jpeg_layout import Layout, NotPatchable
from .jpeg_locate import Reader
from .jpeg_places import Coded, Places, Stretch, coded_of, places_of


@dataclass(frozen=True, slots=True)
class _Codes:
    """One replaced block: its place in the unstuffed data, and its new bits."""

    start: int
    end: int
    bits: NDArray[np.uint8]


def patched(
    file: bytes, painting: Painting, orientation: int, *, stored_rgb: bool, known: Places | None = None
) -> bytes:
    """A JPEG file with other pixels where the painting differs from its base.

    Args:
        file: that the base was decoded from.
        painting: upright.
        orientation: the EXIF orientation that made the pixels upright.
        stored_rgb: three components are red, green and blue.
        known: blocks of this file that were found already; if others are needed, all are found anew.

    Raises:
        NotPatchable: progressive, arithmetic, several scans, damaged, CMYK; grey that got colour; too much changed.
    """
    coded = coded_of(file) if known is None else known.coded
    if len(coded.layout.components) not in (1, 3):
        raise NotPatchable(f"{len(coded.layout.components)} colours stored, which are not RGB")
    wanted = _with_followers(changes(painting, orientation, coded.layout, stored_rgb=stored_rgb), coded.layout)
    if not len(wanted.blocks):
        return file
    places = known if known is not None and known.has(wanted.blocks) else places_of(wanted.blocks, coded)
    body = _patched_body(coded, wanted, places)
    return b"".join((file[: coded.begin], body, file[coded.begin + len(coded.body) :]))


def _with_followers(changed: Changes, layout: Layout) -> Changes:
    """With DC told as the difference to the block before; so the blocks behind changed ones change too."""
    slots = np.array(layout.slots)
    count = len(slots)
    mcu, slot = changed.blocks // count, changed.blocks % count
    last = np.append(slots[1:] != slots[:-1], True)
    first_of = np.searchsorted(slots, slots)
    behind = np.where(last[slot], (mcu + 1) * count + first_of[slot], changed.blocks + 1)
    there = behind // count < layout.mcus_wh[0] * layout.mcus_wh[1]
    if layout.restart:
        there &= behind // count // layout.restart == mcu // layout.restart
    blocks, place = np.unique(np.append(changed.blocks, behind[there]), return_inverse=True)
    steps = np.zeros((len(blocks), 64), np.int32)
    steps[place[: len(mcu)]] = changed.steps
    np.subtract.at(steps[:, 0], place[len(mcu) :], changed.steps[there, 0])
    some = steps.any(axis=1)
    return Changes(blocks[some], steps[some])


def _patched_body(coded: Coded, wanted: Changes, places: Places) -> bytes:
    """The coded data between the scan's header and the end marker."""
    codes = _recoded(coded.layout, wanted, places)
    out, done = [], 0
    for stretch in places.stretches:
        first, behind = np.searchsorted(wanted.blocks, [stretch.interval.first, stretch.interval.behind])
        if first == behind:
            continue
        spliced = _spliced(places.reader, stretch, codes[first:behind])
        out += [coded.body[done : stretch.piece[0]], spliced.replace(b"\xff", b"\xff\x00")]
        done = stretch.piece[1]
    return b"".join([*out, coded.body[done:]])


def _recoded(layout: Layout, wanted: Changes, places: Places) -> list[_Codes]:
    at = places.of(wanted.blocks)
    out: list[_Codes | None] = [None] * len(at)
    slots = np.array(layout.slots)[wanted.blocks % len(layout.slots)]
    for number, component in enumerate(layout.components):
        some = np.flatnonzero(slots == number)
        rows, ends = read_blocks(places.reader.words, at[some], component.dc, component.ac)
        new = write_blocks(rows + wanted.steps[some], component.dc, component.ac)
        for block, n in enumerate(some.tolist()):
            out[n] = _Codes(int(at[n]), int(ends[block]), new.of(block))
    return [codes for codes in out if codes is not None]


def _spliced(reader: Reader, stretch: Stretch, codes: Sequence[_Codes]) -> bytes:
    """The unstuffed data of one stretch with new codes in their places.

    Ones fill the last byte (T.81 F.1.2.3). Where it is uncertain what of the old data is filling, all of it is kept and
    zeros follow: that is what decoders make up when data ends early, so it is right for a damaged file, too.
    """
    joiner = BitJoiner(reader.data)
    at = stretch.interval.start
    end = stretch.interval.end if stretch.end is None else stretch.end
    for one in codes:
        joiner.copy(at, one.start)
        joiner.add(one.bits)
        at = one.end
    if at > end:
        raise NotPatchable("its coded data ends early")
    joiner.copy(at, end)
    return joiner.filled_up(0 if stretch.end is None else 1)
