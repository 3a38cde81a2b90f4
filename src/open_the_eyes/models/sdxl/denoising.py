"""SDXL at work on one batch: encode, base, refiner, decode; each with a model that is on its device already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ...imaging.arrays import Plane, Tones
from . import masks
from .callback import TENSORS, StepCallback
from .prompts import Embeddings
from .schedule import Schedule

if TYPE_CHECKING:
    import torch

OnStep = Callable[[int], None]
"""Called with how many of all steps are done; what it raises stops the work."""


@dataclass(frozen=True, slots=True)
class InpaintInput:
    """One picture to paint.

    Args:
        start: (H, W, 3) with the eyes to start from.
        photo: (H, W, 3) as it is.
        mask: (H, W) 0..1, see `masks`.
        seed: of its noise.
    """

    start: Tones
    photo: Tones
    mask: Plane
    seed: int


@dataclass(frozen=True, slots=True)
class LatentBatch:
    """Canvases of one size as latents.

    Args:
        start: (B, 4, h, w), clean latents that painting starts from and that the mask holds to.
        masked_photo: (B, 4, h, w), the photo, blank where it is to be painted; for U-Nets trained to fill holes.
        hidden: (B, 1, H, W), 1 where it is blank, in whole cells, see `masks`.
        soft: (B, 1, h, w) 0..1, see `masks`.
        seeds: B of them.
        latents: (B, 4, h, w), what has been painted so far: `start` until the base has run.
    """

    start: torch.Tensor
    masked_photo: torch.Tensor
    hidden: torch.Tensor
    soft: torch.Tensor
    seeds: tuple[int, ...]
    latents: torch.Tensor

    @classmethod
    def joined(cls, parts: Sequence[LatentBatch]) -> LatentBatch:
        """One batch of several."""
        import torch

        def cat(name: str) -> torch.Tensor:
            return torch.cat([getattr(part, name) for part in parts])

        seeds = tuple(seed for part in parts for seed in part.seeds)
        return cls(cat("start"), cat("masked_photo"), cat("hidden"), cat("soft"), seeds, cat("latents"))

    def row(self, number: int) -> LatentBatch:
        """One of its pictures."""
        row = slice(number, number + 1)
        return LatentBatch(
            start=self.start[row],
            masked_photo=self.masked_photo[row],
            hidden=self.hidden[row],
            soft=self.soft[row],
            seeds=self.seeds[row],
            latents=self.latents[row],
        )

    def generators(self) -> list[torch.Generator]:
        """Fresh ones; on the CPU, whose numbers do not depend on the GPU."""
        import torch

        return [torch.Generator().manual_seed(seed) for seed in self.seeds]


def encoded(vae: Any, inputs: Iterable[InpaintInput]) -> Iterator[LatentBatch]:
    """Each input as a batch of one, on the CPU; of variations of a face, which follow one another, the photo is encoded
    once."""
    import torch

    last: Tones = np.zeros((0, 0, 3), np.float32)
    masked_photo = torch.empty(0)
    for inpaint in inputs:
        mask = torch.from_numpy(inpaint.mask)[None, None]
        with torch.inference_mode():
            start = _latents(vae, _unit(inpaint.start))
            hidden = masks.hidden(mask, start.shape[-2:])
            blank = np.where(hidden[0, 0, ..., None].numpy() > 0, np.float32(127.5), inpaint.photo)
            if not np.array_equal(blank, last):
                last, masked_photo = np.asarray(blank), _latents(vae, _unit(blank))
        soft = torch.nn.functional.interpolate(mask, start.shape[-2:], mode="area")
        yield LatentBatch(start, masked_photo, hidden, soft, (inpaint.seed,), start)


def painted(pipe: Any, batch: LatentBatch, embeddings: Embeddings, schedule: Schedule, tell: OnStep) -> LatentBatch:
    """The base's part: finished latents, or such as still have the noise at which the refiner takes over."""
    import torch

    fills_holes = pipe.unet.config.in_channels == 9
    return _run(
        pipe, batch, embeddings, schedule, 0, tell,
        image=batch.start,
        mask_image=batch.hidden if fills_holes else torch.ones_like(batch.hidden),
        masked_image_latents=batch.masked_photo,
        denoising_end=handover(pipe.scheduler, schedule),
        guidance_scale=schedule.guidance if schedule.guided_steps else 1.0,
    )  # fmt: skip


def refined(pipe: Any, batch: LatentBatch, embeddings: Embeddings, schedule: Schedule, tell: OnStep) -> LatentBatch:
    """The refiner's part, from where the base left the latents; without guidance, which does little so late."""
    import torch

    return _run(
        pipe, batch, embeddings, schedule, schedule.base_steps, tell,
        image=batch.latents,
        mask_image=torch.ones_like(batch.hidden),
        denoising_start=handover(pipe.scheduler, schedule),
        guidance_scale=1.0,
    )  # fmt: skip


def decoded(vae: Any, batches: Iterable[LatentBatch]) -> Iterator[Tones]:
    """Each batch of one as a picture (H, W, 3)."""
    import torch

    for batch in batches:
        with torch.inference_mode():
            latents = batch.latents.to(vae.device, vae.dtype) / vae.config.scaling_factor
            picture = vae.decode(latents, return_dict=False)[0][0].float().clamp(-1, 1)
            tones = (picture + 1).mul(127.5).permute(1, 2, 0).cpu().numpy()
        yield np.asarray(tones)


def _run(
    pipe: Any, batch: LatentBatch, embeddings: Embeddings, schedule: Schedule, first: int, tell: OnStep, **how: Any
) -> LatentBatch:
    """One model's steps. The mask is held by `StepCallback`, so where a pipeline would blend by itself it is given 1s:
    diffusers' blending takes the noised hand-over for the clean picture (its issue 8450)."""
    import torch
    from diffusers.utils.torch_utils import randn_tensor

    device, dtype = pipe._execution_device, pipe.unet.dtype
    start = batch.start.to(device, torch.float32)
    noise = randn_tensor(tuple(start.shape), generator=batch.generators(), device=device, dtype=dtype)
    guided = 0 if first else schedule.guided_steps
    between = StepCallback(start, noise.float(), batch.soft.to(device), first, schedule.steps, guided, tell)
    h, w = batch.hidden.shape[-2:]
    # what compiles the networks asks what the current GPU can do, and not theirs
    with torch.inference_mode(), torch.cuda.device_of(start):
        latents = pipe(
            **embeddings.for_batch(len(batch.seeds), torch.empty(0, device=device, dtype=dtype)),
            **how,
            height=h,
            width=w,
            num_inference_steps=schedule.scale_steps,
            strength=schedule.strength_to_pass,
            generator=batch.generators(),
            output_type="latent",
            callback_on_step_end=between,
            callback_on_step_end_tensor_inputs=TENSORS,
        ).images
    return replace(batch, latents=latents.float().cpu())


def handover(scheduler: Any, schedule: Schedule) -> float | None:
    """Where the refiner takes over, as diffusers counts: the share of the noise scale that is done."""
    if not schedule.refiner_steps:
        return None
    scheduler.set_timesteps(schedule.scale_steps)
    last = int(scheduler.timesteps[-schedule.refiner_steps - 1])
    return 1.0 - last / int(scheduler.config.num_train_timesteps)


def _latents(vae: Any, picture: torch.Tensor) -> torch.Tensor:
    """(1, 3, H, W) -> (1, 4, h, w) float32 on the CPU: the likeliest latents, with nothing drawn."""
    distribution = vae.encode(picture.to(vae.device, vae.dtype)).latent_dist
    latents: torch.Tensor = (distribution.mode() * vae.config.scaling_factor).float().cpu()
    return latents


def _unit(tones: Tones) -> torch.Tensor:
    """(H, W, 3) 0..255 -> (1, 3, H, W) -1..1."""
    import torch

    return torch.from_numpy(np.ascontiguousarray(tones.transpose(2, 0, 1)[None] / 127.5 - 1, np.float32))
