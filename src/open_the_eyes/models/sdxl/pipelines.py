"""diffusers' inpainting pipeline around a network that is lent: made in milliseconds, so nothing is held on to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ...errors import UsageError
from .checkpoint import Checkpoint, reading
from .prompts import Embeddings


@dataclass(frozen=True, slots=True)
class VaeFacts:
    """What a pipeline asks of its VAE while latents go in and come out: how large they are."""

    config: SimpleNamespace


def scheduler(base: Checkpoint, *, lcm: bool, for_refiner: bool) -> Any:
    """The base's noise scale; base and refiner share it, or the hand-over would not fit.

    Args:
        for_refiner: for the refiner, which predicts noise whatever the base predicts.

    Raises:
        UsageError: LCM with a base that does not predict noise, as the one does that its LoRA was made from.
    """
    from diffusers import LCMScheduler

    euler = base.scheduler()
    if for_refiner:
        return euler.from_config(euler.config, prediction_type="epsilon")
    if not lcm:
        return euler
    predicts = euler.config.prediction_type
    if predicts != "epsilon":
        raise UsageError(
            f"expected a checkpoint that predicts noise, as LCM does; {base.path.name} has {predicts}. Paint "
            "without lcm, or name another checkpoint by OTE_SDXL.",
            option="lcm",
        )
    return LCMScheduler.from_config(euler.config)


def inpainting(unet: Any, steps: Any, vae: Path, embeddings: Embeddings) -> Any:
    """The pipeline for one U-Net and its scheduler; it has neither VAE nor text encoders, which are on their own."""
    from diffusers import AutoencoderKL
    from diffusers import StableDiffusionXLInpaintPipeline as Pipeline

    facts = VaeFacts(SimpleNamespace(**AutoencoderKL.load_config(vae, local_files_only=True)))
    pipe = Pipeline(
        vae=facts,
        text_encoder=None,
        text_encoder_2=None,
        tokenizer=None,
        tokenizer_2=None,
        unet=unet,
        scheduler=steps,
        requires_aesthetics_score=_asks_for_score(unet, embeddings.pooled.shape[-1]),
        add_watermarker=False,
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe


def with_lcm(unet: Any, lora: Path) -> Any:
    """The U-Net itself with a LoRA added to its weights for good."""
    from diffusers import StableDiffusionXLInpaintPipeline as Pipeline

    with reading(lora):
        rows, alphas = Pipeline.lora_state_dict(
            str(lora.parent), weight_name=lora.name, unet_config=unet.config, use_safetensors=True,
            local_files_only=True,
        )  # fmt: skip
    Pipeline.load_lora_into_unet(rows, network_alphas=alphas, unet=unet, adapter_name="lcm")
    unet.fuse_lora()
    unet.unload_lora()
    return unet


def _asks_for_score(unet: Any, pooled: int) -> bool:
    """The refiner was trained with 5 numbers on each picture, the last an aesthetic score; the base with 6."""
    facts = unet.config
    return int((facts.projection_class_embeddings_input_dim - pooled) // facts.addition_time_embed_dim) == 5
