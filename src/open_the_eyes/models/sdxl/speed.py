"""What makes the same U-Net faster on a GPU, and changes nothing that it computes but its rounding."""

from __future__ import annotations

import logging
import os
import shutil
import sysconfig
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from threading import Event
from typing import Any, Final

from ...residency import ran_out

COMPILES_SINCE: Final = (8, 0)
"""Least compute capability for compiling: Triton supports no GPUs before Ampere (RTX 30, A100)."""
GRAPHS: Final = 64
"""Most graphs of one kind of block: base, refiner, each precision, one row or several, one shape of frame or any.
Torch's own limit of 8 is reached by two of these networks, and then it raises."""
COMPILED: Final = "compiled"
"""Folder, beside the weights, of what torch.compile has made, for the next start."""
CACHE: Final = "TORCHINDUCTOR_CACHE_DIR"
_LOG: Final = logging.getLogger("open_the_eyes.sdxl")


def keep_compiled(weights: Path) -> None:
    """Tells torch to keep what it compiles in the folder of weights, for this process and those that it starts.

    To be called before diffusers is imported: that makes torch choose a folder among temporary files, which the next
    start may not find. One that TORCHINDUCTOR_CACHE_DIR names stays, and weights that cannot be written are not taken:
    there torch would stop with an error.
    """
    if CACHE in os.environ:
        return
    folder = weights.absolute() / COMPILED
    try:
        folder.mkdir(exist_ok=True)
        with TemporaryFile(dir=folder):
            os.environ[CACHE] = str(folder)
    except OSError:
        pass


def with_fused_projections(unet: Any) -> Any:
    """The U-Net itself with channels last and joined projections; SDPA is what diffusers takes anyway."""
    import torch

    unet.fuse_qkv_projections()
    for module in unet.modules():
        if getattr(module, "fused_projections", False):
            _without_parts(module)
    return unet.to(memory_format=torch.channels_last)


def compiling_lacks(device: str) -> str:
    """What keeps torch from compiling for a GPU such as "cuda:1", in few words; "" where nothing does."""
    import torch
    from torch.utils._triton import has_triton

    capability = torch.cuda.get_device_capability(device)
    if capability < COMPILES_SINCE:
        wanted, found = (".".join(map(str, version)) for version in (COMPILES_SINCE, capability))
        return f"a GPU of compute capability {wanted} (RTX 30, A100) or later, this one has {found}"
    with torch.cuda.device(device):  # torch asks what the current one can do, and remembers
        return "" if has_triton() else "Triton"


def compiler_lacks() -> str:
    """What building Triton's launcher lacks here (a C compiler, Python's headers), "" where nothing.

    Needless once everything is in the cache; Triton for Windows brings its own.
    """
    if os.name == "nt":
        return ""
    if not (os.environ.get("CC") or shutil.which("gcc") or shutil.which("clang")):
        return "a C compiler"
    headers = Path(sysconfig.get_path("include", "posix_prefix"))
    return "" if (headers / "Python.h").is_file() else "Python's headers"


def compiled(unet: Any, backend: str | Callable[..., Any] = "inductor") -> Any:
    """The U-Net itself, its repeated blocks compiled when they first run: seconds where all of it would take minutes.

    Where the first one cannot be compiled, all of them run as they are, and the log says why. Any thread may call it.
    """
    unet.compile_repeated_blocks(fullgraph=True, backend=backend)
    unet.register_forward_pre_hook(_allow_graphs)
    failed = Event()
    for block in unet.modules():
        if block._compiled_call_impl is not None:
            block._compiled_call_impl = partial(_called, block._compiled_call_impl, block._call_impl, failed)
    return unet


def set_up_streaming(unet: Any, device: str) -> None:
    """Sets the U-Net up to keep its weights in the computer's memory; each layer's visit the device as it runs."""
    import torch

    for module in unet.modules():
        module._compiled_call_impl = None  # compiled blocks do not let the visits happen
    gpu = device.startswith("cuda")
    with torch.cuda.device(device) if gpu else nullcontext():  # the stream of the visits is the current one's
        unet.enable_group_offload(onload_device=torch.device(device), offload_type="leaf_level", use_stream=gpu)


def _called(compiled: Callable[..., Any], plain: Callable[..., Any], failed: Event, *inputs: Any, **named: Any) -> Any:
    """A block's answer, compiled unless that has failed."""
    from torch._dynamo import exc

    # that there are graphs enough is an error outside of dynamo's family, and not in each torch that may be there
    family = exc.TorchDynamoException
    if not failed.is_set():
        try:
            return compiled(*inputs, **named)
        except (family, getattr(exc, "FailOnRecompileLimitHit", family)) as error:
            cause = getattr(error, "inner_exception", error)
            if ran_out(cause):
                raise cause from None
            failed.set()
            _LOG.warning(
                "sdxl: expected to compile its networks, got %s: %.200s; they run uncompiled, slower. "
                "open-the-eyes doctor says what compiling lacks, OTE_COMPILE=off leaves it out.",
                type(cause).__name__,
                (str(cause).splitlines() or [""])[0],
            )
    return plain(*inputs, **named)


def _allow_graphs(*_: object) -> None:
    """Before each call and not once, since torch keeps its limits by thread, and who builds need not be who paints."""
    from torch import _dynamo

    if _dynamo.config.recompile_limit < GRAPHS:
        _dynamo.config.recompile_limit = GRAPHS


def _without_parts(attention: Any) -> None:
    """Joined projections are copies; what they were joined from is let go."""
    parts = ("to_q", "to_k", "to_v") if hasattr(attention, "to_qkv") else ("to_k", "to_v")
    for name in parts:
        delattr(attention, name)
