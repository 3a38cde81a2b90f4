"""A downloaded ONNX network: on the GPU where onnxruntime can use one, else on the processor; leased for each use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from ..errors import GpuFailed, OpenTheEyesError, WeightsMissing, lacks_memory
from ..progress import NO_WATCH
from ..residency import ModelCard, OutOfMemory, Residency, memory_of
from ..residency.failures import OF_CUDA, as_gpu_failed
from ..roles import Watch
from ..settings import Settings, gpu_number
from .devices import residency_of
from .eye_state import MODEL_FILE
from .packaged import DATA, damaged

if TYPE_CHECKING:
    import onnxruntime

T = TypeVar("T")
R = TypeVar("R")

Provider: TypeAlias = "str | tuple[str, dict[str, Any]]"
CUDA: Final = "CUDAExecutionProvider"
CPU: Final = "CPUExecutionProvider"
ON_CUDA: Final = {"cudnn_conv_algo_search": "HEURISTIC", "arena_extend_strategy": "kSameAsRequested"}
"""Options on CUDA. By itself onnxruntime times every way to convolve and takes the fastest of that moment, which may be
another one, with other bytes, at the next start; and its memory grows in powers of two, to more than anybody has
counted."""
_NO_GPU: Final = re.compile(r"\bCUDA failure (?:35|100):")
"""How CUDA says that there is no driver, or no GPU: an onnxruntime that was built for CUDA says that it has it on any
machine."""
_WARNING: Final = 2
_FATAL: Final = 4


class OnnxNetwork:
    """One file, loaded when it is first used; it stays loaded until its room is needed, which a processor's never is.

    Args:
        card: what it takes on a GPU.
        path: of the file, in the folder that `fetch` calls it by.
        wanted: what it should do, for the error of a file that does something else.
        residency: that leases it; None is the device's own.
    """

    def __init__(
        self, card: ModelCard, path: Path, wanted: str, settings: Settings, residency: Residency | None = None
    ) -> None:
        self._name: Final = card.name
        self._path: Final = path
        self._wanted: Final = wanted
        self._residency: Final = residency or residency_of(settings, device_of(settings))
        self.device: Final = self._residency.device
        on_device = replace(settings, device=self.device)  # where its lease counts it
        self._residency.register(card, lambda _: session_of(path, on_device), move=None)

    def each(
        self,
        items: Sequence[T],
        work: Callable[[onnxruntime.InferenceSession, T], R],
        watch: Watch = NO_WATCH,
        before: Callable[[T], None] | None = None,
    ) -> list[R]:
        """`work(session, item)` for each item, in order; one lease for all.

        Args:
            watch: is told how much GPU memory it took.
            before: called with each item before it is worked on; what it raises stops the work and goes on as it is.

        Raises:
            WeightsMissing: the file is no network of this kind.
            NoRoomOnGpu: it does not fit.
            GpuFailed: the GPU failed.
        """

        def worked(session: onnxruntime.InferenceSession, part: Sequence[T]) -> list[R]:
            done = []
            for item in part:
                if before is not None:
                    before(item)
                done.append(self._one(session, work, item))
            return done

        return self._residency.run(self._name, items, worked, watch=watch)

    def _one(
        self, session: onnxruntime.InferenceSession, work: Callable[[onnxruntime.InferenceSession, T], R], item: T
    ) -> R:
        try:
            return work(session, item)
        except OpenTheEyesError:
            raise
        except Exception as error:  # onnxruntime's errors have no common root but this one
            if on_gpu(session):
                _raise_gpu_failure(self._path, error)
            if lacks_memory(error):
                raise
            raise self.foreign(f"{str(error) or type(error).__name__:.200}") from error

    def foreign(self, found: str) -> WeightsMissing:
        """The file is no network of this kind."""
        return WeightsMissing(
            f"{self._path}: expected a network that {self._wanted}, got {found}.",
            mend=f"open-the-eyes fetch {self._path.parent.name}",
            how="Put the right file there",
        )


def device_of(settings: Settings) -> str:
    """ "cpu", or "cuda:0" where it was asked for, or onnxruntime can use one."""
    import onnxruntime

    chosen = providers(settings.device, onnxruntime.get_available_providers())
    on_cpu = chosen == [CPU] or (settings.device == "auto" and not _cuda_loads())
    return "cpu" if on_cpu else f"cuda:{_number(settings.device)}"


@lru_cache(maxsize=1)
def _cuda_loads() -> bool:
    """Whether a session comes to run on a GPU: what is built in does not tell of libraries, driver and GPU."""
    memory_of("cuda")  # loads torch, and so CUDA's libraries
    try:
        return on_gpu(session_of(MODEL_FILE, Settings(device="auto")))
    except (OutOfMemory, GpuFailed):  # there is one; who uses it is told
        return True


def providers(device: str, available: list[str]) -> list[Provider]:
    """What runs a network, best first, for a `Settings.device`."""
    if device == "cpu" or CUDA not in available:
        return [CPU]
    return [(CUDA, {"device_id": _number(device), **ON_CUDA}), CPU]


def session_of(path: Path, settings: Settings) -> onnxruntime.InferenceSession:
    """A network, ready to run; where no GPU was asked for by name and none can be used, on the processor.

    onnxruntime's own way out, to go to the processor and print so whatever goes wrong on a GPU, is closed: the lease
    would count what is not there, and idle models would not make room.

    Raises:
        WeightsMissing: the file is none that onnxruntime can open.
        OutOfMemory: it does not fit on the GPU.
        GpuFailed: the GPU failed.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # threads that spin while they wait would take the processor from everything else
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    chosen = providers(settings.device, onnxruntime.get_available_providers())
    try:
        with _quiet(chosen):
            session = onnxruntime.InferenceSession(str(path), options, providers=chosen, enable_fallback=0)
    except Exception as error:  # as above
        if chosen != [CPU]:
            if settings.device == "auto" and _NO_GPU.search(str(error)):
                return session_of(path, replace(settings, device="cpu"))
            _raise_gpu_failure(path, error)
        if lacks_memory(error):
            raise
        if path.parent == DATA:
            raise damaged(path, error) from error
        raise WeightsMissing(
            f"{path}: expected an ONNX network, got: {str(error) or type(error).__name__:.200}.",
            mend=f"open-the-eyes fetch {path.parent.name}",
            how="Check it, or fetch it again",
        ) from error
    if chosen == [CPU] or on_gpu(session) or settings.device == "auto":
        return session
    cuda = f"CUDA {onnxruntime.cuda_version}".strip()
    raise GpuFailed(
        "onnxruntime: expected CUDA's libraries, and could not load them. Install what is missing of NVIDIA's driver, "
        f"{cuda} and cuDNN (a torch for it brings these two), or choose the processor: OTE_DEVICE=cpu"
    )


@contextmanager
def _quiet(chosen: list[Provider]) -> Iterator[None]:
    """Where libraries of CUDA are missing, onnxruntime tells the terminal, and nobody else, in words of its own."""
    import onnxruntime

    if chosen == [CPU]:
        yield
        return
    onnxruntime.set_default_logger_severity(_FATAL)
    try:
        yield
    finally:
        onnxruntime.set_default_logger_severity(_WARNING)  # its default; it does not say what it was


def on_gpu(session: onnxruntime.InferenceSession) -> bool:
    return CUDA in session.get_providers()


def out_of_memory(error: Exception) -> bool:
    """Whether onnxruntime failed for lack of memory; it says so in words only."""
    text = str(error).lower()
    return any(words in text for words in ("failed to allocate", "out of memory", "status_alloc_failed"))


def _raise_gpu_failure(path: Path, error: Exception) -> None:
    """Returns where an error says nothing of a GPU.

    Raises:
        OutOfMemory: that is what the error says.
        GpuFailed: it says that the GPU failed, so that nothing is wrong with the file.
    """
    if out_of_memory(error):
        raise OutOfMemory(str(error)) from None
    if OF_CUDA.search(str(error)):
        raise as_gpu_failed(path.parent.name, error) from error


def _number(device: str) -> int:
    return gpu_number(device) or 0
