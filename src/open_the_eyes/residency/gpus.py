"""How many GPUs this process may use."""

from __future__ import annotations


def gpu_count() -> int:
    """As torch sees it, CUDA_VISIBLE_DEVICES included; 0 where torch is not installed."""
    try:
        import torch
    except ModuleNotFoundError:
        return 0
    return int(torch.cuda.device_count())


def gpu_mib(device: str = "cuda") -> int:
    """The memory that a GPU has, whoever uses it now."""
    import torch

    return int(torch.cuda.mem_get_info(device)[1] // 2**20)
