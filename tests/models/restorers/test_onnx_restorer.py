"""Restorers as ONNX, on tiny networks with the inputs and outputs of real ones."""

from __future__ import annotations

import weakref
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto

from open_the_eyes.errors import NoRoomOnGpu, WeightsMissing
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.models import onnx_network
from open_the_eyes.models.onnx_network import CPU, CUDA, Provider, providers
from open_the_eyes.models.restorers import NETWORKS, OnnxRestorers
from open_the_eyes.models.restorers.onnx_restorer import OnnxRestorer
from open_the_eyes.models.weights.catalogue import weight_of
from open_the_eyes.residency import ModelCard, Residency
from open_the_eyes.residency.cards import CODEFORMER
from open_the_eyes.roles import FaceRestorer
from open_the_eyes.settings import Settings
from open_the_eyes.stopwatch import Stopwatch
from tests import networks
from tests.residency.counted import CountedMemory

FACE: Rgb = np.random.default_rng(0).integers(0, 256, (512, 512, 3), dtype=np.uint8)


TINY: ModelCard = replace(CODEFORMER, name="tiny", stage="restore/tiny")


def restorer(path: Path, residency: Residency | None = None) -> OnnxRestorer:
    return OnnxRestorer(TINY, path, Settings(device="cpu"), residency or Residency(CountedMemory(), "cpu"))


def test_every_level_comes_through_an_identity(tmp_path: Path) -> None:
    (restored,) = restorer(networks.write(tmp_path / "a.onnx", networks.identity())).restore([FACE], 0.5)
    assert np.array_equal(restored, FACE)
    assert not np.shares_memory(restored, FACE)


def test_faces_come_back_in_order_each_by_itself(tmp_path: Path) -> None:
    blur = restorer(networks.write(tmp_path / "a.onnx", networks.blurred()))
    both = blur.restore([FACE, FACE[::-1].copy()], 0.5)
    assert np.array_equal(both[0], blur.restore([FACE], 0.5)[0])
    assert np.array_equal(both[1], both[0][::-1])
    assert both[0].std() < FACE.std() / 3


@pytest.mark.parametrize("kind", [TensorProto.DOUBLE, TensorProto.FLOAT], ids=["float64", "float32"])
def test_a_fidelity_reaches_a_network_that_takes_one(tmp_path: Path, kind: int) -> None:
    net = restorer(networks.write(tmp_path / "a.onnx", networks.weighted(), fidelity=kind))
    face = np.full_like(FACE, 200)
    faithful, free = (net.restore([face], fidelity)[0] for fidelity in (1.0, 0.6))
    assert (faithful == 200).all()
    assert (free == 149).all()


def test_axes_of_any_length_are_accepted(tmp_path: Path) -> None:
    path = networks.write(tmp_path / "a.onnx", networks.identity(), shape=["n", 3, "h", "w"])
    assert np.array_equal(restorer(path).restore([FACE], 0.5)[0], FACE)


def test_an_answer_that_is_no_numbers_leaves_the_face_as_it_was(tmp_path: Path) -> None:
    nodes, constants = networks.painting(np.zeros((512, 512, 3)), np.ones((512, 512)))
    constants["paint"][..., 0, 0] = np.nan
    (restored,) = restorer(networks.write(tmp_path / "a.onnx", (nodes, constants))).restore([FACE], 0.5)
    assert np.array_equal(restored, FACE)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(lambda path: path.write_bytes(b""), "expected an ONNX network", id="empty"),
        pytest.param(lambda path: path.write_bytes(b"no network" * 99), "expected an ONNX network", id="text"),
        pytest.param(
            lambda path: networks.write(path, networks.identity(), shape=[1, 3, 256, 256]), "an input", id="other size"
        ),
        pytest.param(
            lambda path: networks.write(path, networks.identity(), shape=[1, 512, 512]), "an input", id="flat"
        ),
        pytest.param(
            lambda path: networks.write(path, networks.halved(), out=[1, 3, 256, 512]), "an output", id="other output"
        ),
    ],
)
def test_a_file_that_is_no_restorer_is_named_with_what_to_do(tmp_path: Path, make: object, words: str) -> None:
    path = tmp_path / "tiny" / "a.onnx"
    path.parent.mkdir()
    assert callable(make)
    make(path)
    with pytest.raises(WeightsMissing, match=words) as caught:
        restorer(path).restore([FACE], 0.5)
    assert "open-the-eyes fetch tiny" in str(caught.value)


def test_nothing_is_loaded_for_no_faces(tmp_path: Path) -> None:
    assert restorer(tmp_path / "missing.onnx").restore([], 0.5) == []


def test_it_is_loaded_once_on_a_processor_and_says_how_far_it_is(tmp_path: Path) -> None:
    path = networks.write(tmp_path / "a.onnx", networks.identity())
    net, told = restorer(path), []
    watch = Stopwatch(lambda name, done: told.append((name, done)))
    with watch.stage("restore", 0.0, 1.0):
        net.restore([FACE, FACE], 0.5, watch)
    assert ("restore", 0.5) in told
    branches = [stage.name for stage in watch.stages]
    assert branches == ["restore", "restore/tiny/load", "restore/tiny/use"]
    path.unlink()
    assert len(net.restore([FACE], 0.5)) == 1


AS_COUNTED = {"cudnn_conv_algo_search": "HEURISTIC", "arena_extend_strategy": "kSameAsRequested"}
"""The same algorithms at every start, and no more memory than was asked for."""


@pytest.mark.parametrize(
    ("device", "available", "wanted"),
    [
        pytest.param("auto", [CPU], [CPU], id="no GPU"),
        pytest.param("auto", [CUDA, CPU], [(CUDA, {"device_id": 0, **AS_COUNTED}), CPU], id="a GPU"),
        pytest.param("cuda:1", [CUDA, CPU], [(CUDA, {"device_id": 1, **AS_COUNTED}), CPU], id="the second one"),
        pytest.param("cpu", [CUDA, CPU], [CPU], id="not wanted"),
        pytest.param("cuda", [CPU], [CPU], id="wanted, but this onnxruntime knows none"),
    ],
)
def test_a_gpu_is_used_where_there_is_one(device: str, available: list[str], wanted: list[Provider]) -> None:
    assert providers(device, available) == wanted


class OnGpu:
    """A session as on a GPU that holds what its card says; it runs, or has no memory left to."""

    def __init__(self, memory: CountedMemory, *, full: bool = False) -> None:
        memory.take(TINY.mib["fp32"])
        weakref.finalize(self, memory.give, TINY.mib["fp32"])
        self.full = full

    def get_providers(self) -> list[str]:
        return [CUDA, CPU]

    def get_inputs(self) -> list[object]:
        return []

    def run(self, *_: object) -> list[object]:
        if self.full:
            raise RuntimeError("Failed to allocate memory for requested buffer of size 536870912")
        return [np.zeros((1, 3, 512, 512), np.float32)]


@dataclass
class Gpu:
    """A GPU of that many MiB that onnxruntime can use; `full` of its sessions run out of memory when they run."""

    room: int
    full: int = 0
    made: int = 0

    def __post_init__(self) -> None:
        self.memory = CountedMemory(self.room)
        self.residency = Residency(self.memory, "cuda:0")

    def session_of(self, *_: object) -> OnGpu:
        self.made += 1
        return OnGpu(self.memory, full=self.made <= self.full)


def on(gpu: Gpu, monkeypatch: pytest.MonkeyPatch) -> OnnxRestorer:
    monkeypatch.setattr(onnx_network, "session_of", gpu.session_of)
    return restorer(Path("tiny/a.onnx"), gpu.residency)


def test_on_a_gpu_the_network_is_leased_by_its_card_and_leaves_when_its_room_is_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gpu = Gpu(2000)
    net = on(gpu, monkeypatch)
    for _ in range(2):
        net.restore([FACE, FACE], 0.5)
    assert (gpu.made, gpu.memory.held_mib) == (1, 360)
    gpu.residency.register(replace(TINY, name="large", mib={"bf16": 900}), lambda _: "large", move=lambda *_: None)
    with gpu.residency.lease("large"):
        assert gpu.memory.held_mib == 0
    net.restore([FACE], 0.5)
    assert gpu.made == 2
    mine = [record for record in gpu.residency.records if record.name == "tiny"]
    assert [(record.end, record.peak_mib) for record in mine] == [("done", 360)] * 3


def test_a_gpu_with_too_little_room_is_named_with_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoRoomOnGpu, match=r"tiny: expected 1392 MiB of GPU memory, the room is 1000.*OTE_DEVICE=cpu"):
        on(Gpu(1000), monkeypatch).restore([FACE], 0.5)


def test_memory_that_runs_out_while_it_runs_is_an_error_that_says_so_and_nothing_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gpu = Gpu(2000, full=1)
    net = on(gpu, monkeypatch)
    with pytest.raises(NoRoomOnGpu, match=r"tiny: .*memory ran out"):
        net.restore([FACE], 0.5)
    assert gpu.memory.held_mib == 0
    assert len(net.restore([FACE], 0.5)) == 1


@pytest.mark.parametrize("name", NETWORKS)
def test_a_restorer_whose_weights_are_missing_is_refused_when_it_is_asked_for(tmp_path: Path, name: str) -> None:
    all_of_them = OnnxRestorers(Settings(weights=tmp_path))
    assert name in all_of_them
    with pytest.raises(WeightsMissing, match=f"Run: open-the-eyes fetch {name}"):
        all_of_them[name]


def test_each_restorer_is_made_once(tmp_path: Path) -> None:
    networks.write(tmp_path / "gpen" / weight_of("gpen").files[0], networks.identity())
    all_of_them = OnnxRestorers(Settings(weights=tmp_path))
    made: FaceRestorer = all_of_them["gpen"]
    assert made is all_of_them["gpen"]
    assert made.name == "gpen"
    assert list(all_of_them) == list(NETWORKS)
    assert len(all_of_them) == 4
    assert "none" not in all_of_them
    with pytest.raises(KeyError):
        all_of_them["magic"]
