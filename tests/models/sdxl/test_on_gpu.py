"""Full-size networks with random weights on a real GPU: what is promised of room, and that the GPU is free again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks.sdxl_runs import FULL, Rig, Timeline
from open_the_eyes.errors import Cancelled
from open_the_eyes.models.sdxl.schedule import LCM, Schedule
from open_the_eyes.residency.cards import BY_NAME
from tests.residency.counted import CountedMemory

pytestmark = [pytest.mark.gpu, pytest.mark.usefixtures("libraries")]

SHORT = Schedule(3, 2, 0.5, 5.0, 0.5)
LEASED = ("sdxl-vae", "sdxl-base", "sdxl-refiner")
MIB = 2**20


@pytest.fixture(scope="module")
def rig(libraries: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:  # noqa: ARG001 -- comes first
    import torch

    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA GPU, and writes 12 GB of random weights")
    rig = Rig(FULL, tmp_path_factory.mktemp("full"))
    yield rig
    rig.residency.release_all()


class Stopping(Timeline):
    """A watch of somebody who stops after the first step."""

    def tell(self, name: str, part: float) -> None:
        super().tell(name, part)
        if name == "generate/base":
            raise Cancelled("stopped")


@pytest.mark.parametrize("precision", ["bf16", "fp8", "int8", "int4"])
def test_each_precision_paints_in_the_room_that_its_card_asks_for(rig: Rig, precision: str) -> None:
    rig.residency.release_all()
    since = len(rig.residency.records)
    (picture,) = rig.paint(1, SHORT, precision)
    assert picture.shape == (1024, 1024, 3)
    weights = sum(BY_NAME[name].mib.get(precision) or max(BY_NAME[name].mib.values()) for name in LEASED)
    for record in rig.records(since):
        assert record.peak_mib <= weights + BY_NAME[record.name].working_mib(record.batch), record


def test_a_picture_alone_is_the_picture_among_four(rig: Rig) -> None:
    (alone,), four = rig.paint(1, LCM, "bf16"), rig.paint(4, LCM, "bf16")
    assert np.abs(alone - four[0]).mean() < 2.0
    assert np.abs(four[0] - four[1]).mean() > 2.0


def test_whoever_cancels_frees_the_gpu(rig: Rig) -> None:
    import torch

    rig.residency.release_all()
    before = torch.cuda.memory_allocated() / MIB

    with pytest.raises(Cancelled):
        rig.paint(4, SHORT, "bf16", Stopping(rig.timeline().held_mib))
    rig.residency.release_all()
    assert torch.cuda.memory_allocated() / MIB - before < 16


def test_weights_that_are_streamed_paint_what_resident_ones_paint(rig: Rig) -> None:
    from open_the_eyes.models.sdxl.loading import sampler_of
    from open_the_eyes.models.sdxl.sampling import StepCounter
    from open_the_eyes.residency import Residency

    inputs = rig.inputs(1)
    (resident,) = rig.paint(1, LCM, "bf16")
    rig.residency.release_all()
    tight = Residency(CountedMemory(3000), "cuda:0")
    (streamed,) = sampler_of(rig.settings, tight).painted(
        [0], lambda n: inputs[n], lambda _, picture: picture, LCM, "bf16", StepCounter(rig.timeline(), LCM.steps)
    )
    assert {record.variant for record in tight.records} == {"fp16", "bf16 streamed"}
    tight.release_all()
    assert np.abs(resident - streamed).mean() < 2.0


def test_a_restorer_paints_on_the_gpu_what_it_paints_on_the_processor(rig: Rig, tmp_path: Path) -> None:
    from benchmarks import restorer_random
    from open_the_eyes.models.restorers.onnx_restorer import OnnxRestorer
    from open_the_eyes.residency.cards import CODEFORMER
    from open_the_eyes.settings import Settings

    if rig.restorer.network.device == "cpu":
        pytest.skip("needs onnxruntime-gpu; the onnxruntime that is installed runs on the processor only")
    path = restorer_random.write_restorer(tmp_path / "codeformer.onnx", restorer_random.TINY)
    face = np.random.default_rng(0).integers(0, 256, (512, 512, 3), dtype=np.uint8)
    (here,), (there,) = (
        OnnxRestorer(CODEFORMER, path, Settings(device=device)).restore([face], 0.5) for device in ("cpu", "cuda:0")
    )
    assert np.abs(here.astype(int) - there.astype(int)).max() <= 3
