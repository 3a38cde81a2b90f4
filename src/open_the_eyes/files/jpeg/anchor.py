"""A known block in a JPEG's entropy-coded data shortly before the wanted ones, found by what the picture shows.

Blocks have to be counted from the data's beginning (see `chunks`), unless one somewhere can be told by what is in
it. It can: the picture has been decoded, and the means of its blocks are their DC coefficients. A run of blocks read
anywhere has DC differences that fit the picture in one place only, so reading may begin just before the wanted ones.
Whoever begins there checks what is read from then on with `matches_picture`, which no other place would pass.
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
from .frame import BaselineFrame, NotPatchable
from .lanes import BlockStarts, Lanes
from .locate import BlockReader, RestartInterval

Means = NDArray[np.float32]

_MIN_BITS: Final = 2_000_000
"""Fewest bits before the wanted block for which an anchor is looked for: fewer are read in less time."""
_SYNC_BITS: Final = 2048
"""Bits that a reader gets to synchronise with the blocks."""
_RUN_BITS: Final = 32_000
"""Bits that are then read to find out which blocks they are."""
_MIN_RUN: Final = 10
"""Fewest MCUs of a run that can be found in the picture."""
_MAX_RUN: Final = 300
"""Most MCUs of a run that are compared with the picture, the last ones."""
_MIN_DEVIATION: Final = 1.0
"""Least standard deviation of a run's means, grey levels: below it, a run is too flat to be found."""
_MAX_PROBES: Final = 8
"""Most runs that are read."""
_MAX_MISSES: Final = 2
"""Runs in a row that were not found after which it is quicker to read everything."""
_MAX_ERROR: Final = 1.5
"""Most grey levels by which means and coefficients differ that belong together: rounding and most clipped colours stay
below it."""
_ROUNDING_ERROR: Final = 0.05
"""Mean squared difference between means and coefficients that rounding alone makes, grey levels squared."""
_MIN_SHARE: Final = 0.8
"""Least share of wanted blocks that fits: some reach beyond the picture, or are clipped."""
_MIN_BLOCKS: Final = 16
"""Fewest wanted blocks of the first component that tell: less may fit by chance."""
_MIN_LEAD: Final = 2.0
"""Least ratio of the errors of the second best and the best match."""
_DISTANCE: Final = (0.01, 0.04)
"""How far before the wanted block an anchor should lie, and may lie at most, as shares of the picture."""


class BlockMeans:
    """The mean of each block of the first component, in grey levels, as the decoded picture has it.

    Args:
        picture: (H, W, 3) upright.
        orientation: the EXIF orientation that made it so.
        stored_rgb: three components are red, green and blue.
    """

    def __init__(self, picture: Rgb, orientation: int, frame: BaselineFrame, *, stored_rgb: bool) -> None:
        self._picture, self._orientation, self._frame = picture, orientation, frame
        self._weights = np.array([1, 0, 0], np.float32) if stored_rgb else LUMA

    @cached_property
    def by_mcu(self) -> Means:
        """(MCUs, n): of each MCU, in the order of the scan, the means of the n blocks that the first component has in
        it.

        A block beyond the picture's edge counts as the last one inside it, which is near enough.
        """
        component, (across, down) = self._frame.components[0], self._frame.mcus_wh
        plane = self._block_means_stored() @ self._weights
        high, wide = down * component.vertical, across * component.horizontal
        plane = np.pad(plane, ((0, high - plane.shape[0]), (0, wide - plane.shape[1])), "edge")
        mcus = plane.reshape(down, component.vertical, across, component.horizontal).transpose(0, 2, 1, 3)
        return np.ascontiguousarray(mcus.reshape(-1, component.vertical * component.horizontal), np.float32)

    @cached_property
    def first_blocks(self) -> tuple[Means, NDArray[np.float64], NDArray[np.float64]]:
        """(MCUs,): the mean of the first block of each MCU, less the average of all; and running sums of these and of
        their squares, (MCUs + 1,) each, which begin at 0."""
        centred = np.ascontiguousarray(self.by_mcu[:, 0] - self.by_mcu[:, 0].mean())
        sums, squares = (np.cumsum(np.append(0, part), dtype=np.float64) for part in (centred, centred * centred))
        return centred, sums, squares

    def _block_means_stored(self) -> Rgb:
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


def anchor_interval(
    block_numbers: Ints, reader: BlockReader, interval: RestartInterval, frame: BaselineFrame, means: BlockMeans
) -> RestartInterval | None:
    """The rest of the entropy-coded data from a known block on, shortly before the first wanted one.

    None where it would not pay, and where no run of blocks can be told from all others: in a plain picture, in one that
    shows the same thing twice, or one whose first component is stored at less than its size.
    """
    blocks, (across, down) = len(frame.mcu_membership), frame.mcus_wh
    target = int(block_numbers[0]) // blocks
    first = frame.components[0]
    full_resolution = (8 * first.horizontal, 8 * first.vertical) == frame.mcu_wh and min(frame.size_wh) >= 8
    bits = interval.end - interval.start
    if frame.restart_interval or not full_resolution or bits * target < _MIN_BITS * across * down:
        return None
    before, most_before = (int(share * across * down) for share in _DISTANCE)
    aim = max(target - before, 0)
    known_mcus, missed = [(interval.start, 0), (interval.end, across * down)], 0
    for _ in range(_MAX_PROBES):
        if missed == _MAX_MISSES:
            return None
        near, other = sorted(known_mcus, key=lambda one: abs(one[1] - aim))[:2]
        slope = (other[0] - near[0]) / (other[1] - near[1])
        at = near[0] + int((aim - near[1]) * slope) + missed * _RUN_BITS
        found = _last_mcu_of_run(reader, int(np.clip(at, interval.start, interval.end)), interval.end, frame, means)
        if found is None or found[1] in [mcu for _, mcu in known_mcus]:
            missed += 1
        elif 0 <= target - found[1] <= most_before:
            return RestartInterval(found[0], interval.end, found[1] * blocks, interval.end_block)
        else:
            known_mcus.append(found)
    return None


def matches_picture(blocks: Ints, differences: Ints, frame: BaselineFrame, means: BlockMeans) -> bool:
    """Whether these blocks of the first component have the picture's own means, and not those of the MCU beside.

    Args:
        blocks: their numbers in the scan.
        differences: of each one's DC to that of the component's block before, quantised.
    """
    if len(blocks) < _MIN_BLOCKS:
        return False
    shown, slots = means.by_mcu.reshape(-1), len(frame.mcu_membership)
    per_mcu = means.by_mcu.shape[1]
    index = blocks // slots * per_mcu + blocks % slots
    from_coefficients = differences * (frame.components[0].quantisation[0] / 8)
    errors = []
    for shift in (-per_mcu, 0, per_mcu):
        here = index + shift
        inside = (here > 0) & (here < len(shown))
        off = from_coefficients[inside] - (shown[here[inside]] - shown[here[inside] - 1])
        errors.append(float(np.quantile(np.abs(off), _MIN_SHARE)) if len(off) else np.inf)
    return errors[1] < _MAX_ERROR and errors[1] * _MIN_LEAD < min(errors[0], errors[2])


def _last_mcu_of_run(
    reader: BlockReader, at: int, end: int, frame: BaselineFrame, means: BlockMeans
) -> tuple[int, int] | None:
    """Where an MCU behind a position begins, in bits, and its number; None if the picture does not tell which it is.

    It is the last MCU of a run: where a run begins flat, it may have been read from a wrong place at first.
    """
    if at + _SYNC_BITS >= end:
        return None
    starts, slot = _block_run(reader, at, end)
    best, least = None, np.inf
    for phase in [-slot % reader.period] if reader.period > 1 else range(len(frame.mcu_membership)):
        with suppress(NotPatchable):  # read from a wrong beginning
            run = _relative_means(reader, starts[phase:], frame)
            skipped = max(len(run) - _MAX_RUN, 0)
            mcu, off = _best_match(run[skipped:], means)
            if off < least:
                last = len(run) - 1
                best, least = (int(starts[phase + last * len(frame.mcu_membership)]), mcu - skipped + last), off
    return best


def _block_run(reader: BlockReader, at: int, end: int) -> tuple[Ints, int]:
    """Where the blocks of a run begin, in bits, and the slot of the first."""
    guess = Lanes(np.array([at]), np.array([0]), np.array([at + _SYNC_BITS]))
    first = reader.skip_blocks(guess, mid_block=True)
    starts: list[BlockStarts] = []
    reader.skip_blocks(Lanes(first.at, first.slot, np.minimum(first.at + _RUN_BITS, end)), starts=starts)
    return np.concatenate([place for _, _, place in starts]), int(first.slot[0])


def _relative_means(reader: BlockReader, starts: Ints, frame: BaselineFrame) -> Means:
    """(MCUs, blocks of the first component in one): their means out of DC differences, in grey levels, around 0."""
    component, slots = frame.components[0], len(frame.mcu_membership)
    whole = starts[: len(starts) // slots * slots].reshape(-1, slots)[:, : component.horizontal * component.vertical]
    if len(whole) < _MIN_RUN:
        raise NotPatchable("too few blocks to be told")
    quantised = np.cumsum(dc_differences(reader.words, whole.reshape(-1), component.dc))
    means = quantised * (component.quantisation[0] / 8)
    return np.asarray((means - means.mean()).reshape(whole.shape), np.float32)


def _best_match(run: Means, means: BlockMeans) -> tuple[int, float]:
    """Which MCU of the picture the run begins with, and the RMS error; infinity if it fits nowhere, or in two places.

    Looked for by the first block of each MCU, which is quick, and judged by all.
    """
    shown, length = means.by_mcu, len(run)
    if len(shown) <= length or float(run.std()) < _MIN_DEVIATION:
        return 0, np.inf
    centred, sums, squares = means.first_blocks
    from_coefficients = run[:, 0] - run[:, 0].mean()
    total = sums[length:] - sums[:-length]
    off = squares[length:] - squares[:-length] - total**2 / length
    off += float(np.square(from_coefficients).sum()) - 2 * np.correlate(centred, from_coefficients, "valid")
    best = int(off.argmin())
    least, off[best] = float(off[best]), np.inf
    alone = float(off.min()) > _MIN_LEAD**2 * max(least, _ROUNDING_ERROR * length)
    here = shown[best : best + length] - run
    rms = float(np.sqrt(np.mean((here - here.mean()) ** 2)))
    return best, rms if alone and rms < _MAX_ERROR else np.inf
