"""The cards against the networks they are about, in full size."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
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


@pytest.fixture(scope="module")
def network(builds: dict[str, Callable[[], Any]]) -> Callable[[str], Any]:
    """Each network by its card's name, of shapes alone, built once."""
    import torch

    @cache
    def built(name: str) -> Any:
        with torch.device("meta"):
            return builds[name]()

    return built


@pytest.fixture(scope="module")
def live(builds: dict[str, Callable[[], Any]]) -> Callable[[str], float]:
    """MiB of what lives while a network runs for one row, counted once."""
    return cache(lambda name: sdxl_sizes.live_mib(builds[name], sdxl_sizes.CALLS[name]))


@pytest.mark.parametrize("name", NAMES)
def test_weights_are_as_heavy_as_their_card_says(name: str, network: Callable[[str], Any]) -> None:
    size = sdxl_sizes.counted(network(name))
    card = BY_NAME[name]
    assert {precision: size.mib(precision) for precision in card.mib} == dict(card.mib)


@pytest.mark.parametrize("name", ["sdxl-base", "sdxl-refiner"])
def test_int4_weighs_what_torchao_makes_of_it(
    name: str, network: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    pytest.importorskip("torchao", reason="needs the extra sdxl, which `make test` installs")
    from torchao.quantization import quantize_

    from open_the_eyes.models.sdxl import quantise

    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda *_: (8, 0))
    large = {m.weight.shape for path, m in network(name).named_modules() if quantise.large(m, path)}
    with torch.device("meta"):
        layers = [torch.nn.Linear(ins, outs, bias=False, dtype=torch.bfloat16) for outs, ins in large]
        alone = torch.nn.Sequential(*layers)
        counted = sdxl_sizes.counted(alone)
        quantize_(alone, quantise._config("int4"))
    assert len(large) > 5
    held = sum(w.nbytes for layer in alone for w in (layer.weight.qdata, layer.weight.scale_and_zero))
    assert counted.mib("int4") == round(held / sdxl_sizes.MIB)


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_gets_half_as_much_again_as_lives_while_it_is_painted(
    name: str, live: Callable[[str], float]
) -> None:
    card = BY_NAME[name]
    given = card.activation_mib if name != "sdxl-vae" else card.fixed_mib
    assert given == pytest.approx(1.5 * live(name) * ROWS[name], rel=0.02)


def test_what_lives_grows_with_the_rows_and_with_nothing_else(
    builds: dict[str, Callable[[], Any]], live: Callable[[str], float]
) -> None:
    three = sdxl_sizes.live_mib(builds["sdxl-refiner"], sdxl_sizes.unet_call(4, 1280, 5, rows=3))
    assert three == pytest.approx(3 * live("sdxl-refiner"), rel=0.01)
