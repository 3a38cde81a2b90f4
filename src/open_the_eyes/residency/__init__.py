"""Who is on the GPU, decided in one place: `with residency.lease("sdxl-base") as model:`."""

from .cards import ModelCard, Variant
from .memory import CountedMemory, CudaMemory, Memory, OutOfMemory, memory_of
from .records import LeaseRecord
from .residency import Residency

__all__ = [
    "CountedMemory",
    "CudaMemory",
    "LeaseRecord",
    "Memory",
    "ModelCard",
    "OutOfMemory",
    "Residency",
    "Variant",
    "memory_of",
]
