"""What makes the same U-Net faster on a GPU, and changes nothing that it computes but its rounding."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Final

GRAPHS: Final = 64
"""Of one kind of block at most: base, refiner, each precision, one row or several, one shape of frame or any. Torch's
own limit of 8 is reached by two of these networks, and then it raises."""
COMPILED: Final = "compiled"
"""Beside the weights: what torch.compile has made, for the next start."""
CACHE: Final = "TORCHINDUCTOR_CACHE_DIR"


def keep_compiled(weights: Path) -> None:
    """Tells torch to keep what it compiles in the folder of weights, for this process and those that it starts.

    To be called before diffusers is imported: that makes torch choose a folder among temporary files, which the next
    start may not find. One that TORCHINDUCTOR_CACHE_DIR names stays, and weights that cannot be written are not taken:
    there torch would stop with an error.
    """
    if CACHE in os.environ:
        return
    folder = weights.absolute() / COMPILED
    try:
        folder.mkdir(exist_ok=True)
        with TemporaryFile(dir=folder):
            os.environ[CACHE] = str(folder)
    except OSError:
        pass


def quick(unet: Any) -> Any:
    """The U-Net itself with channels last and joined projections; SDPA is what diffusers takes anyway."""
    import torch

    unet.fuse_qkv_projections()
    for module in unet.modules():
        if getattr(module, "fused_projections", False):
            _without_parts(module)
    return unet.to(memory_format=torch.channels_last)


def compiled(unet: Any, backend: str | Callable[..., Any] = "inductor") -> Any:
    """The U-Net itself, its repeated blocks compiled when they first run: seconds where all of it would take minutes.

    Any thread may call it.
    """
    unet.compile_repeated_blocks(fullgraph=True, backend=backend)
    unet.register_forward_pre_hook(_allow_graphs)
    return unet


def streamed(unet: Any, device: str) -> None:
    """Sets the U-Net up to keep its weights in the computer's memory; each layer's visit the device as it runs."""
    import torch

    for module in unet.modules():
        module._compiled_call_impl = None  # compiled blocks do not let the visits happen
    unet.enable_group_offload(
        onload_device=torch.device(device), offload_type="leaf_level", use_stream=device.startswith("cuda")
    )


def _allow_graphs(*_: object) -> None:
    """Before each call and not once, since torch keeps its limits by thread, and who builds need not be who paints."""
    from torch import _dynamo

    if _dynamo.config.recompile_limit < GRAPHS:
        _dynamo.config.recompile_limit = GRAPHS


def _without_parts(attention: Any) -> None:
    """Joined projections are copies; what they were joined from is let go."""
    parts = ("to_q", "to_k", "to_v") if hasattr(attention, "to_qkv") else ("to_k", "to_v")
    for name in parts:
        delattr(attention, name)
