"""The machine and the versions that figures were made with."""

from __future__ import annotations

import os
import platform
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import cv2

from ..residency.gpus import gpu_count
from ..system.parallel import core_count
from ..system.ram import total_ram_mib
from ..version import __version__

LIBRARIES: Final = ("numpy", "onnxruntime", "scipy", "pillow")
EXTRAS: Final = ("scikit-image", "torch", "torchmetrics", "diffusers")


def machine(device: str = "auto") -> dict[str, Any]:
    """Plain JSON values: what a reader needs to judge figures by; `device` is as in the settings."""
    return {
        "when": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": processor(),
        "cores": core_count(),
        "memory_gib": memory_gib(),
        "gpu": gpu(device),
        "load": load(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "version": __version__,
        "libraries": {"opencv": cv2.__version__}
        | {name: version for name in (*LIBRARIES, *EXTRAS) if (version := _version(name))},
    }


def processor() -> str:
    """The processor's name, as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def memory_gib() -> float | None:
    """The memory of the whole machine, GiB; None where the system does not tell."""
    total = total_ram_mib()
    return None if total is None else round(total / 1024, 1)


def load() -> float | None:
    """How many processes want a processor, the mean of the last minute; this process is not yet among them."""
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None


def gpu(device: str = "auto") -> str:
    """The name of the GPU that is used, "" where torch sees none of that number, or the processor is asked for."""
    number = int(device.partition(":")[2] or 0)
    if device == "cpu" or number >= gpu_count():
        return ""
    import torch

    return str(torch.cuda.get_device_name(number))


def said(described: dict[str, Any]) -> str:
    """A machine, as `machine` describes it, in one line."""
    memory = "" if described["memory_gib"] is None else f", {described['memory_gib']:g} GiB"
    busy = "" if described.get("load") is None else f", load {described['load']:g} at the start"
    return f"{described['processor']}, {described['cores']} cores{memory}, {described['gpu'] or 'no GPU'}{busy}"


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
