"""Where in a JPEG's coded data a place of its picture is, told by what the picture shows there.

Blocks have to be counted from the data's beginning (see `locate`), unless one somewhere can be told by what is in
it. It can: the picture has been decoded, and the means of its blocks are their DC coefficients. A run of blocks read
anywhere has differences of DC that fit the picture in one place only, so reading may begin just before the wanted ones.
Whoever begins there checks what is read from then on with `shows`, which no other place would pass.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Ints, Rgb
from ...imaging.luma import LUMA
from ..metadata.orientation import lies, mirrored
from .coefficients import dc_differences
from .layout import Layout, NotPatchable
from .locate import Begun, Interval, Lanes, Reader

Means = NDArray[np.float32]

_WORTH_IT: Final = 2_000_000
"""Bits before the wanted block from which on an anchor is looked for: fewer are read in less time."""
_RUN_UP: Final = 2048
_SPAN: Final = 32_000
"""Bits that a reader gets to find the blocks, and bits that are then read to tell which blocks they are."""
_FEWEST: Final = 10
"""Fewest MCUs of a run that can be found in the picture."""
_LONGEST: Final = 300
"""Most MCUs of a run that are compared with the picture, the last ones."""
_PLAIN: Final = 1.0
"""Standard deviation of a run's means, grey levels, below which it is too plain to be found."""
_PROBES: Final = 8
"""Most runs that are read."""
_MISSES: Final = 2
"""Runs in a row that were not found after which it is quicker to read everything."""
_FIT: Final = 1.5
"""Most grey levels by which means and coefficients differ that belong together: rounding and most clipped colours stay
below it."""
_ROUNDED: Final = 0.05
"""Mean squared difference between means and coefficients that rounding alone makes, grey levels squared."""
_MOST: Final = 0.8
"""Least share of wanted blocks that fits: some reach beyond the picture, or are clipped."""
_ENOUGH: Final = 16
"""Fewest wanted blocks of the first component that tell: less may fit by chance."""
_LEAD: Final = 2.0
"""How many times worse the second best place fits at least."""
_BEFORE: Final = (0.01, 0.04)
"""How far before the wanted block an anchor should lie, and may lie at most, as shares of the picture."""


class BlockMeans:
    """The mean of each block of the first component, in grey levels, as the decoded picture has it.

    Args:
        picture: (H, W, 3) upright.
        orientation: the EXIF orientation that made it so.
        stored_rgb: three components are red, green and blue.
    """

    def __init__(self, picture: Rgb, orientation: int, layout: Layout, *, stored_rgb: bool) -> None:
        self._picture, self._orientation, self._layout = picture, orientation, layout
        self._weights = np.array([1, 0, 0], np.float32) if stored_rgb else LUMA

    @cached_property
    def by_mcu(self) -> Means:
        """(MCUs, n): of each MCU, in the order of the scan, the means of the n blocks that the first component has in
        it.

        A block beyond the picture's edge counts as the last one inside it, which is near enough.
        """
        component, (across, down) = self._layout.components[0], self._layout.mcus_wh
        plane = self._small() @ self._weights
        high, wide = down * component.down, across * component.across
        plane = np.pad(plane, ((0, high - plane.shape[0]), (0, wide - plane.shape[1])), "edge")
        mcus = plane.reshape(down, component.down, across, component.across).transpose(0, 2, 1, 3)
        return np.ascontiguousarray(mcus.reshape(-1, component.down * component.across), np.float32)

    @cached_property
    def firsts(self) -> tuple[Means, NDArray[np.float64], NDArray[np.float64]]:
        """(MCUs,): the mean of the first block of each MCU, less the average of all; and running sums of these and of
        their squares, (MCUs + 1,) each, which begin at 0."""
        one = np.ascontiguousarray(self.by_mcu[:, 0] - self.by_mcu[:, 0].mean())
        sums, squares = (np.cumsum(np.append(0, part), dtype=np.float64) for part in (one, one * one))
        return one, sums, squares

    def _small(self) -> Rgb:
        """(H / 8, W / 8, 3) as stored. Blocks are counted from the stored corner, wherever that lies upright."""
        lying, (right, bottom) = lies(self._orientation), mirrored(self._orientation)
        right, bottom = (bottom, right) if lying else (right, bottom)
        h, w = self._picture.shape[:2]
        rows = slice(h % 8, None) if bottom else slice(h // 8 * 8)
        columns = slice(w % 8, None) if right else slice(w // 8 * 8)
        small: Rgb = self._picture[rows, columns]
        for _ in range(3):  # halving thrice takes less than half the time of one mean of 8 x 8 pixels
            size_wh = small.shape[1] // 2, small.shape[0] // 2
            small = np.asarray(cv2.resize(small, size_wh, interpolation=cv2.INTER_AREA), np.uint8)
        small = small[::-1] if bottom else small
        small = small[:, ::-1] if right else small
        return small.transpose(1, 0, 2) if lying else small


def anchored(wanted: Ints, reader: Reader, interval: Interval, layout: Layout, means: BlockMeans) -> Interval | None:
    """The interval from a block on that is known and lies shortly before the first wanted one.

    None where it would not pay, and where no run of blocks can be told from all others: in a plain picture, in one that
    shows the same thing twice, or one whose first component is stored at less than its size.
    """
    blocks, (across, down) = len(layout.slots), layout.mcus_wh
    target = int(wanted[0]) // blocks
    first = layout.components[0]
    fine = (8 * first.across, 8 * first.down) == layout.mcu_wh and min(layout.size_wh) >= 8
    bits = interval.end - interval.start
    if layout.restart or not fine or bits * target < _WORTH_IT * across * down:
        return None
    before, most_before = (int(share * across * down) for share in _BEFORE)
    aim = max(target - before, 0)
    known, missed = [(interval.start, 0), (interval.end, across * down)], 0
    for _ in range(_PROBES):
        if missed == _MISSES:
            return None
        near, other = sorted(known, key=lambda one: abs(one[1] - aim))[:2]
        slope = (other[0] - near[0]) / (other[1] - near[1])
        at = near[0] + int((aim - near[1]) * slope) + missed * _SPAN
        found = _told(reader, int(np.clip(at, interval.start, interval.end)), interval.end, layout, means)
        if found is None or found[1] in [mcu for _, mcu in known]:
            missed += 1
        elif 0 <= target - found[1] <= most_before:
            return Interval(found[0], interval.end, found[1] * blocks, interval.behind)
        else:
            known.append(found)
    return None


def shows(blocks: Ints, differences: Ints, layout: Layout, means: BlockMeans) -> bool:
    """Whether these blocks of the first component have the picture's own means, and not those of the MCU beside.

    Args:
        blocks: their numbers in the scan.
        differences: of each one's DC to that of the component's block before, in steps.
    """
    if len(blocks) < _ENOUGH:
        return False
    shown, slots = means.by_mcu.reshape(-1), len(layout.slots)
    per_mcu = means.by_mcu.shape[1]
    place = blocks // slots * per_mcu + blocks % slots
    told = differences * (layout.components[0].steps[0] / 8)
    errors = []
    for shift in (-per_mcu, 0, per_mcu):
        here = place + shift
        inside = (here > 0) & (here < len(shown))
        off = told[inside] - (shown[here[inside]] - shown[here[inside] - 1])
        errors.append(float(np.quantile(np.abs(off), _MOST)) if len(off) else np.inf)
    return errors[1] < _FIT and errors[1] * _LEAD < min(errors[0], errors[2])


def _told(reader: Reader, at: int, end: int, layout: Layout, means: BlockMeans) -> tuple[int, int] | None:
    """Where an MCU begins behind a position, in bits, and its number; None if the blocks there do not tell.

    It is the last MCU of the run: where a run begins plain, it may have been read from a wrong place at first.
    """
    if at + _RUN_UP >= end:
        return None
    starts, slot = _run(reader, at, end)
    best, least = None, np.inf
    for phase in [-slot % reader.period] if reader.period > 1 else range(len(layout.slots)):
        with suppress(NotPatchable):  # read from a wrong beginning
            run = _relative(reader, starts[phase:], layout)
            skipped = max(len(run) - _LONGEST, 0)
            mcu, off = _fitting(run[skipped:], means)
            if off < least:
                last = len(run) - 1
                best, least = (int(starts[phase + last * len(layout.slots)]), mcu - skipped + last), off
    return best


def _run(reader: Reader, at: int, end: int) -> tuple[Ints, int]:
    """Where blocks in a row begin, and the slot of the first."""
    guess = Lanes(np.array([at]), np.array([0]), np.array([at + _RUN_UP]))
    first = reader.follow(guess, inside=True)
    begun: list[Begun] = []
    reader.follow(Lanes(first.at, first.slot, np.minimum(first.at + _SPAN, end)), begun=begun)
    return np.concatenate([place for _, _, place in begun]), int(first.slot[0])


def _relative(reader: Reader, starts: Ints, layout: Layout) -> Means:
    """(MCUs, blocks of the first component in one): their means, in grey levels, around 0."""
    component, slots = layout.components[0], len(layout.slots)
    whole = starts[: len(starts) // slots * slots].reshape(-1, slots)[:, : component.across * component.down]
    if len(whole) < _FEWEST:
        raise NotPatchable("too few blocks to be told")
    told = np.cumsum(dc_differences(reader.words, whole.reshape(-1), component.dc)) * (component.steps[0] / 8)
    return np.asarray((told - told.mean()).reshape(whole.shape), np.float32)


def _fitting(run: Means, means: BlockMeans) -> tuple[int, float]:
    """After how many MCUs of the picture the run fits, and how well; infinity if it fits nowhere, or in two places.

    Looked for by the first block of each MCU, which is quick, and judged by all.
    """
    shown, length = means.by_mcu, len(run)
    if len(shown) <= length or float(run.std()) < _PLAIN:
        return 0, np.inf
    one, sums, squares = means.firsts
    told = run[:, 0] - run[:, 0].mean()
    total = sums[length:] - sums[:-length]
    off = squares[length:] - squares[:-length] - total**2 / length
    off += float(np.square(told).sum()) - 2 * np.correlate(one, told, "valid")
    best = int(off.argmin())
    least, off[best] = float(off[best]), np.inf
    alone = float(off.min()) > _LEAD**2 * max(least, _ROUNDED * length)
    here = shown[best : best + length] - run
    rms = float(np.sqrt(np.mean((here - here.mean()) ** 2)))
    return best, rms if alone and rms < _FIT else np.inf
