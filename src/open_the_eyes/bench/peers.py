"""Published figures of others, as data; none was measured by us, and each says where it ran."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Peer:
    """One published figure.

    Args:
        what: "photo", a stage, a mode, "4 variations", ... : the row of ours that it stands beside.
        value: in `unit`.
        where: the hardware it was published for.
        whose: who published it, and the address where one is known.
    """

    what: str
    value: float
    unit: str
    where: str
    whose: str


_SYSTEM: Final = "an SDXL service for closed eyes"
_CARD: Final = "RTX 4090"
_DIFFUSERS: Final = "diffusers, https://huggingface.co/docs/diffusers/tutorials/fast_diffusion"
_EXGAN: Final = "Dolhansky & Canton Ferrer 2018, https://arxiv.org/abs/1712.03999"


def _system(what: str, value: float, unit: str = "s", where: str = _CARD) -> Peer:
    return Peer(what, value, unit, where, _SYSTEM)


PEERS: Final = (
    _system("photo", 26.9),
    _system("detect", 2.1),
    _system("crop", 1.8),
    _system("generate", 12.5),
    _system("blend", 1.5),
    _system("restore", 5.8),
    _system("save", 3.2),
    _system("p95", 31.2),
    _system("p99", 34.5),
    _system("4 variations", 48.8),
    _system("4 variations, 2 GPUs", 31.2, where="2 × RTX 4090"),
    _system("photos a minute", 2.2, "/min"),
    _system("photos a minute, 8 workers", 17.6, "/min", "8 × RTX 4090"),
    _system("peak RAM", 4 * 1024, "MiB"),
    _system("peak VRAM", 14 * 1024, "MiB"),
    _system("success", 0.987, "%"),
    _system("LPIPS", 0.082, ""),
    _system("FID", 18.2, ""),
    _system("mode fast", 6.2),
    _system("mode standard", 12.5),
    _system("mode quality", 20.1),
    _system("mode ultra", 28.4),
    _system("LCM, 4 steps", 3.2),
    Peer("SDXL 1024², 30 steps, fp32", 7.36, "s", "A100", _DIFFUSERS),
    Peer("SDXL 1024², 30 steps, bf16", 4.63, "s", "A100", _DIFFUSERS),
    Peer("SDXL 1024², 30 steps, bf16, SDPA", 3.32, "s", "A100", _DIFFUSERS),
    Peer("SDXL 1024², 30 steps, compiled", 2.54, "s", "A100", _DIFFUSERS),
    Peer("SDXL 1024², 30 steps, int8", 2.43, "s", "A100", _DIFFUSERS),
    Peer("SDXL 1024², 30 steps", 2.50, "s", "H100", "diffusers"),
    Peer("SDXL 1024², 30 steps, TensorRT", 1.47, "s", "H100", "TensorRT"),
    Peer("SDXL 1024², LCM, 4 steps", 0.234, "s", "H100", "diffusers"),
    Peer("GFPGAN alone", 0.078, "s", _CARD, "GFPGAN"),
    Peer("GFPGAN alone, paste-back mended", 0.018, "s", _CARD, "GFPGAN"),
    Peer("ExGAN, L1 over the whole image", 7.0e-3, "", "Celeb-ID", _EXGAN),
    Peer("ExGAN, MS-SSIM over the whole image", 7.8e-3, "", "Celeb-ID", _EXGAN),
    Peer("ExGAN, FID over the whole image", 14.6, "", "Celeb-ID", _EXGAN),
)


def peer(what: str) -> Peer | None:
    """The figure to stand beside ours, if one was published."""
    return next((one for one in PEERS if one.what == what), None)
