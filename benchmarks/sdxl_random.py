"""SDXL's networks with random weights, full-size or tiny: for speed and for tests nothing has to be downloaded.

The full sizes are those of the published configurations (base, refiner, inpainting U-Net, VAE), so time and memory are
those of the real ones; what they paint is noise.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Sizes:
    """What tells one size of SDXL from another.

    Args:
        unet, refiner, vae: keyword arguments of diffusers' classes.
        texts: of transformers' `CLIPTextConfig`, for both text encoders.
        rank: of the LoRA.
    """

    unet: dict[str, Any]
    refiner: dict[str, Any]
    vae: dict[str, Any]
    texts: tuple[dict[str, Any], dict[str, Any]]
    rank: int


def _levels(kinds: str, attention: str, plain: str) -> tuple[str, ...]:
    """ "pca" -> names of blocks: p plain, a with attention."""
    return tuple(attention if kind == "a" else plain for kind in kinds)


def _unet(kinds: str, **facts: Any) -> dict[str, Any]:
    return {
        "out_channels": 4,
        "layers_per_block": 2,
        "down_block_types": _levels(kinds, "CrossAttnDownBlock2D", "DownBlock2D"),
        "up_block_types": _levels(kinds[::-1], "CrossAttnUpBlock2D", "UpBlock2D"),
        "use_linear_projection": True,
        "addition_embed_type": "text_time",
        **facts,
    }


def _text(width: int, layers: int, heads: int, inner: int, words: int) -> dict[str, Any]:
    return {
        "hidden_size": width,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": inner,
        "projection_dim": width,
        "vocab_size": words,
    }


def _vae(channels: tuple[int, ...], **facts: Any) -> dict[str, Any]:
    return {
        "in_channels": 3,
        "out_channels": 3,
        "down_block_types": ("DownEncoderBlock2D",) * len(channels),
        "up_block_types": ("UpDecoderBlock2D",) * len(channels),
        "block_out_channels": channels,
        "latent_channels": 4,
        "scaling_factor": 0.13025,
        "force_upcast": False,
        **facts,
    }


FULL: Final = Sizes(
    unet=_unet(
        "paa",
        in_channels=9,
        sample_size=128,
        block_out_channels=(320, 640, 1280),
        transformer_layers_per_block=(1, 2, 10),
        attention_head_dim=(5, 10, 20),
        cross_attention_dim=2048,
        addition_time_embed_dim=256,
        projection_class_embeddings_input_dim=2816,
    ),
    refiner=_unet(
        "paap",
        in_channels=4,
        sample_size=128,
        block_out_channels=(384, 768, 1536, 1536),
        transformer_layers_per_block=4,
        attention_head_dim=(6, 12, 24, 24),
        cross_attention_dim=1280,
        addition_time_embed_dim=256,
        projection_class_embeddings_input_dim=2560,
    ),
    vae=_vae((128, 256, 512, 512), layers_per_block=2, sample_size=1024),
    texts=(_text(768, 12, 12, 3072, 49408), _text(1280, 32, 20, 5120, 49408)),
    rank=64,
)
TINY: Final = Sizes(
    unet=_unet(
        "pa",
        in_channels=9,
        layers_per_block=1,
        sample_size=16,
        block_out_channels=(32, 64),
        transformer_layers_per_block=(1, 2),
        attention_head_dim=(2, 4),
        cross_attention_dim=64,
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=32 + 6 * 8,
    ),
    refiner=_unet(
        "pa",
        in_channels=4,
        layers_per_block=1,
        sample_size=16,
        block_out_channels=(32, 64),
        transformer_layers_per_block=1,
        attention_head_dim=(2, 4),
        cross_attention_dim=32,
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=32 + 5 * 8,
    ),
    vae=_vae((8, 8, 16, 16), layers_per_block=1, norm_num_groups=4, sample_size=128),
    texts=(_text(32, 3, 4, 37, 190), _text(32, 3, 4, 37, 190)),
    rank=2,
)
SCHEDULER: Final = {
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "timestep_spacing": "leading",
    "steps_offset": 1,
}
"""SDXL's own."""


def four_channels(sizes: Sizes) -> Sizes:
    """The same with a U-Net that was not trained to fill holes."""
    return replace(sizes, unet={**sizes.unet, "in_channels": 4})


def unet(facts: dict[str, Any], seed: int = 0) -> Any:
    import torch
    from diffusers import UNet2DConditionModel

    torch.manual_seed(seed)
    return UNet2DConditionModel(**facts).eval()


def vae(facts: dict[str, Any], seed: int = 0) -> Any:
    import torch
    from diffusers import AutoencoderKL

    torch.manual_seed(seed)
    return AutoencoderKL(**facts).eval()


def write_weights(folder: Path, sizes: Sizes = TINY, device: str = "cpu", *, plain: bool = True) -> None:
    """Everything that `open-the-eyes fetch sdxl` brings, random, under the names it brings it by.

    Args:
        device: that draws the numbers; in half precision where it is a GPU, as the real files are.
        plain: also the U-Net that was not trained to fill holes.
    """
    import torch

    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32 if device == "cpu" else torch.float16)
    try:
        with torch.device(device):
            if plain:
                _write_pipeline(folder / "sdxl-base", four_channels(sizes).unet, sizes.texts)
            _write_pipeline(folder / "sdxl-inpaint", sizes.unet, sizes.texts)
            _write_pipeline(folder / "sdxl-refiner", sizes.refiner, sizes.texts[1:])
            vae(sizes.vae).save_pretrained(folder / "sdxl-vae", safe_serialization=True)
    finally:
        torch.set_default_dtype(before)
    write_lora(folder / "lcm-lora" / "pytorch_lora_weights.safetensors", sizes.unet, sizes.rank)


def _write_pipeline(folder: Path, facts: dict[str, Any], texts: Sequence[dict[str, Any]]) -> None:
    """With two text encoders as the base has them, or with the second alone, like the refiner."""
    from diffusers import EulerDiscreteScheduler

    unet(facts).save_pretrained(folder / "unet", variant="fp16", safe_serialization=True)
    EulerDiscreteScheduler(**SCHEDULER).save_pretrained(folder / "scheduler")
    both = len(texts) == 2
    index: dict[str, Any] = {
        "_class_name": "StableDiffusionXLInpaintPipeline",
        "scheduler": ["diffusers", "EulerDiscreteScheduler"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
        "force_zeros_for_empty_prompt": both,
        "requires_aesthetics_score": not both,
        "text_encoder": [None, None],
        "tokenizer": [None, None],
    }
    kinds = (("", "CLIPTextModel"), ("_2", "CLIPTextModelWithProjection"))
    for (suffix, kind), config in zip(kinds[2 - len(texts) :], texts, strict=True):
        index[f"text_encoder{suffix}"] = ["transformers", kind]
        index[f"tokenizer{suffix}"] = ["transformers", "CLIPTokenizer"]
        _text_encoder(kind, config).save_pretrained(folder / f"text_encoder{suffix}", variant="fp16")
        _write_tokenizer(folder / f"tokenizer{suffix}")
    (folder / "model_index.json").write_text(json.dumps(index, indent=1), encoding="utf-8")


def _text_encoder(kind: str, config: dict[str, Any]) -> Any:
    import torch
    import transformers

    ends = {"bos_token_id": 188, "eos_token_id": 189, "pad_token_id": 189}
    torch.manual_seed(1)
    return getattr(transformers, kind)(transformers.CLIPTextConfig(**config, **ends, hidden_act="gelu")).eval()


def _write_tokenizer(folder: Path) -> None:
    """Letter by letter: every printable character alone and at a word's end."""
    from transformers import CLIPTokenizer

    letters = [chr(code) for code in range(33, 127)]
    names = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    vocabulary = {name: number for number, name in enumerate(names)}
    CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=77).save_pretrained(folder)


def write_lora(path: Path, facts: dict[str, Any], rank: int, seed: int = 3) -> None:
    """A random LoRA of the attention's projections, named as LCM-LoRA's file names its layers."""
    import torch
    from safetensors.torch import save_file

    random = torch.Generator().manual_seed(seed)
    rows = {}
    with torch.device("meta"):
        shapes = unet(facts)
    for name, module in shapes.named_modules():
        if isinstance(module, torch.nn.Linear) and name.rpartition(".")[2] in ("to_q", "to_k", "to_v"):
            key = "lora_unet_" + name.replace(".", "_")
            rows[f"{key}.lora_down.weight"] = torch.randn(rank, module.in_features, generator=random)
            rows[f"{key}.lora_up.weight"] = torch.randn(module.out_features, rank, generator=random) * 0.05
            rows[f"{key}.alpha"] = torch.tensor(float(rank))
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(rows, path)
