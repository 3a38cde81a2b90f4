"""The SDXL engine: the appearance model's eyes, laid into an upright frame and painted on from there."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ...imaging.arrays import Tones, to_tones
from ...imaging.detail.grain import fine_part
from ...imaging.face.eye_corners import eyes_apart
from ...imaging.light.palette import palette_of
from ...imaging.light.tint import tinted
from ...options import GenerateOptions
from ...origins import Painted
from ...progress import NO_WATCH
from ...roles import EyeGenerator, Request, Watch
from ..by_face import by_face
from ..trimmed_patches import TrimmedPatch, TrimmedPatches, trimmed
from .denoising import InpaintInput
from .frames import FRAME_PX, UprightFrame, frame_of
from .prefetch import Prefetcher
from .sampling import Sampler, StepCounter
from .schedule import schedule_of

TINT_REACH: Final = 0.15
"""Reach of the colour match, as a fraction of the distance between the outer eye corners."""

WORKERS: Final = 4
"""Threads for each of what the processor does while the GPU paints: eyes to start from; frames and the way back."""
NO_PICTURE: Final = (
    "what SDXL painted is no picture, since its numbers grew too large for the precision that it computes in; another "
    "precision or engine may do"
)
"""Why a face has no new eyes."""
AHEAD: Final = 2 * WORKERS
"""Most inputs that are ready or in the making: each is 28 bytes for a pixel of its frame, and many would be
gigabytes."""


@dataclass(frozen=True, slots=True)
class Started:
    """One request with the eyes that its painting starts from, and the frame it is painted in."""

    request: Request
    start: TrimmedPatch
    frame: UprightFrame

    def to_input(self) -> InpaintInput:
        """What SDXL paints on."""
        start = self.start.untrimmed()
        pixels, photo = self.frame.taken(start.pixels), self.frame.taken(to_tones(self.request.crop.pixels))
        mask = np.clip(self.frame.taken(start.mask), 0, 1)
        return InpaintInput(np.clip(pixels, 0, 255), np.clip(photo, 0, 255), mask, self.request.seed)

    def patch(self, picture: Tones, origin: Painted) -> TrimmedPatch:
        """What SDXL painted, at the photo's resolution, in its light and palette; outside the mask the photo's own.
        What is no number anywhere has a fault instead."""
        crop, start = self.request.crop, self.start.untrimmed()
        photo, mask = to_tones(crop.pixels), start.mask
        if not np.isfinite(picture).all():
            none = replace(start, pixels=photo, mask=np.zeros_like(mask), score=-1.0, origin=origin, fault=NO_PICTURE)
            return TrimmedPatch.of(none, crop)
        reach = TINT_REACH * eyes_apart(crop.landmarks)
        back = self.frame.put_back(picture, (mask.shape[0], mask.shape[1]))
        pixels = tinted(np.clip(back, 0, 255), photo, mask, reach) + self._finer(start.pixels)
        pixels = np.asarray(np.clip(photo + (pixels - photo) * mask[..., None], 0, 255), np.float32)
        toned = palette_of(crop.pixels)
        if toned is not None:
            pixels = toned.applied(pixels)
        np.copyto(photo, pixels, where=mask[..., None] > 0)
        return TrimmedPatch.of(replace(start, pixels=photo, origin=origin), crop)

    def _finer(self, start: Tones) -> Tones | float:
        """What is finer than a pixel of the frame, from the start: there it has the photo's own grain and no more,
        for its eyes are painted at half the frame's resolution."""
        if self.frame.scale >= 1:
            return 0.0
        return fine_part(start, 0.5 / self.frame.scale)


class SdxlGenerator:
    """Fulfils `EyeGenerator`.

    A patch depends on its own request and the options; on a GPU, a batch of another size may round the last bit
    differently, and so may a network that was compiled for other sizes before.

    Args:
        start: paints the eyes to start from; shape, gaze, openness and colour are its doing.
        side: of the square with the frames' area; SDXL's is 1024.
    """

    name = "sdxl"

    def __init__(self, start: EyeGenerator, sampler: Sampler, side: int = FRAME_PX) -> None:
        self._start: Final = start
        self._sampler: Final = sampler
        self._side: Final = side

    def generate(
        self, requests: Sequence[Request], options: GenerateOptions, watch: Watch = NO_WATCH
    ) -> TrimmedPatches:
        """One patch a request, in order.

        Raises:
            WeightsMissing: a model's files are not there.
            NoRoomOnGpu: not even one picture fits.
        """
        frames = [frame_of(request.crop, self._side) for request in requests]
        groups: dict[tuple[int, int], list[int]] = defaultdict(list)
        for number, request in enumerate(requests):
            if request.crop.mask.any():
                groups[frames[number].size_wh].append(number)
        schedule = schedule_of(options)
        total = schedule.steps * sum(map(len, groups.values()))
        progress = StepCounter(watch, total)
        origin = Painted("sdxl lcm" if options.lcm else f"sdxl {options.mode}")
        starters, pool = ThreadPoolExecutor(WORKERS), ThreadPoolExecutor(WORKERS)
        runs: dict[int, Future[dict[int, TrimmedPatch]]] = {}
        for numbers in runs_of(requests):
            runs.update(dict.fromkeys(numbers, starters.submit(self._starts, requests, numbers, options)))

        def started(n: int) -> Started:
            return Started(requests[n], runs[n].result()[n], frames[n])

        order = [n for numbers in groups.values() for n in numbers]
        inputs = Prefetcher(pool, lambda n: started(n).to_input(), order, AHEAD)
        try:
            patches: dict[int, Future[TrimmedPatch]] = {}

            def patched(n: int, picture: Tones) -> Future[TrimmedPatch]:
                return pool.submit(started(n).patch, picture, origin)

            for numbers in groups.values():
                with progress.watch.stage("generate/start"):
                    inputs.wait(numbers[0])  # the others get ready while the GPU is at work
                futures = self._sampler.painted(numbers, inputs, patched, schedule, options.precision, progress)
                patches.update(zip(numbers, futures, strict=True))
            all_patches = (patches[n].result() if n in patches else started(n).start for n in range(len(requests)))
            return TrimmedPatches(all_patches)
        finally:
            starters.shutdown(cancel_futures=True)
            pool.shutdown(cancel_futures=True)

    def _starts(
        self, requests: Sequence[Request], numbers: Sequence[int], options: GenerateOptions
    ) -> dict[int, TrimmedPatch]:
        """By number, the eyes that these requests start from."""
        asked = [requests[n] for n in numbers]
        starts = trimmed(self._start.generate(asked, options), (request.crop for request in asked))
        return dict(zip(numbers, starts, strict=True))


def runs_of(requests: Sequence[Request]) -> list[list[int]]:
    """The requests' numbers in runs, each attempts at one face, for which a painter works out once what the face tells;
    long ones are parted, so that each of the `WORKERS` has its share."""
    most = max(1, math.ceil(len(requests) / WORKERS))
    return [numbers[at : at + most] for numbers in by_face(requests) for at in range(0, len(numbers), most)]
