"""How many GPUs this process may use, and what it holds on them."""

from __future__ import annotations

import sys

from ..errors import UsageError


def gpu_count() -> int:
    """As torch sees it, CUDA_VISIBLE_DEVICES included; 0 where torch is not installed."""
    try:
        import torch
    except ModuleNotFoundError:
        return 0
    return int(torch.cuda.device_count())


def gpu_mib(device: str = "cuda") -> int:
    """The memory that a GPU has, whoever uses it now.

    Raises:
        UsageError: torch, which tells it, is not installed or sees no GPU.
    """
    if not gpu_count():
        raise UsageError(
            f"{device}: expected torch to tell how much memory it has, got a torch without GPUs, or none. Set "
            "OTE_GPU_ROOM_MIB, or install torch for CUDA."
        )
    import torch

    return int(torch.cuda.get_device_properties(device).total_memory // 2**20)  # without a context, which takes some


def gpu_bytes() -> int | None:
    """What torch holds on all GPUs; None where it is not in use. A look at figures must be no reason to load it."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_initialized():
        return None
    return sum(int(torch.cuda.memory_reserved(number)) for number in range(torch.cuda.device_count()))
