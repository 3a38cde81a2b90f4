"""Published figures of others, as data; none was measured by us, and each says where it ran and where it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Peer:
    """One published figure.

    Args:
        what: the work, such as "SDXL 1024², 30 steps, bf16".
        value: in `unit`.
        where: the hardware or the photos that it was published for.
        whose: who published it.
        address: where a reader finds it.
    """

    what: str
    value: float
    unit: str
    where: str
    whose: str
    address: str


_DIFFUSERS: Final = "diffusers", "https://huggingface.co/docs/diffusers/tutorials/fast_diffusion"
_TENSORRT: Final = "Stability AI, NVIDIA", "https://huggingface.co/stabilityai/stable-diffusion-xl-1.0-tensorrt"
_EXGAN: Final = "Dolhansky & Canton Ferrer 2018", "https://arxiv.org/abs/1712.03999"

PEERS: Final = (
    Peer("SDXL 1024², 30 steps, fp32", 7.36, "s", "A100", *_DIFFUSERS),
    Peer("SDXL 1024², 30 steps, bf16", 4.63, "s", "A100", *_DIFFUSERS),
    Peer("SDXL 1024², 30 steps, bf16, SDPA", 3.32, "s", "A100", *_DIFFUSERS),
    Peer("SDXL 1024², 30 steps, compiled", 2.54, "s", "A100", *_DIFFUSERS),
    Peer("SDXL 1024², 30 steps, int8", 2.43, "s", "A100", *_DIFFUSERS),
    Peer("SDXL 1024², 30 steps", 2.50, "s", "H100", *_TENSORRT),
    Peer("SDXL 1024², 30 steps, TensorRT", 1.47, "s", "H100", *_TENSORRT),
    Peer("SDXL 1024², LCM, 4 steps, TensorRT", 0.234, "s", "H100", *_TENSORRT),
    Peer("ExGAN, L1 over the whole image", 7.0e-3, "", "Celeb-ID", *_EXGAN),
    Peer("ExGAN, MS-SSIM over the whole image", 7.8e-3, "", "Celeb-ID", *_EXGAN),
    Peer("ExGAN, FID over the whole image", 14.6, "", "Celeb-ID", *_EXGAN),
)
