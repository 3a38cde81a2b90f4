"""The SDXL engine: the appearance model's eyes, laid into an upright frame and painted on from there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ...imaging.arrays import Tones, to_tones
from ...imaging.grain import fine_part
from ...imaging.mesh478 import OUTER_CORNER, SIDES
from ...imaging.palette import palette_of
from ...imaging.tint import tinted
from ...options import GenerateOptions
from ...roles import EyeGenerator, Patch, Request, Watch
from .denoising import InpaintInput
from .frames import SIDE, Frame, frame_of
from .sampling import Progress, Sampler
from .schedule import schedule_of

TINT_REACH: Final = 0.15
"""Reach of the colour match, as a fraction of the distance between the outer eye corners."""


@dataclass(frozen=True, slots=True)
class FramedRequest:
    """One request with the eyes that its painting starts from, and the frame it is painted in."""

    request: Request
    start: Patch
    frame: Frame

    def input_(self) -> InpaintInput:
        """What SDXL gets to see."""
        start, photo = self.frame.taken(self.start.pixels), self.frame.taken(to_tones(self.request.crop.pixels))
        mask = np.clip(self.frame.taken(self.start.mask), 0, 1)
        seed = self.request.seed
        return InpaintInput(np.clip(start, 0, 255), np.clip(photo, 0, 255), mask, seed)

    def patch(self, picture: Tones, source: str) -> Patch:
        """What SDXL painted, at the photo's resolution, in its light and palette; outside the mask the photo's own."""
        crop, mask = self.request.crop, self.start.mask
        photo = to_tones(crop.pixels)
        corners = [crop.landmarks[OUTER_CORNER[side], :2] for side in SIDES]
        reach = TINT_REACH * float(np.linalg.norm(corners[1] - corners[0]))
        back = self.frame.put_back(picture, (mask.shape[0], mask.shape[1]))
        pixels = tinted(np.clip(back, 0, 255), photo, mask, reach) + self._finer()
        pixels = np.asarray(np.clip(photo + (pixels - photo) * mask[..., None], 0, 255), np.float32)
        toned = palette_of(crop.pixels)
        if toned is not None:
            pixels = toned.applied(pixels)
        np.copyto(photo, pixels, where=mask[..., None] > 0)
        return replace(self.start, pixels=photo, source=source)

    def _finer(self) -> Tones | float:
        """What is finer than a pixel of the frame, from the start: there it has the photo's own grain and no more,
        for its eyes are painted at half the frame's resolution."""
        if self.frame.scale >= 1:
            return 0.0
        return fine_part(self.start.pixels, 0.5 / self.frame.scale)


class SdxlGenerator:
    """Fulfils `EyeGenerator`.

    A patch depends on its own request and the options; on a GPU, a batch of another size may round the last bit
    differently.

    Args:
        start: paints the eyes to start from; shape, gaze, openness and colour are its doing.
        side: of the square with the frames' area; SDXL's is 1024.
    """

    name = "sdxl"

    def __init__(self, start: EyeGenerator, sampler: Sampler, side: int = SIDE) -> None:
        self._start: Final = start
        self._sampler: Final = sampler
        self._side: Final = side

    def generate(
        self, requests: Sequence[Request], options: GenerateOptions, watch: Watch | None = None
    ) -> list[Patch]:
        """One patch a request, in order.

        Raises:
            WeightsMissing: a model's files are not there.
            NoRoomOnGpu: not even one picture fits.
        """
        watch = _Unwatched() if watch is None else watch
        framed = self._framed(requests, options, watch)
        patches = [one.start for one in framed]
        groups: dict[tuple[int, int], list[int]] = defaultdict(list)
        for number, one in enumerate(framed):
            if one.start.mask.any():
                groups[one.frame.size_wh].append(number)
        schedule = schedule_of(options)
        progress = Progress(watch, schedule.steps * sum(map(len, groups.values())))
        source = "sdxl lcm" if options.lcm else f"sdxl {options.mode}"
        with ThreadPoolExecutor(max_workers=4) as pool:
            for numbers in groups.values():
                inputs = list(pool.map(lambda n: framed[n].input_(), numbers))
                pictures = self._sampler.painted(inputs, schedule, options.precision, progress, watch)
                done = pool.map(lambda n, picture: framed[n].patch(picture, source), numbers, pictures)
                for number, patch in zip(numbers, done, strict=True):
                    patches[number] = patch
        return patches

    def _framed(self, requests: Sequence[Request], options: GenerateOptions, watch: Watch) -> list[FramedRequest]:
        framed = []
        with watch.stage("generate/start"):
            for request in requests:
                watch.tell("generate/start", 0.0)
                (start,) = self._start.generate([request], options)
                framed.append(FramedRequest(request, start, frame_of(request.crop, self._side)))
        return framed


class _Unwatched:
    """A watch that nobody looks at."""

    def stage(self, name: str, done: float | None = None) -> AbstractContextManager[None]:  # noqa: ARG002
        return nullcontext()

    def tell(self, name: str, part: float) -> None:
        pass

    def gpu(self, name: str, peak_mib: float) -> None:
        pass
