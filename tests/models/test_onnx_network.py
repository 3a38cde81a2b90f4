"""What a GPU answers to a network of onnxruntime is told as it is; nothing goes to the processor unseen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from onnxruntime.capi import onnxruntime_inference_collection as collection

from open_the_eyes.errors import GpuFailed, WeightsMissing
from open_the_eyes.models import onnx_network
from open_the_eyes.models.onnx_network import CPU, CUDA, OnnxNetwork, device_of, session_of
from open_the_eyes.residency import OutOfMemory, Residency
from open_the_eyes.residency.cards import CODEFORMER
from open_the_eyes.settings import Settings
from tests import networks
from tests.residency.counted import CountedMemory

WHERE = "; GPU=0 ; hostname=here ; file=cuda_call.cc ; line=1"
OUT = f"CUDA failure 2: out of memory {WHERE} ; expr=cudaMalloc(&p, size);"
NO_BLAS = f"CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED {WHERE} ; expr=cublasCreate(&cublas_handle_);"
BROKEN = f"CUDA failure 700: an illegal memory access was encountered {WHERE} ; expr=cudaDeviceSynchronize();"
NO_SUCH = f"CUDA failure 101: invalid device ordinal {WHERE} ; expr=cudaSetDevice(info_.device_id);"
NO_GPU = f"CUDA failure 100: no CUDA-capable device is detected {WHERE} ; expr=cudaSetDevice(info_.device_id);"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return networks.write(tmp_path / "tiny" / "a.onnx", networks.identity())


@pytest.fixture
def cuda_says(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """An onnxruntime for CUDA, whose sessions on a GPU fail with these words when they are made.

    Without words, it lacks CUDA's libraries: its sessions are made without CUDA, and only its log tells.
    """

    def says(words: str) -> None:
        made = collection.InferenceSession._create_inference_session

        def create(session: Any, providers: Any, *others: Any) -> None:
            session._fallback_providers = [CPU]
            if words and any(CUDA in one for one in providers):
                raise RuntimeError(words)
            made(session, [CPU], [{}], *others[1:])

        monkeypatch.setattr(collection.InferenceSession, "_create_inference_session", create)
        monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [CUDA, CPU])
        monkeypatch.setattr(onnx_network, "_cuda_loads", onnx_network._cuda_loads.__wrapped__)
        monkeypatch.setattr(onnx_network, "memory_of", lambda _: None)  # would load torch

    return says


@pytest.mark.parametrize(
    ("words", "device", "error"),
    [
        pytest.param(OUT, "auto", OutOfMemory, id="no memory"),
        pytest.param(NO_BLAS, "cuda", OutOfMemory, id="no memory for its library"),
        pytest.param(BROKEN, "auto", GpuFailed, id="a GPU that failed"),
        pytest.param(NO_SUCH, "cuda:5", GpuFailed, id="a GPU that is not there"),
        pytest.param(NO_GPU, "cuda", GpuFailed, id="no GPU, though one was asked for"),
        pytest.param("Protobuf parsing failed.", "auto", WeightsMissing, id="a file that is no network"),
        pytest.param("", "cuda:0", GpuFailed, id="no libraries of CUDA, though a GPU was asked for"),
    ],
)
def test_what_fails_on_the_gpu_is_told_and_is_not_done_on_the_processor(
    file: Path,
    cuda_says: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
    words: str,
    device: str,
    error: type[Exception],
) -> None:
    cuda_says(words)
    with pytest.raises(error) as caught:
        session_of(file, Settings(device=device))
    assert words.partition(";")[0] in str(caught.value)
    assert ("OTE_DEVICE=cpu" in str(caught.value)) == (error is GpuFailed)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("words", [NO_GPU, ""], ids=["no GPU", "no libraries of CUDA"])
def test_where_no_gpu_can_be_used_and_none_was_asked_for_the_processor_does_it(
    file: Path, cuda_says: Callable[[str], None], capsys: pytest.CaptureFixture[str], words: str
) -> None:
    cuda_says(words)
    assert session_of(file, Settings(device="auto")).get_providers() == [CPU]
    network = OnnxNetwork(CODEFORMER, file, "sharpens faces", Settings(device="auto"))
    assert network.device == "cpu"  # so that no memory of a GPU is counted for it
    assert network.each([1], lambda session, _: session.get_providers()) == [[CPU]]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("words", [OUT, BROKEN], ids=["full", "failing"])
def test_a_gpu_that_is_there_and_cannot_be_used_now_is_not_left_for_the_processor(
    cuda_says: Callable[[str], None], words: str
) -> None:
    cuda_says(words)
    assert device_of(Settings(device="auto")) == "cuda:0"


def test_the_log_of_onnxruntime_is_silent_only_while_a_network_goes_to_the_gpu(
    file: Path, cuda_says: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    severities: list[int] = []
    monkeypatch.setattr(onnxruntime, "set_default_logger_severity", severities.append)
    session_of(file, Settings(device="cpu"))
    assert severities == []
    cuda_says("")
    session_of(file, Settings(device="auto"))
    assert severities == [4, 2]


def test_a_gpu_that_fails_while_a_network_runs_is_named_and_not_its_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(*_: object) -> np.ndarray[Any, Any]:
        raise RuntimeError(BROKEN)

    network = OnnxNetwork(
        CODEFORMER, file, "sharpens faces", Settings(device="cpu"), Residency(CountedMemory(), "cuda:0")
    )
    monkeypatch.setattr(onnxruntime.InferenceSession, "get_providers", lambda _: [CUDA, CPU])
    with pytest.raises(GpuFailed, match=r"an illegal memory access.*OTE_DEVICE=cpu"):
        network.each([1], work)
