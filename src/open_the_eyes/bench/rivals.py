"""What a person would use instead, where it is installed; a row that says so where it is not."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

import cv2
import numpy as np

from ..engine import Engine
from ..errors import NoCapacity, OpenTheEyesError, UsageError
from ..imaging.arrays import Rgb, size_wh_of, to_levels, to_tones
from ..imaging.geometry import Box
from ..residency.gpus import gpu_count
from ..settings import Settings
from ..system.installed import python_too_old_for
from .contenders import Contender, RestorerAlone, Scene
from .engines import because
from .figures import Absent
from .liveportrait import LivePortrait

FRAME_PX: Final = 1024
PROMPT: Final = "close-up photo of a face with open eyes, looking at the camera"
NEGATIVE: Final = "closed eyes, blinking"
STEPS: Final = 30
STRENGTH: Final = 0.99
GUIDANCE: Final = 8.0
SEED: Final = 0
LABELS: Final = {"gfpgan": "GFPGAN", "gpen": "GPEN", "codeformer": "CodeFormer", "restoreformer": "RestoreFormer++"}
STOCK: Final = "diffusers SDXL inpainting"
LIVE: Final = "LivePortrait eye retargeting"


class Rival(Contender, Protocol):
    """A contender that takes room on the GPU without our residency, from its first picture until it is closed."""

    def close(self) -> None: ...


def rivals_here(engine: Engine, liveportrait: Path | None) -> tuple[list[Contender], list[Rival], list[Absent]]:
    """What a person would use instead, as far as it can run here: contenders that share the GPU, rivals that need it to
    themselves, and a row for each that cannot run on this machine."""
    restorers: list[Contender] = []
    rivals: list[Rival] = []
    absent: list[Absent] = []
    for name, label in LABELS.items():
        try:
            restorer = engine.restorer(name)
        except OpenTheEyesError as error:
            absent.append(because(error, "quality", f"{label} alone"))
        else:
            if restorer is not None:
                restorers.append(RestorerAlone(restorer, label))
    try:
        rivals.append(StockSdxl(partial(stock_pipeline, *stock_files(engine.settings))))
    except OpenTheEyesError as error:
        absent.append(because(error, "quality", STOCK))
    if liveportrait is None:
        absent.append(Absent("quality", LIVE, "no checkout was given", "open-the-eyes bench --liveportrait FOLDER"))
    else:
        try:
            rivals.append(LivePortrait(liveportrait, LIVE))
        except OpenTheEyesError as error:
            absent.append(because(error, "quality", LIVE))
    return restorers, rivals, absent


def make_room(settings: Settings) -> None:
    """Takes our networks off the GPU and gives unused memory back, so that a rival has the GPU to itself."""
    from ..models.devices import residency_of
    from ..models.sdxl.loading import device_of

    if settings.device != "cpu" and gpu_count():
        with suppress(NoCapacity):
            residency_of(settings, device_of(settings)).release_all()


@dataclass(slots=True)
class StockSdxl:
    """diffusers' own SDXL inpainting pipeline, called as its documentation does, on a square around the face."""

    load: Callable[[], Any]
    side: int = FRAME_PX
    name: str = STOCK
    _pipeline: Any = field(default=None, init=False)

    def open(self, scene: Scene) -> Rgb:
        import torch
        from PIL import Image

        if self._pipeline is None:
            self._pipeline = self.load()
        square = _square_around(scene.face.box, size_wh_of(scene.pixels))
        mask = np.zeros(scene.pixels.shape[:2], np.float32)
        scene.crop.window.cut(mask)[...] = scene.crop.mask
        size_wh = self.side, self.side
        picture = cv2.resize(square.cut(scene.pixels), size_wh, interpolation=cv2.INTER_CUBIC)
        hole = cv2.resize((square.cut(mask) > 0).astype(np.uint8) * 255, size_wh, interpolation=cv2.INTER_NEAREST)
        answer = self._pipeline(
            prompt=PROMPT,
            negative_prompt=NEGATIVE,
            image=Image.fromarray(np.asarray(picture, np.uint8)),
            mask_image=Image.fromarray(np.asarray(hole, np.uint8)),
            height=self.side,
            width=self.side,
            num_inference_steps=STEPS,
            strength=STRENGTH,
            guidance_scale=GUIDANCE,
            generator=torch.Generator("cpu").manual_seed(SEED),
        ).images[0]
        back_wh = int(square.width), int(square.height)
        painted = cv2.resize(np.asarray(answer.convert("RGB"), np.uint8), back_wh, interpolation=cv2.INTER_AREA)
        out = scene.pixels.copy()
        soft = square.cut(mask)[..., None]
        square.cut(out)[...] = to_levels(to_tones(square.cut(scene.pixels)) * (1 - soft) + painted * soft)
        return out

    def close(self) -> None:
        self._pipeline = None


def stock_files(settings: Settings) -> tuple[Path, Path, str]:
    """Where the weights lie that `fetch sdxl` brings, of the pipeline and of the VAE, and the GPU to use.

    Raises:
        UsageError: the extra `sdxl` is not installed.
        WeightsMissing: weights are not here.
        NoCapacity: there is no GPU.
    """
    from importlib.util import find_spec

    missing = [name for name in ("torch", "diffusers", "transformers") if find_spec(name) is None]
    if missing and (too_old := python_too_old_for("sdxl")):
        raise UsageError(f"expected {too_old}.")
    if missing:
        raise UsageError(
            f"not installed: {', '.join(missing)}.", mend='python -m pip install "open-the-eyes[sdxl]"', how="Run"
        )
    import torch

    from ..models.sdxl.loading import device_of
    from ..models.weights import path_of

    folder, vae = path_of("sdxl-inpaint", settings), path_of("sdxl-vae", settings)
    if settings.device == "cpu" or not torch.cuda.is_available():
        raise NoCapacity("no GPU that torch sees, or OTE_DEVICE=cpu.")
    return folder, vae, device_of(settings)


def stock_pipeline(folder: Path, vae: Path, device: str) -> Any:
    """diffusers' pipeline on a GPU, in half precision."""
    import torch
    from diffusers import AutoencoderKL, StableDiffusionXLInpaintPipeline

    decoder = AutoencoderKL.from_pretrained(vae, dtype=torch.float16)
    return StableDiffusionXLInpaintPipeline.from_pretrained(
        folder, vae=decoder, dtype=torch.float16, variant="fp16", add_watermarker=False
    ).to(device)


def _square_around(face: Box, size_wh: tuple[int, int]) -> Box:
    """A square with the face in it, whole pixels, as far as the photo reaches."""
    x, y = face.centre_xy
    half = min(0.75 * max(face.width, face.height), min(size_wh) / 2)
    left = min(max(x - half, 0), size_wh[0] - 2 * half)
    top = min(max(y - half, 0), size_wh[1] - 2 * half)
    return Box(left, top, left + 2 * half, top + 2 * half).to_whole().clipped(size_wh)
