"""What `doctor` says of GPUs: which there are, and what can use them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Final

from ..residency.gpus import driver_is_here
from .findings import Check

COMPILING: Final = {
    "Triton": f"python -m pip install triton{'-windows' if os.name == 'nt' else ''}",
    "a C compiler": "apt-get install gcc",
    "Python's headers": f"apt-get install python{sys.version_info[0]}.{sys.version_info[1]}-dev",
}
"""What compiling may lack, and the command that brings it."""


def cards() -> Check:
    """The GPUs that nvidia-smi names, with their memory and driver; none is needed."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return Check("gpu", True, "none found, none needed")
    query = [tool, "--query-gpu=name,memory.total,memory.free,driver_version", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return Check("gpu", True, "nvidia-smi does not answer; none needed")
    found = [line.split(",") for line in answer.stdout.splitlines() if line.count(",") >= 3]
    drivers = ", ".join(dict.fromkeys(card[-1].strip() for card in found))
    sizes = "; ".join(_card(*card[-4:-1]) for card in found)
    return Check("gpu", True, f"{sizes}; driver {drivers}" if found else "none found, none needed")


def _card(name: str, total_mib: str, free_mib: str) -> str:
    """Some cards share the machine's memory and tell none of their own: "[N/A]"."""
    total, free = total_mib.strip(), free_mib.strip()
    known = total.isdigit() and free.isdigit()
    sizes = f"{int(total) / 1024:.1f} GiB, {int(free) / 1024:.1f} GiB unused" if known else "memory unknown"
    return f"{name.strip()}, {sizes}"


def onnx_on_gpu() -> Iterator[Check]:
    """Checks whether restorers can use the GPU, where there is one; the two builds of onnxruntime exclude each
    other."""
    if not driver_is_here():
        return
    from ..models.eye_state import MODEL_FILE
    from ..models.onnx_network import CUDA, session_of
    from ..residency import memory_of
    from ..settings import Settings

    name = "restorers on gpu"
    if CUDA not in import_module("onnxruntime").get_available_providers():
        mend = "python -m pip uninstall -y onnxruntime, then: python -m pip install onnxruntime-gpu"
        yield Check(name, False, "this onnxruntime runs on the processor only", mend, needed=False)
        return
    try:
        memory_of("cuda")  # loads torch, as a restorer would, and so CUDA's libraries
        session_of(MODEL_FILE, Settings(device="cuda"))
    except Exception as error:  # noqa: BLE001 -- whatever keeps it from the GPU is the finding
        yield Check(name, False, f"{str(error) or type(error).__name__:.300}", needed=False)
    else:
        yield Check(name, True, "yes", needed=False)


def sdxl_on_gpu() -> Iterator[Check]:
    """Checks whether SDXL can use the GPU, where there is one, and whether it is compiled, unless it is not to be."""
    from ..errors import NoCapacity, OpenTheEyesError
    from ..models.sdxl.loading import check_libraries, device_of
    from ..settings import Settings

    name = "sdxl on gpu"
    if not driver_is_here():
        return
    try:
        settings = Settings.from_environment()
        check_libraries()
        device = device_of(settings)
    except NoCapacity as error:
        yield Check(name, False, error.fault, error.mend, needed=False)
    except OpenTheEyesError:  # said elsewhere
        return
    except Exception as error:  # noqa: BLE001 -- whatever keeps it from the GPU is the finding
        yield Check(name, False, f"{type(error).__name__}: {error!s:.300}", needed=False)
    else:
        if device != "cpu":
            yield Check(name, True, "yes", needed=False)
            if settings.compile:
                yield _compiled(device)


def _compiled(device: str) -> Check:
    from ..models.sdxl.speed import compiler_lacks, compiling_lacks

    try:
        lacks = compiling_lacks(device) or compiler_lacks()
    except Exception as error:  # noqa: BLE001 -- whatever keeps it from being looked at is the finding
        lacks = f"something that works, got {type(error).__name__}: {error!s:.200}"
    found = f"no, so it runs slower; compiling needs {lacks}" if lacks else "yes"
    return Check("sdxl compiled", not lacks, found, COMPILING.get(lacks, ""), needed=False)
