"""What the last bits of a result depend on: threads, which are held to one; processor and libraries, which are told.

Now and then such a bit decides a level of a pixel.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from . import veclib
from .installed import version_of

LIBRARIES: Final = ("numpy", "onnxruntime", "onnxruntime-gpu", "pillow", "simplejpeg")
OF_SDXL: Final = ("diffusers", "torch")


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Inside, numpy's linear algebra has one thread: how many share a product of matrices decides its last bits.

    Apple's has one from the start (`veclib.py`).

    This holds for the whole process, since its BLAS knows no other way: numpy in other threads has one thread as well
    until the last block ends, whose ends may come in any order. Then it has as many as before.
    """
    _LIMIT.enter()
    try:
        yield
    finally:
        _LIMIT.leave()


class _Limit:
    """The limit is set by the first who enters and taken back by the last who leaves, whichever threads they are."""

    def __init__(self) -> None:
        self._lock: Final = threading.Lock()
        self._inside = 0
        self._set: Any = None

    def enter(self) -> None:
        with self._lock:
            if self._inside == 0:
                blas = _blas()
                _free_for_this_thread()
                self._set = blas.limit(limits=1, user_api="blas")
            self._inside += 1

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                _free_for_this_thread()
                self._set.restore_original_limits()
                _free_for_this_thread()


_LIMIT: Final = _Limit()


@cache
def _blas() -> Any:
    """Numpy's own BLAS as threadpoolctl's controller; one of the system may be shared, so then all that are loaded."""
    import numpy as np
    from threadpoolctl import ThreadpoolController

    package = Path(np.__file__).resolve().parent
    bundled = (package.with_name("numpy.libs"), package / ".dylibs")
    loaded = ThreadpoolController().select(user_api="blas")
    own = [one["filepath"] for one in loaded.info() if Path(one["filepath"]).parent in bundled]
    return loaded.select(filepath=own) if own else loaded


def _free_for_this_thread() -> None:
    """From 3.8 on threadpoolctl lets only one thread set OpenBLAS's limit, and does nothing for others, silently."""
    from threadpoolctl import OpenBLASController

    if hasattr(OpenBLASController, "clear_controlling_thread"):
        OpenBLASController.clear_controlling_thread(force=True)


@cache
def processor() -> str:
    """The kind that calculates here, such as "Haswell, AVX2": what numpy's BLAS takes it for, and numpy's widest code.

    Other libraries choose their code by the same features. No model is named, since many processors are of one kind,
    but where Apple's library calculates, which does not say what it takes it for.
    """
    import numpy as np

    core = "_core" if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else "core"
    numpy_knows = import_module(f"numpy.{core}._multiarray_umath")
    kernels = sorted({str(one.get("architecture") or one["internal_api"]) for one in _blas().info()})
    if veclib.is_numpys() and (chip := veclib.chip()):
        kernels.append(chip)
    codes = (*numpy_knows.__cpu_baseline__, *numpy_knows.__cpu_dispatch__)
    return ", ".join((*kernels, *[code for code in codes if numpy_knows.__cpu_features__.get(code)][-1:]))


def code_of(processor: str) -> str:
    """Of what `processor` says numpy's widest code alone, without the names that its BLAS has for kernels."""
    return processor.rpartition(", ")[2]


@cache
def libraries(engine: str) -> str:
    """Those that calculate for an engine, with their versions: "numpy 2.2.6, opencv 4.14.0, openblas 0.3.29, ..."."""
    from cv2 import __version__ as opencv  # the one that is loaded: several builds may be installed

    names = (*LIBRARIES, *(OF_SDXL if engine == "sdxl" else ()))
    blas = sorted({f"{one['internal_api']} {one['version']}" for one in _blas().info()})
    if veclib.is_numpys():
        blas.append(veclib.version())
    versions = {"opencv": opencv, **{name: version_of(name) for name in names}}
    return ", ".join((*(f"{name} {version}" for name, version in versions.items() if version), *blas))
