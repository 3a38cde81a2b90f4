"""Opens downloaded ONNX networks: on the GPU where onnxruntime can use one, else on the processor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ..errors import NoRoomOnGpu, WeightsMissing
from ..settings import Settings

if TYPE_CHECKING:
    import onnxruntime

Provider: TypeAlias = "str | tuple[str, dict[str, Any]]"
CUDA: Final = "CUDAExecutionProvider"
CPU: Final = "CPUExecutionProvider"


def providers(device: str, available: list[str]) -> list[Provider]:
    """What runs a network, best first, for a `Settings.device`."""
    if device == "cpu" or CUDA not in available:
        return [CPU]
    number = device.partition(":")[2]
    return [(CUDA, {"device_id": int(number or 0)}), CPU]


def session_of(path: Path, settings: Settings) -> onnxruntime.InferenceSession:
    """A network, ready to run.

    Raises:
        WeightsMissing: the file is none that onnxruntime can open.
        NoRoomOnGpu: it does not fit.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # threads that spin while they wait would take the processor from everything else
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    chosen = providers(settings.device, onnxruntime.get_available_providers())
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=chosen)
    except Exception as error:  # onnxruntime's errors have no common root but this one
        if chosen != [CPU] and out_of_memory(error):
            raise no_room(path) from error
        raise WeightsMissing(
            f"{path}: expected an ONNX network, got: {str(error) or type(error).__name__:.200}. "
            f"Check it, or fetch it again: open-the-eyes fetch {path.parent.name}"
        ) from error


def on_gpu(session: onnxruntime.InferenceSession) -> bool:
    return CUDA in session.get_providers()


def out_of_memory(error: Exception) -> bool:
    """Whether onnxruntime failed for lack of memory; it says so in words only."""
    text = str(error).lower()
    return "failed to allocate" in text or "out of memory" in text


def no_room(path: Path) -> NoRoomOnGpu:
    return NoRoomOnGpu(
        f"{path.parent.name}: expected room on the GPU for {path.stat().st_size / 2**20:.0f} MiB of weights and a "
        "picture, got none. Free some, or run it on the processor: OTE_DEVICE=cpu"
    )
