"""Can SDXL run here, and if so, with which files, device and networks; what is missing is said in this order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from ...errors import NoCapacity, OpenTheEyesError, UsageError, WeightsMissing
from ...residency import ModelCard, Residency, cards, gpus, ran_out
from ...residency.budget import least
from ...residency.failures import is_gpu_failure
from ...roles import EyeGenerator
from ...settings import Settings, gpu_number
from ...system.installed import python_too_old_for
from ...system.paths import is_there
from ..devices import residency_of
from ..weights import path_of
from ..weights.catalogue import is_hub_id
from . import checkpoint, pipelines, quantise, speed
from .checkpoint import Checkpoint
from .frames import FRAME_PX
from .generator import SdxlGenerator
from .sampling import Sampler

LIBRARIES: Final = ("torch", "diffusers", "transformers", "accelerate", "peft", "torchao", "safetensors")
"""Libraries of the extra `sdxl`."""
BF16_SINCE: Final = (8, 0)
"""Least compute capability for bf16: on GPUs before Ampere (RTX 30, A100) its attention holds a number for each pair of
places, where fp16 has a kernel that need not, and their tensor cores know fp16 alone."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where the models lie."""

    base: Checkpoint
    refiner: Checkpoint
    vae: Path
    lora: Path


def load_sdxl(
    settings: Settings, start: EyeGenerator, side: int = FRAME_PX, residency: Residency | None = None
) -> SdxlGenerator:
    """The generator; its networks are read when the first eye is painted.

    Args:
        residency: leases the networks; None is the device's own.

    Raises:
        UsageError: the extra `sdxl` is not installed, or this Python too old for it, or OTE_SDXL names no checkpoint.
        NoCapacity: there is no GPU, and nobody asked for the CPU.
        WeightsMissing: files are missing.
    """
    check_libraries()
    device = device_of(settings)
    return SdxlGenerator(start, sampler_of(settings, residency or residency_of(settings, device)), side)


def sampler_of(settings: Settings, residency: Residency) -> Sampler:
    """What paints on a device whose networks that residency leases.

    Raises:
        UsageError: OTE_SDXL names no checkpoint.
        WeightsMissing: files are missing.
    """
    files = files_of(settings)
    if settings.compile and residency.device != "cpu":
        speed.keep_compiled(settings.weights)
    checkpoint.hush()
    register(residency, files, settings)
    return Sampler(files.base, files.refiner, files.vae, residency, settings.weights)


def sdxl_lacks(settings: Settings) -> str:
    """What keeps SDXL from running here by itself, in few words, "" where nothing does.

    The cheap questions come first, so the GPU, for which torch is loaded, is named before it is asked for: nobody is to
    fetch gigabytes for a machine that has none.
    """
    if _missing_libraries():
        return f"a GPU and {python_too_old_for('sdxl') or 'its libraries (the extra sdxl)'}"
    try:
        files_of(settings)
    except WeightsMissing as error:
        return f"a GPU and its weights ({error.mend or error})"
    except OpenTheEyesError:
        return f"a GPU and a checkpoint, which OTE_SDXL={settings.sdxl} is not"
    number = gpu_number(settings.device)
    needed = "a GPU" if number is None else f"the GPU {settings.device}"
    if settings.device == "cpu":
        return needed
    if trouble := gpus.trouble(number or 0):
        return f"{needed} that torch can use: {trouble.cause}" if trouble.cause else needed
    return _room_lacks(settings, device_of(settings))


def _room_lacks(settings: Settings, device: str) -> str:
    """The same of a GPU's memory: each network has to fit by itself, in the smallest way in which it can be had."""
    networks = (cards.SDXL_VAE, _runnable(cards.SDXL_BASE, device), _runnable(cards.SDXL_REFINER, device))
    needed, room = max(map(least, networks)), 0
    try:
        room = residency_of(settings, device).room_mib
    except RuntimeError as error:
        if is_gpu_failure(error):
            return f"a GPU that works; of {device} CUDA says: {str(error).partition(chr(10))[0]:.200}"
        if not ran_out(error):  # where not even CUDA itself finds room, there is none
            raise
    return "" if needed <= room else f"{needed} MiB of GPU memory, the room on {device} is {room} MiB"


def check_libraries() -> None:
    """Raises `UsageError` where the extra is not installed, or cannot be."""
    missing = _missing_libraries()
    if missing and (too_old := python_too_old_for("sdxl")):
        raise UsageError(f"engine sdxl: expected {too_old}. Install open-the-eyes there, or take --engine appearance.")
    if missing:
        raise UsageError(
            f"engine sdxl: expected the extra 'sdxl', {', '.join(missing)} not installed.",
            mend='python -m pip install "open-the-eyes[sdxl]"',
            how="Run",
        )


def _missing_libraries() -> list[str]:
    return [name for name in LIBRARIES if find_spec(name) is None]


def device_of(settings: Settings) -> str:
    """The device: "cuda:0" or "cpu".

    Raises:
        NoCapacity: no GPU that torch can use, and the CPU was not asked for.
    """
    if settings.device == "cpu":
        return "cpu"
    number = gpu_number(settings.device) or 0
    wanted, trouble = f"cuda:{number}", gpus.trouble(number)
    if trouble is None:
        return wanted
    found = trouble.cause or f"found {trouble.found}"
    raise NoCapacity(
        f"engine sdxl: expected a CUDA GPU ({wanted}), {found}; a CPU needs minutes for each face. Take --engine "
        "appearance, or set OTE_DEVICE=cpu to wait.",
        mend=trouble.mend,
        how="Or mend it with" if trouble.mend else "",
    )


def files_of(settings: Settings) -> Files:
    """Where everything lies.

    Raises:
        WeightsMissing: it does not.
        UsageError: OTE_SDXL names no checkpoint.
    """
    names = ("sdxl-inpaint", "sdxl-refiner", "sdxl-vae", "lcm-lora")
    config_folder, refiner, vae, lora = (path_of(name, settings, profile="sdxl") for name in names)
    base = Checkpoint(config_folder, config_folder)
    if settings.sdxl is not None:
        base = Checkpoint.at(_named(settings.sdxl, settings), config_folder)
    return Files(base, Checkpoint(refiner, refiner), vae, lora)


def _named(sdxl: Path, settings: Settings) -> Path:
    """Where a checkpoint that a person named lies: there, or among the weights where it is a hub id."""
    name = sdxl.as_posix()
    return sdxl if is_there(sdxl) or not is_hub_id(name) else path_of(name, settings)


def register(residency: Residency, files: Files, settings: Settings) -> None:
    """Makes all networks known by their cards; nothing is loaded yet."""
    device = residency.device
    build = partial(_unet, device=device, settings=settings)
    residency.register(cards.SDXL_VAE, lambda _: _vae(files.vae, device))
    for card, made in (
        (cards.SDXL_BASE, partial(build, files.base)),
        (cards.SDXL_LCM, partial(build, files.base, lora=files.lora)),
        (cards.SDXL_REFINER, partial(build, files.refiner)),
    ):
        residency.register(_runnable(card, device), made, move=quantise.move_to, stream=speed.set_up_streaming)


def _runnable(card: ModelCard, device: str) -> ModelCard:
    """Without int4 where the GPU has no kernel for it: "auto" streams there; who asks for it is told what there is.
    Where the U-Net is in fp16, int8 takes more room."""
    mib = dict(card.mib)
    if _lacks_capability(device, quantise.INT4_SINCE):
        del mib["int4"]
    if _lacks_capability(device, BF16_SINCE):
        mib["int8"] += round((mib["bf16"] - mib["int8"]) * quantise.GROUPED)  # those are the bytes it saves, and has
    return replace(card, mib=mib)


def _unet(files: Checkpoint, precision: str, *, device: str, settings: Settings, lora: Path | None = None) -> Any:
    """In the computer's memory, ready for its device; what is bf16 on a GPU is float32 on a CPU, and on an older GPU
    fp16, which weighs the same."""
    import torch

    gpu = device != "cpu"
    half = torch.float16 if _lacks_capability(device, BF16_SINCE) else torch.bfloat16
    unet = files.unet(half if gpu else torch.float32).eval().requires_grad_(False)
    if lora is not None:
        unet = pipelines.with_lcm(unet, lora)
    if gpu:
        unet = speed.with_fused_projections(unet)
    unet = quantise.quantised(unet, precision, device)
    return speed.compiled(unet) if gpu and settings.compile and not speed.compiling_lacks(device) else unet


def _lacks_capability(device: str, capability: tuple[int, int]) -> bool:
    """Whether a device is a GPU of an earlier compute capability; no processor is."""
    import torch

    gpu = device != "cpu" and torch.cuda.is_available()
    return gpu and torch.cuda.get_device_capability(device) < capability


def _vae(folder: Path, device: str) -> Any:
    """On a GPU in half precision, for which this VAE was mended (bf16 would show as banding), and with channels last,
    as kernels for half precision want them."""
    import torch

    gpu = device != "cpu"
    vae = checkpoint.vae(folder, torch.float16 if gpu else torch.float32).eval().requires_grad_(False)
    return vae.to(memory_format=torch.channels_last) if gpu else vae
