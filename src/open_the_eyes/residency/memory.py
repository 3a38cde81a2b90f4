"""How much memory a device has: a GPU's through torch, or as much as is said where that cannot be measured."""

from __future__ import annotations

import gc
import re
import sys
from importlib.util import find_spec
from types import ModuleType
from typing import Final, Protocol

from ..errors import NoCapacity
from ..settings import gpu_number

_MIB: Final = 2**20
UNCOUNTED: Final = 2**30
"""Memory in MiB that is as good as no limit."""
SLACK_MIB: Final = 512
"""What an allocator loses between its blocks."""
_LACKING: Final = (
    "out of memory",  # CUDA, Triton
    "status_alloc_failed",  # cuBLAS, cuDNN
    "device_allocation_failed",  # cuDNN since version 9
    "unable to find an engine to execute",  # torch, of a convolution: it does not pass on what each engine lacks
    "cublas_status_not_initialized",  # cuBLAS where it cannot begin
)
"""Words for lacking memory. The last two may have another cause, such as a GPU without kernels: `gpus.trouble` finds
that before any work."""

_FULL: Final = re.compile(r"(?:can't|cannot) allocate memory|not enough memory", re.IGNORECASE)
"""Torch's words where the computer's own memory ran out, on Windows the latter."""


class Memory(Protocol):
    """One device's memory, in MiB."""

    @property
    def shared(self) -> bool:
        """Whether other programs take from it too, so that what is free has to be measured."""
        ...

    def room_mib(self) -> int:
        """What models may hold together; always the same answer between two calls of `measure`."""
        ...

    def measure(self) -> None:
        """Looks again at what is free; of ours, nothing must be on the device but what torch holds."""
        ...

    def peak_mib(self) -> int:
        """The most that was held since `reset_peak`."""
        ...

    def reset_peak(self) -> None: ...

    def empty(self) -> None:
        """Gives back what is cached but not in use."""
        ...


class OutOfMemory(RuntimeError):
    """Raised by models whose library says so in words only, and not by a `RuntimeError`."""


def ran_out(error: Exception) -> bool:
    """Whether an error says that a GPU's memory ran out.

    Torch has a class for what its own allocator lacks. What its libraries (cuBLAS, cuDNN), Triton and the driver lack
    comes as a plain `RuntimeError` that says so in words.
    """
    torch = sys.modules.get("torch")
    if isinstance(error, OutOfMemory if torch is None else (OutOfMemory, torch.OutOfMemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _LACKING)


def ran_out_beside(error: Exception) -> bool:
    """Whether an error says that the computer's own memory ran out, or what of it a GPU can reach."""
    return isinstance(error, MemoryError) or ran_out(error) or bool(_FULL.search(str(error)))


class UnmeasuredMemory:
    """Room of which nothing is known but what is leased: a CPU's, where moving is a no-op, or a GPU's without torch."""

    def __init__(self, room_mib: int = UNCOUNTED) -> None:
        self._room: Final = room_mib

    @property
    def shared(self) -> bool:
        return False

    def room_mib(self) -> int:
        return self._room

    def measure(self) -> None:
        pass

    def peak_mib(self) -> int:
        return 0

    def reset_peak(self) -> None:
        pass

    def empty(self) -> None:
        pass


class CudaMemory:
    """A GPU's memory, with torch's allocator.

    Args:
        torch: the library itself, so that only its user has to load it.
        device: such as "cuda" or "cuda:1".
        limit_mib: never more than this, whatever is free; torch is held to it too.
    """

    def __init__(self, torch: ModuleType, device: str, limit_mib: int | None = None) -> None:
        self._torch: Final = torch
        self._device: Final = device if ":" in device else f"{device}:{torch.cuda.current_device()}"
        self._limit: Final = limit_mib
        self._room = self._free = 0
        self.measure()
        if limit_mib is not None:
            total = torch.cuda.mem_get_info(self._device)[1]
            torch.cuda.set_per_process_memory_fraction(min(1.0, limit_mib * _MIB / total), self._device)

    @property
    def shared(self) -> bool:
        return True

    def room_mib(self) -> int:
        return self._room

    def measure(self) -> None:
        self._free = self._unclaimed()
        room = max(self._free // _MIB - SLACK_MIB, 0)
        self._room = room if self._limit is None else min(room, self._limit)

    def peak_mib(self) -> int:
        """Torch's, and what is held without torch, such as by onnxruntime: of that, only what it is at the moment."""
        beside = max(self._free - self._unclaimed(), 0)
        return int((self._torch.cuda.max_memory_allocated(self._device) + beside) // _MIB)

    def _unclaimed(self) -> int:
        """Bytes that are free, or torch's to use again."""
        return int(self._torch.cuda.mem_get_info(self._device)[0] + self._torch.cuda.memory_reserved(self._device))

    def reset_peak(self) -> None:
        self._torch.cuda.reset_peak_memory_stats(self._device)

    def empty(self) -> None:
        gc.collect()  # cycles hold tensors too
        with self._torch.cuda.device(self._device):
            self._torch.cuda.empty_cache()


def memory_of(device: str, limit_mib: int | None = None) -> Memory:
    """The memory of "cpu", "cuda" or "cuda:1"; where torch sees no GPU at all, only what is leased is counted.

    Raises:
        NoCapacity: torch sees GPUs, and none of that number.
    """
    if device == "cpu":
        return UnmeasuredMemory()
    if find_spec("torch") is not None:
        import torch

        if torch.cuda.is_available():
            found = torch.cuda.device_count()
            if (gpu_number(device) or 0) >= found:
                raise NoCapacity(
                    f"{device}: expected a GPU of that number, found {found}, from cuda:0 on.",
                    mend="OTE_DEVICE=cpu",
                    how="Choose one of these, or the processor",
                )
            return CudaMemory(torch, device, limit_mib)
    return UnmeasuredMemory(limit_mib or UNCOUNTED)
