"""How many GPUs this process may use, whether torch can run there, and what it holds on them."""

from __future__ import annotations

import platform
import re
import shutil
import sys
from dataclasses import dataclass
from typing import Final

from ..errors import UsageError

SELECTOR: Final = "the command that the selector on pytorch.org gives"
_OLD_DRIVER: Final = re.compile(r"driver .* too old \(found version (\d+)\)")
"""How torch says so; 12040 is CUDA 12.4."""
_ARCH: Final = re.compile(r"(sm|compute)_(\d+)(\d)([af]?)")
"""What torch has kernels for: "sm_86" is machine code for compute capability 8.6 and later ones of 8, with an "a" at
the end for that one alone; "compute_90" is code that the driver turns into that of any later GPU, with an "f" at the
end of any later one of 9."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What keeps torch from a GPU.

    Args:
        cause: a clause; "" where there simply is no such GPU.
        mend: a command, or where no single one will do, what to install.
        found: how many GPUs torch can use.
    """

    cause: str = ""
    mend: str = ""
    found: int = 0


def trouble(number: int) -> Trouble | None:
    """What keeps torch from the GPU of that number, from 0 on; None where nothing does. Nothing is put onto the GPU."""
    import torch

    if not torch.cuda.is_available():
        return _unavailable()
    found = torch.cuda.device_count()
    if number >= found:
        return Trouble(found=found)
    known = [arch for arch in map(_ARCH.fullmatch, torch.cuda.get_arch_list()) if arch]
    if not known:  # AMD's, or a torch that does not tell
        return None
    capability = torch.cuda.get_device_capability(f"cuda:{number}")
    if any(_runs(arch, capability) for arch in known):
        return None
    has = ", ".join(dict.fromkeys(f"{arch[2]}.{arch[3]}" for arch in known))
    own = ".".join(map(str, capability))
    cause = f"its compute capability is {own}, and this torch has kernels for {has}"
    return Trouble(cause, f"{SELECTOR} for a CUDA that still knows this GPU, or another GPU", found)


def driver_is_here() -> bool:
    """Whether a driver of NVIDIA's is installed, and so, in all likelihood, a GPU is here."""
    return shutil.which("nvidia-smi") is not None


def _unavailable() -> Trouble:
    """Why torch sees no GPU at all."""
    import torch

    if not driver_is_here():
        return Trouble()
    if torch.version.cuda is None and torch.version.hip is None:
        return Trouble("this torch is built without CUDA", f"python -m pip uninstall -y torch, then: {_with_cuda()}")
    message = "CUDA does not start"
    try:
        torch.cuda.init()
    except (RuntimeError, AssertionError) as error:
        message = (str(error).splitlines() or [message])[0].partition(". ")[0].strip(" .")
    if old := _OLD_DRIVER.search(message):
        knows = f"CUDA {int(old[1]) // 1000}.{int(old[1]) % 1000 // 10}"
        cause = f"NVIDIA's driver is too old: it knows {knows}, and this torch is built for CUDA {torch.version.cuda}"
        return Trouble(cause, f"a newer driver, or {SELECTOR} for {knows} or earlier")
    return Trouble(f"torch says: {message:.200}")


def _with_cuda() -> str:
    """What installs a torch that is built for CUDA: pip by itself on common computers with Linux."""
    common = sys.platform == "linux" and platform.machine() == "x86_64"
    return "python -m pip install torch" if common else f"{SELECTOR} for CUDA"


def _runs(arch: re.Match[str], capability: tuple[int, int]) -> bool:
    kind, since = arch[1], (int(arch[2]), int(arch[3]))
    if arch[4] == "a":
        return capability == since
    return since <= capability and ((kind == "compute" and not arch[4]) or since[0] == capability[0])


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
