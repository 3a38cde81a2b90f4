"""The soft mask: where, and from which step on, a picture may change (Differential Diffusion, Levin & Fried 2023).

The middle of the mask is painted from the first step. Towards the rim a place is held to the start, at the noise of
each step, until fewer steps are left than the mask is soft there: it gets a lower strength, so that skin and identity
stay and nothing outside can leak in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import torch

TOUCHED: Final = 0.02
"""Mask value from which on a place is hidden from the model, with its cell, so that no lid shows through."""


def hidden(mask: torch.Tensor, cells_hw: tuple[int, int]) -> torch.Tensor:
    """(1, 1, H, W) 0..1 -> the same shape, 1 where the model does not see the photo, in whole cells of the latents.

    A U-Net is told cell by cell what is hidden, by one pixel of each (diffusers' `prepare_mask_latents`): a cell of
    which only a part is blank would pass for one that shows the photo.
    """
    from torch.nn.functional import interpolate, max_pool2d

    side = mask.shape[-1] // cells_hw[-1]
    return interpolate(max_pool2d((mask > TOUCHED).float(), side), scale_factor=side)


def free_above(step: int, steps: int) -> float:
    """While so many of all `steps` are done, places above this mask value are painted: 1 - 1/n for none, 0 for all."""
    return max(1 - (step + 1) / steps, 0.0)


def held(latents: torch.Tensor, start: torch.Tensor, soft: torch.Tensor, step: int, steps: int) -> torch.Tensor:
    """Latents (B, C, h, w) with `start`, at the same noise, wherever the mask (B, 1, h, w) is not yet free."""
    import torch

    return torch.where(soft > free_above(step, steps), latents, start.to(latents.dtype))


def at_noise_of(scheduler: Any, start: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """The start with the noise of the step that the scheduler is about to take; clean after its last."""
    index = scheduler.step_index
    if index is None or index >= len(scheduler.timesteps):
        return start
    noised: torch.Tensor = scheduler.add_noise(start, noise, scheduler.timesteps[index : index + 1])
    return noised
