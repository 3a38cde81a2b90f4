"""The cards against the networks they are about, in full size."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

from benchmarks import sdxl_sizes
from open_the_eyes.residency.cards import BY_NAME

NAMES = tuple(sdxl_sizes.CALLS)
ROWS = {"sdxl-base": 2, "sdxl-refiner": 2, "sdxl-vae": 1}
"""That a picture takes in one call."""


@pytest.fixture(scope="module")
def builds() -> dict[str, Callable[[], Any]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the libraries say to each other
        for library in ("torch", "diffusers"):
            pytest.importorskip(library, reason="needs the extra sdxl, which `make test` installs")
        return sdxl_sizes.builds()


@pytest.mark.parametrize("name", NAMES)
def test_weights_are_as_heavy_as_their_card_says(name: str, builds: dict[str, Callable[[], Any]]) -> None:
    import torch

    with torch.device("meta"):
        size = sdxl_sizes.counted(builds[name]())
    card = BY_NAME[name]
    assert {precision: size.mib(precision) for precision in card.mib} == dict(card.mib)


@pytest.mark.parametrize("name", ["sdxl-base", "sdxl-refiner"])
def test_int4_weighs_what_torchao_makes_of_it(
    name: str, builds: dict[str, Callable[[], Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    pytest.importorskip("torchao", reason="needs the extra sdxl, which `make test` installs")
    from torchao.quantization import quantize_

    from open_the_eyes.models.sdxl import quantise

    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda *_: (8, 0))
    with torch.device("meta"):
        large = {m.weight.shape for path, m in builds[name]().named_modules() if quantise.large(m, path)}
        layers = [torch.nn.Linear(ins, outs, bias=False, dtype=torch.bfloat16) for outs, ins in large]
        network = torch.nn.Sequential(*layers)
        counted = sdxl_sizes.counted(network)
        quantize_(network, quantise._config("int4"))
    assert len(large) > 5
    held = sum(w.nbytes for layer in network for w in (layer.weight.qdata, layer.weight.scale_and_zero))
    assert counted.mib("int4") == round(held / sdxl_sizes.MIB)


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_gets_half_as_much_again_as_lives_while_it_is_painted(
    name: str, builds: dict[str, Callable[[], Any]]
) -> None:
    card = BY_NAME[name]
    live = sdxl_sizes.live_mib(builds[name], sdxl_sizes.CALLS[name])
    given = card.activation_mib if name != "sdxl-vae" else card.fixed_mib
    assert given == pytest.approx(1.5 * live * ROWS[name], rel=0.02)


def test_what_lives_grows_with_the_rows_and_with_nothing_else(builds: dict[str, Callable[[], Any]]) -> None:
    one, three = (
        sdxl_sizes.live_mib(builds["sdxl-refiner"], sdxl_sizes.unet_call(4, 1280, 5, rows)) for rows in (1, 3)
    )
    assert three == pytest.approx(3 * one, rel=0.01)
