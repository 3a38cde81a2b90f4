"""What happens between two steps: the watch is told, guidance ends in time, and the soft mask holds its ground."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from . import masks

if TYPE_CHECKING:
    import torch

TENSORS: Final = ["latents", "prompt_embeds", "add_text_embeds", "add_time_ids", "mask", "masked_image_latents"]
"""What a pipeline hands to `StepCallback` and takes back."""


@dataclass(frozen=True, slots=True)
class StepCallback:
    """Called by diffusers after each step; what `tell` raises stops the pipeline.

    Args:
        start: clean latents (B, 4, h, w) that the mask holds to.
        noise: the noise they were given.
        soft: (B, 1, h, w) 0..1, see `masks`.
        first: how many steps other models ran before.
        steps: of all models together.
        guided_steps: after that many of this model guidance ends.
        tell: told how many of all steps are done.
    """

    start: torch.Tensor
    noise: torch.Tensor
    soft: torch.Tensor
    first: int
    steps: int
    guided_steps: int
    tell: Callable[[int], None]

    def __call__(self, pipe: Any, index: int, _: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        done = self.first + index + 1
        start = masks.at_noise_of(pipe.scheduler, self.start, self.noise)
        tensors["latents"] = masks.held(tensors["latents"], start, self.soft, done, self.steps)
        if index + 1 == self.guided_steps and pipe.do_classifier_free_guidance:
            tensors = _unguided(pipe, tensors)
        self.tell(done)
        return tensors


def _unguided(pipe: Any, tensors: dict[str, Any]) -> dict[str, Any]:
    """The second halves, those of the prompt itself: from here on one U-Net call does the work of two.

    The way of diffusers' own `SDXLCFGCutoffCallback`; late in a picture guidance changes little (Kynkäänniemi et al.
    2024).
    """
    pipe._guidance_scale = 1.0  # its only handle
    half = {name: None if t is None else t.chunk(2)[1] for name, t in tensors.items() if name != "latents"}
    return {**half, "latents": tensors["latents"]}
