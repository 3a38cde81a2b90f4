"""SDXL as diffusers' own documentation runs it, to compare with: base and refiner pipelines, both on the device."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from open_the_eyes.models.sdxl.denoising import InpaintInput, handover
from open_the_eyes.models.sdxl.prompts import NEGATIVE, PROMPT
from open_the_eyes.models.sdxl.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Stock:
    """Both pipelines with everything in them: text encoders, U-Net and VAE, in bf16 on a GPU."""

    base: Any
    refiner: Any

    @classmethod
    def load(cls, weights: Path, device: str) -> Stock:
        import torch
        from diffusers import AutoencoderKL
        from diffusers import StableDiffusionXLInpaintPipeline as Pipeline

        dtype = torch.float32 if device == "cpu" else torch.bfloat16
        vae = AutoencoderKL.from_pretrained(weights / "sdxl-vae", dtype=dtype)
        pipes = []
        for name in ("sdxl-inpaint", "sdxl-refiner"):
            pipe = Pipeline.from_pretrained(
                weights / name, vae=vae, dtype=dtype, variant="fp16", add_watermarker=False, local_files_only=True
            )
            pipe.set_progress_bar_config(disable=True)
            pipes.append(pipe.to(device))
        return cls(*pipes)

    def painted(self, inputs: list[InpaintInput], schedule: Schedule) -> Any:
        """The same steps on the same pictures, guided throughout, as numbers (B, H, W, 3)."""
        import torch

        count, (h, w) = len(inputs), inputs[0].mask.shape
        picture = torch.from_numpy(np.stack([one.start.transpose(2, 0, 1) for one in inputs]) / 255)
        mask = torch.from_numpy(np.stack([one.mask[None] for one in inputs]))
        words = {"prompt": [PROMPT] * count, "negative_prompt": [NEGATIVE] * count}
        seeds = [torch.Generator().manual_seed(one.seed) for one in inputs]
        shared = {
            **words,
            "mask_image": mask,
            "height": h,
            "width": w,
            "num_inference_steps": schedule.scale_steps,
            "guidance_scale": schedule.guidance,
            "generator": seeds,
        }
        share = handover(self.base.scheduler, schedule)
        how = {"output_type": "latent"} if share is not None else {"output_type": "np"}
        done = self.base(image=picture, strength=schedule.strength_to_pass, denoising_end=share, **shared, **how).images
        if share is None:
            return done
        return self.refiner(image=done, denoising_start=share, output_type="np", **shared).images
