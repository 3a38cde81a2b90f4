"""Networks made faster or smaller compute what they computed, on what the GPU can."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.sdxl_random import FULL, TINY
from benchmarks.sdxl_random import unet as random_unet
from open_the_eyes.errors import UsageError
from open_the_eyes.models.sdxl import loading, pipelines, quantise, speed
from open_the_eyes.residency import ModelCard, Residency, cards
from open_the_eyes.residency.budget import variant_that_fits
from open_the_eyes.settings import Settings
from tests.models.sdxl.answers import answer
from tests.residency.counted import CountedMemory

pytestmark = pytest.mark.usefixtures("libraries")


def test_joined_projections_and_channels_last_change_nothing() -> None:
    import torch

    plain = random_unet(TINY.unet)
    wanted, size = answer(plain), sum(p.numel() for p in plain.parameters())
    quick = speed.with_fused_projections(plain)
    assert torch.allclose(answer(quick), wanted, atol=1e-5)
    assert sum(p.numel() for p in quick.parameters()) == size
    assert quick.conv_in.weight.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(("precision", "off"), [("int8", 0.02), ("fp8", 0.06)])
def test_quantised_weights_are_smaller_and_nearly_right(
    monkeypatch: pytest.MonkeyPatch, precision: str, off: float
) -> None:
    monkeypatch.setattr(quantise, "SMALLEST", 32)
    wanted = answer(random_unet(TINY.unet))
    small = quantise.quantised(speed.with_fused_projections(random_unet(TINY.unet)), precision)
    assert float((answer(small) - wanted).abs().max()) < off * float(wanted.abs().max())
    kinds = {type(p).__name__ for p in small.parameters()}
    assert kinds & {"Int8Tensor", "Float8Tensor"}


def test_eight_bits_do_not_leave_the_range_of_fp16(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(quantise, "SMALLEST", 128)
    torch.manual_seed(0)
    layer = torch.nn.Linear(2048, 128).requires_grad_(False)
    layer.weight.normal_(0, 0.02)
    rows = torch.randn(4, 2048) * 32
    wanted = layer(rows)
    assert float(wanted.abs().max()) > 516 * float(layer.weight.abs().max()), "fp16 ends at 65,504, 516 times 127"
    network = quantise.quantised(torch.nn.Sequential(layer.half()), "int8")
    assert type(network[0].weight).__name__ == "Int8Tensor"
    off = network(rows.half()).float() - wanted
    assert float(off.abs().max()) < 0.05 * float(wanted.abs().max())


def test_in_fp16_layers_whose_columns_make_no_groups_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(quantise, "SMALLEST", 96)
    layer = torch.nn.Linear(96, 128).half().requires_grad_(False)
    network = quantise.quantised(torch.nn.Sequential(layer), "int8")
    assert type(network[0].weight) is torch.nn.Parameter


def test_eight_bits_in_fp16_take_what_the_card_says_and_all_large_layers_make_groups(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    with torch.device("meta"):
        unet = random_unet(FULL.unet)
    layers = [module for name, module in unet.named_modules() if quantise.large(module, name)]
    assert all(layer.in_features % quantise.GROUP == 0 for layer in layers)
    more = sum(layer.weight.numel() // quantise.GROUP for layer in layers) * 5 / 2**20
    one = torch.nn.Sequential(torch.nn.Linear(640, 1280).half().requires_grad_(False))
    weight = quantise.quantised(one, "int8")[0].weight
    parts = (weight.qdata, weight.scale, weight.zero_point)
    assert sum(t.numel() * t.element_size() for t in parts) == 640 * 1280 * (1 + quantise.GROUPED)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: (7, 5))
    residency = Residency(CountedMemory(), "cuda:0")
    settings = Settings(weights=weights, compile=False)
    loading.register(residency, loading.files_of(settings), settings)
    assert residency._slot("sdxl-base").card.mib["int8"] - cards.SDXL_BASE.mib["int8"] == pytest.approx(more, rel=0.02)
    assert cards.SDXL_BASE.mib["int8"] == 2792


def test_what_tells_the_step_and_the_size_to_all_other_layers_is_not_quantised(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(quantise, "SMALLEST", 8)
    unet = quantise.quantised(random_unet(TINY.unet), "int8")
    linear = {name: m.weight for name, m in unet.named_modules() if isinstance(m, torch.nn.Linear)}
    plain = {name for name, weight in linear.items() if type(weight) is torch.nn.Parameter}
    assert plain == {name for name in linear if "_emb" in name}
    assert {name.split(".")[0] for name in plain} >= {"time_embedding", "add_embedding", "mid_block"}
    assert len(plain) < len(linear) / 2


def test_streamed_weights_compute_the_same() -> None:
    import torch

    unet = random_unet(TINY.unet)
    wanted = answer(unet)
    speed.set_up_streaming(unet, "cpu")
    assert torch.allclose(answer(unet), wanted, atol=1e-5)


def test_int4_without_a_gpu_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UsageError, match="int8"):
        quantise.quantised(random_unet(TINY.unet), "int4", "cuda:0")


def test_int4_of_a_network_that_runs_on_the_processor_is_refused_whatever_gpu_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    with pytest.raises(UsageError, match="int8"):
        quantise.quantised(random_unet(TINY.unet), "int4", "cpu")


def test_int4_is_packed_on_the_gpu_that_the_network_runs_on_and_on_no_other(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    import torchao.quantization as ao

    told: list[object] = []

    @contextmanager
    def current(device: str) -> Iterator[None]:
        told.append(f"enter {device}")
        yield
        told.append(f"leave {device}")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: (8, 0))
    monkeypatch.setattr(torch.cuda, "device", current)
    monkeypatch.setattr(ao, "quantize_", lambda *_, device, **__: told.append(device))
    residency = Residency(CountedMemory(), "cuda:1")
    settings = Settings(weights=weights, compile=False)
    loading.register(residency, loading.files_of(settings), settings)
    residency._slot("sdxl-base").build("int4")
    assert told == ["enter cuda:1", "cuda:1", "leave cuda:1"]


@pytest.mark.parametrize(("capability", "has_it"), [((7, 5), False), ((8, 0), True), ((12, 0), True)])
def test_a_gpu_without_a_kernel_for_int4_streams_instead(
    weights: Path, monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int], has_it: bool
) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_capability", {"cuda:1": capability}.__getitem__)
    residency = Residency(CountedMemory(3300), "cuda:1")
    settings = Settings(weights=weights, compile=False)
    loading.register(residency, loading.files_of(settings), settings)
    for name in ("sdxl-base", "sdxl-lcm", "sdxl-refiner"):
        assert ("int4" in residency._slot(name).card.mib) == has_it
    card = residency._slot("sdxl-base").card
    assert str(variant_that_fits(card, card.variants(), 3300)) == ("int4" if has_it else "bf16 streamed")


@pytest.mark.parametrize(("capability", "kind"), [((7, 5), "float16"), ((8, 0), "bfloat16"), ((12, 0), "bfloat16")])
def test_gpus_that_know_no_bf16_take_fp16_and_the_vae_is_in_fp16_on_all(
    weights: Path, monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int], kind: str
) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_capability", {"cuda:1": capability}.__getitem__)
    residency = Residency(CountedMemory(), "cuda:1")
    settings = Settings(weights=weights, compile=False)
    loading.register(residency, loading.files_of(settings), settings)
    unet = residency._slot("sdxl-refiner").build("bf16")
    assert {p.dtype for p in unet.parameters()} == {getattr(torch, kind)}
    vae = residency._slot("sdxl-vae").build("fp16")
    assert vae.dtype == torch.float16
    assert vae.decoder.conv_in.weight.is_contiguous(memory_format=torch.channels_last)


def test_bf16_leaves_the_weights_as_they_are() -> None:
    unet = random_unet(TINY.unet)
    assert quantise.quantised(unet, "bf16") is unet


def test_an_unknown_precision_is_named() -> None:
    with pytest.raises(UsageError, match="got int3"):
        quantise.quantised(random_unet(TINY.unet), "int3")


def test_the_lora_is_added_to_the_weights_for_good(weights: Path) -> None:
    from safetensors.torch import load_file

    file = weights / "lcm-lora" / "pytorch_lora_weights.safetensors"
    rows = load_file(file)
    plain, with_lora = random_unet(TINY.unet), pipelines.with_lcm(random_unet(TINY.unet), file)
    name = "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q"
    key = "lora_unet_" + name.replace(".", "_")
    change = rows[f"{key}.lora_up.weight"] @ rows[f"{key}.lora_down.weight"]
    moved = (with_lora.get_submodule(name).weight - plain.get_submodule(name).weight).detach()
    assert float((moved - change).abs().max()) < 1e-5
    assert not [n for n, _ in with_lora.named_modules() if "lora" in n]


@pytest.mark.parametrize(
    ("facts", "card"), [("unet", cards.SDXL_BASE), ("refiner", cards.SDXL_REFINER)], ids=["base", "refiner"]
)
def test_full_size_is_what_the_model_cards_say(facts: str, card: ModelCard) -> None:
    import torch

    with torch.device("meta"):
        unet = random_unet(getattr(FULL, facts))
    large = [module for name, module in unet.named_modules() if quantise.large(module, name)]
    every, linear = (sum(w.numel() for w in ws) for ws in (unet.parameters(), [m.weight for m in large]))
    assert every * 2 / 2**20 == pytest.approx(card.mib["bf16"], rel=0.01)
    assert ((every - linear) * 2 + linear) / 2**20 == pytest.approx(card.mib["int8"], rel=0.02)


def test_sizes_differ_in_their_input_channels_alone() -> None:
    from benchmarks.sdxl_random import four_channels

    assert four_channels(TINY) == replace(TINY, unet={**TINY.unet, "in_channels": 4})
