"""Compiled networks compute what they computed, in every thread, and what was compiled is kept for the next start."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import open_the_eyes
from benchmarks.sdxl_random import TINY
from benchmarks.sdxl_random import unet as random_unet
from open_the_eyes.models.sdxl import quantise, speed
from tests.models.sdxl.answers import answer

pytestmark = pytest.mark.usefixtures("libraries")

START = """
import sys
from pathlib import Path
from open_the_eyes.models.sdxl.loading import sampler_of
from open_the_eyes.residency import CountedMemory, Residency
from open_the_eyes.settings import Settings
sampler_of(Settings(weights=Path(sys.argv[1])), Residency(CountedMemory(), "cuda:0"))
from torch._inductor.runtime.cache_dir_utils import cache_dir
print(cache_dir())
"""


@pytest.mark.parametrize("precision", ["bf16", "int8"])
def test_the_repeated_blocks_compile_without_a_break_and_compute_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, precision: str
) -> None:
    import torch

    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(quantise, "SMALLEST", 32)
    unet = quantise.quantised(speed.quick(random_unet(TINY.unet)), precision)
    wanted = answer(unet)
    assert torch.allclose(answer(speed.compiled(unet, "aot_eager")), wanted, atol=1e-5)
    blocks = [m for m in unet.modules() if type(m).__name__ == "BasicTransformerBlock"]
    assert blocks
    assert all(block._compiled_call_impl is not None for block in blocks)


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


def test_a_fresh_process_keeps_what_it_compiles_beside_the_weights(weights: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != speed.CACHE}
    environment["PYTHONPATH"] = str(Path(open_the_eyes.__file__).parents[1])
    command = [sys.executable, "-W", "ignore", "-c", START, str(weights)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == str(weights / "compiled")
    assert (weights / "compiled").is_dir()


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
