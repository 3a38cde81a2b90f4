"""Who is on the GPU, decided in one place: `with residency.lease("sdxl-base") as model:`."""

from .card import ModelCard, Rung
from .ledger import Line
from .memory import CudaMemory, FakeMemory, FakeOutOfMemory, Memory, memory_of
from .residency import Residency

__all__ = [
    "CudaMemory",
    "FakeMemory",
    "FakeOutOfMemory",
    "Line",
    "Memory",
    "ModelCard",
    "Residency",
    "Rung",
    "memory_of",
]
