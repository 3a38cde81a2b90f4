"""Who is on the GPU, decided in one place: `residency.run("sdxl-base", items, work)`."""

from .cards import ModelCard, Variant
from .memory import CudaMemory, Memory, OutOfMemory, UnmeasuredMemory, memory_of, ran_out
from .records import LeaseRecord
from .residency import Residency

__all__ = [
    "CudaMemory",
    "LeaseRecord",
    "Memory",
    "ModelCard",
    "OutOfMemory",
    "Residency",
    "UnmeasuredMemory",
    "Variant",
    "memory_of",
    "ran_out",
]
