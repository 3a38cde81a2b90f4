"""GPUs that failed: an error that is none of memory, after which a process may never be able to use one again."""

from __future__ import annotations

import re
from typing import Final

from ..errors import GpuFailed
from .memory import ran_out

OF_CUDA: Final = re.compile(
    r"\b(?:CUDA(?: driver)?|CUBLAS|CUDNN|CUFFT|CURAND) (?:failure|error)\b|\bTriton Error \[CUDA\]", re.IGNORECASE
)
"""How torch, onnxruntime and Triton say what CUDA and its libraries told them."""
AGAIN: Final = "Start again, or choose another GPU or the processor: OTE_DEVICE=cuda:1, OTE_DEVICE=cpu"
_FAILED: Final[set[str]] = set()
"""GPUs that failed, for all of the process, as CUDA's context is: after an illegal access, say, every call fails until
the process ends."""


def is_gpu_failure(error: BaseException) -> bool:
    """Whether an error says that a GPU failed, and not for lack of memory."""
    return isinstance(error, RuntimeError) and not ran_out(error) and bool(OF_CUDA.search(str(error)))


def mark_failed(device: str) -> None:
    """The device answers no more, and this process is not to ask it again."""
    _FAILED.add(device)


def failed_gpus() -> tuple[str, ...]:
    """Devices that answer this process no more; whoever can start a fresh one does."""
    return tuple(sorted(_FAILED))


def refuse_failed(device: str) -> None:
    """Refuses a device that answers no more.

    Raises:
        GpuFailed: it is one.
    """
    if device in _FAILED:
        raise GpuFailed(f"{device}: expected a GPU that works, it has failed and answers this process no more. {AGAIN}")


def as_gpu_failed(name: str, error: BaseException) -> GpuFailed:
    """The error to raise for a model's error that `is_gpu_failure`."""
    message = str(error).partition("\n")[0].strip(" .")
    return GpuFailed(f"{name}: expected the GPU to run it, got: {message:.200}. {AGAIN}")
