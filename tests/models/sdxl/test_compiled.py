"""Compiled networks compute what they computed, in every thread, and what was compiled is kept for the next start."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import open_the_eyes
from benchmarks.sdxl_random import TINY
from benchmarks.sdxl_random import unet as random_unet
from open_the_eyes.models.sdxl import loading, quantise, speed
from open_the_eyes.residency import Residency
from open_the_eyes.settings import Settings
from tests.models.sdxl.answers import answer
from tests.residency.counted import CountedMemory
from tests.residency.fakes import SAID

pytestmark = pytest.mark.usefixtures("libraries")

START = """
import sys
from pathlib import Path
from open_the_eyes.models.sdxl.loading import sampler_of
from open_the_eyes.residency import UnmeasuredMemory, Residency
from open_the_eyes.settings import Settings
sampler_of(Settings(weights=Path(sys.argv[1])), Residency(UnmeasuredMemory(), "cuda:0"))
from torchao.quantization import quantize_
from torch._inductor.runtime.cache_dir_utils import cache_dir
print(cache_dir())
"""


@pytest.mark.parametrize("precision", ["bf16", "int8"])
def test_the_repeated_blocks_compile_without_a_break_and_compute_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, precision: str
) -> None:
    import torch

    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(quantise, "SMALLEST", 32)
    unet = quantise.quantised(speed.with_fused_projections(random_unet(TINY.unet)), precision)
    wanted = answer(unet)
    assert torch.allclose(answer(speed.compiled(unet, "aot_eager")), wanted, atol=1e-5)
    blocks = [m for m in unet.modules() if type(m).__name__ == "BasicTransformerBlock"]
    assert blocks
    assert all(block._compiled_call_impl is not None for block in blocks)
    assert "open_the_eyes.sdxl" not in {record.name for record in caplog.records}, "a block ran uncompiled"


@pytest.mark.parametrize("precision", ["bf16", "int8", "fp8"])
def test_a_compiled_network_leaves_its_device_and_comes_back_without_being_built_or_compiled_again(
    weights: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, precision: str
) -> None:
    import torch

    built: list[object] = []
    graphs: list[object] = []

    def backend(graph: Any, _: object) -> Any:
        graphs.append(graph)
        return graph.forward

    def compiled(unet: Any) -> Any:
        built.append(unet)
        return made(unet, backend)

    made = speed.compiled
    monkeypatch.setattr(speed, "compiled", compiled)
    monkeypatch.setattr(speed, "compiling_lacks", lambda _: "")
    monkeypatch.setattr(quantise, "SMALLEST", 32)
    residency = Residency(CountedMemory(), "cpu:0")  # the processor, as a device that can be left for it
    settings = Settings(weights=weights)
    loading.register(residency, loading.files_of(settings), settings)
    said: list[Any] = []
    counts = []
    for _ in range(3):
        said += residency.run("sdxl-base", [0], lambda unet, _: [answer(unet)], precision)
        residency.evict_idle()
        counts.append(len(graphs))
    assert len(built) == 1
    assert counts == [counts[0]] * 3
    assert counts[0] > 0
    assert [torch.equal(said[0], each) for each in said] == [True] * 3
    assert "open_the_eyes.residency" not in {record.name for record in caplog.records}


def with_a_compiler_that_fails(error: Exception) -> Any:
    """A network of one repeated block."""
    import torch

    class Small(torch.nn.Module):  # type: ignore[misc]  # torch has no types here
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * 2

        def compile_repeated_blocks(self, **how: Any) -> None:
            self.compile(**how)

    def backend(*_: object) -> Any:
        raise error

    return speed.compiled(Small(), backend)


def test_what_cannot_be_compiled_runs_uncompiled_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    import torch

    small = with_a_compiler_that_fails(RuntimeError("Failed to find C compiler.\nmore"))
    assert [small(torch.ones(1)).item() for _ in range(2)] == [2, 2]
    (said,) = [record.getMessage() for record in caplog.records if record.name == "open_the_eyes.sdxl"]
    assert "RuntimeError: Failed to find C compiler.; they run uncompiled" in said
    assert "OTE_COMPILE=off" in said


def test_beyond_the_limit_of_graphs_a_network_runs_uncompiled_and_says_so_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import torch

    class Small(torch.nn.Module):  # type: ignore[misc]  # torch has no types here
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * 2

        def compile_repeated_blocks(self, **how: Any) -> None:
            self.compile(dynamic=False, **how)

    graphs: list[object] = []

    def backend(graph: Any, _: object) -> Any:
        graphs.append(graph)
        return graph.forward

    monkeypatch.setattr(speed, "GRAPHS", 1)
    torch._dynamo.reset()  # graphs of other tests' networks count, too
    small = speed.compiled(Small(), backend)
    with torch._dynamo.config.patch(recompile_limit=1):
        assert [small(torch.ones(size)).sum().item() for size in (2, 3, 2, 4)] == [4, 6, 4, 8]
    assert len(graphs) == 1
    (said,) = [record.getMessage() for record in caplog.records if record.name == "open_the_eyes.sdxl"]
    assert "FailOnRecompileLimitHit" in said


@pytest.mark.parametrize(("kind", "words"), [("OutOfMemoryError", "none left"), *(("", words) for words in SAID)])
def test_memory_that_runs_out_while_compiling_is_told_as_such_and_ends_no_compiling(
    caplog: pytest.LogCaptureFixture, kind: str, words: str
) -> None:
    import torch

    error = getattr(torch, kind)(words) if kind else RuntimeError(words)
    small = with_a_compiler_that_fails(error)
    for _ in range(2):
        with pytest.raises(type(error), match=re.escape(words)):
            small(torch.ones(1))
    assert "open_the_eyes.sdxl" not in {record.name for record in caplog.records}


@pytest.mark.parametrize(
    ("capability", "triton", "wanted", "is_compiled"),
    [
        pytest.param((7, 5), True, True, False, id="RTX 20"),
        pytest.param((8, 6), False, True, False, id="no Triton"),
        pytest.param((8, 6), True, False, False, id="switched off"),
        pytest.param((8, 6), True, True, True, id="RTX 30"),
    ],
)
def test_networks_are_compiled_where_their_own_gpu_and_triton_can(
    weights: Path,
    monkeypatch: pytest.MonkeyPatch,
    capability: tuple[int, int],
    triton: bool,
    wanted: bool,
    is_compiled: bool,
) -> None:
    import torch

    current: list[str] = ["cuda:0"]

    @contextmanager
    def device(name: str) -> Iterator[None]:
        current.append(name)
        yield
        current.pop()

    monkeypatch.setattr(torch.cuda, "device", device)
    monkeypatch.setattr(torch.cuda, "get_device_capability", {"cuda:1": capability}.__getitem__)
    monkeypatch.setattr("torch.utils._triton.has_triton", lambda: triton and current[-1] == "cuda:1")
    files = loading.files_of(Settings(weights=weights))
    unet = loading._unet(files.base, "bf16", device="cuda:1", settings=Settings(compile=wanted))
    assert any(module._compiled_call_impl is not None for module in unet.modules()) == is_compiled


def test_a_network_that_one_thread_built_has_graphs_for_every_shape_in_another_thread() -> None:
    import torch

    limits: list[int] = []

    def told(graph: Any, _: object) -> Any:
        limits.append(torch._dynamo.config.recompile_limit)
        return graph.forward

    with ThreadPoolExecutor(1) as builder:
        unet = builder.submit(lambda: speed.compiled(random_unet(TINY.unet), told)).result()
    with ThreadPoolExecutor(1) as painter:
        painter.submit(answer, unet).result()
    assert limits
    assert min(limits) >= speed.GRAPHS, "or a fifth shape of frame would be an error"


def test_a_fresh_process_keeps_what_it_compiles_beside_the_weights_and_nothing_that_libraries_say_reaches_the_terminal(
    weights: Path,
) -> None:
    environment = {name: value for name, value in os.environ.items() if name != speed.CACHE}
    environment["PYTHONPATH"] = str(Path(open_the_eyes.__file__).parents[1])
    command = [sys.executable, "-W", "ignore", "-c", START, str(weights)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == str(weights / "compiled")
    assert (weights / "compiled").is_dir()
    assert "Failed to load" not in done.stderr
    assert "_pytree" not in done.stderr


def test_the_folder_that_somebody_named_stays(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(speed.CACHE, "/named")
    speed.keep_compiled(weights)
    assert os.environ[speed.CACHE] == "/named"


def test_weights_that_cannot_be_written_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(speed.CACHE, "so that it is put back")
    monkeypatch.delenv(speed.CACHE)
    (tmp_path / "compiled").write_text("in the way")
    speed.keep_compiled(tmp_path)
    assert speed.CACHE not in os.environ


def test_a_folder_that_is_there_but_cannot_be_written_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setenv(speed.CACHE, "so that it is put back")
    monkeypatch.delenv(speed.CACHE)
    monkeypatch.setattr(speed, "TemporaryFile", refused)
    (tmp_path / "compiled").mkdir()
    speed.keep_compiled(tmp_path)
    assert speed.CACHE not in os.environ
