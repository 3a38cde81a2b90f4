"""Compiled networks compute what they computed, in every thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from benchmarks.sdxl_random import TINY
from benchmarks.sdxl_random import unet as random_unet
from open_the_eyes.models.sdxl import quantise, speed
from tests.models.sdxl.answers import answer

pytestmark = pytest.mark.usefixtures("libraries")


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
