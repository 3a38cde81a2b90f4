"""Networks made faster or smaller compute what they computed; files that are not what they should be are refused."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.sdxl_random import FULL, TINY
from benchmarks.sdxl_random import unet as random_unet
from open_the_eyes.errors import UsageError, WeightsMissing
from open_the_eyes.models.sdxl import checkpoint, loading, pipelines, prompts, quantise, speed
from open_the_eyes.models.sdxl.checkpoint import Checkpoint
from open_the_eyes.models.weights import path_of
from open_the_eyes.models.weights.catalogue import checkpoint_of
from open_the_eyes.models.weights.fetching import fetch
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
    quick = speed.quick(plain)
    assert torch.allclose(answer(quick), wanted, atol=1e-5)
    assert sum(p.numel() for p in quick.parameters()) == size
    assert quick.conv_in.weight.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(("precision", "off"), [("int8", 0.02), ("fp8", 0.06)])
def test_quantised_weights_are_smaller_and_nearly_right(
    monkeypatch: pytest.MonkeyPatch, precision: str, off: float
) -> None:
    monkeypatch.setattr(quantise, "SMALLEST", 32)
    wanted = answer(random_unet(TINY.unet))
    small = quantise.quantised(speed.quick(random_unet(TINY.unet)), precision)
    assert float((answer(small) - wanted).abs().max()) < off * float(wanted.abs().max())
    kinds = {type(p).__name__ for p in small.parameters()}
    assert kinds & {"Int8Tensor", "Float8Tensor"}


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
    speed.streamed(unet, "cpu")
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
    assert residency._slot("sdxl-vae").build("fp16").dtype == torch.float16


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


def test_embeddings_are_read_again_as_they_were_stored(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    files = Checkpoint(weights / "sdxl-inpaint", weights / "sdxl-inpaint")
    made = prompts.embeddings(files.encoders(), tmp_path, files.text_pipeline)
    again = prompts.embeddings(files.encoders(), tmp_path, lambda: pytest.fail("encoded again"))
    assert all(torch.equal(getattr(made, name), getattr(again, name)) for name in ("prompt", "negative", "pooled"))
    assert made.prompt.shape == (1, 77, 64)
    assert made.pooled.shape == (1, 32)
    assert len(list((tmp_path / "embeddings").iterdir())) == 1
    monkeypatch.setattr(prompts, "PROMPT", "something else")
    other = prompts.embeddings(files.encoders(), tmp_path, files.text_pipeline)
    assert not torch.equal(made.prompt, other.prompt)


@pytest.mark.parametrize("damage", ["empty", "text", "half"])
def test_damaged_embeddings_are_made_again(weights: Path, tmp_path: Path, damage: str) -> None:
    files = Checkpoint(weights / "sdxl-refiner", weights / "sdxl-refiner")
    made = prompts.embeddings(files.encoders(), tmp_path, files.text_pipeline)
    (stored,) = (tmp_path / "embeddings").iterdir()
    whole = stored.read_bytes()
    stored.write_bytes({"empty": b"", "text": b"no safetensors", "half": whole[: len(whole) // 2]}[damage])
    again = prompts.embeddings(files.encoders(), tmp_path, files.text_pipeline)
    assert bool((made.prompt == again.prompt).all())
    assert stored.read_bytes() == whole


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(weights: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    files = Checkpoint(weights / "sdxl-refiner", weights / "sdxl-refiner")
    assert prompts.embeddings(files.encoders(), blocked, files.text_pipeline).prompt.shape == (1, 77, 32)


def test_other_text_encoders_have_another_name(weights: Path, tmp_path: Path) -> None:
    base, refiner = (Checkpoint(weights / n, weights / n) for n in ("sdxl-inpaint", "sdxl-refiner"))
    copied = tmp_path / "copied"
    shutil.copytree(weights / "sdxl-inpaint", copied)
    assert base.encoders() == Checkpoint(copied, copied).encoders() != refiner.encoders()


@pytest.mark.parametrize(
    "name",
    ["nothing", "x" * 300, "model.ckpt", "folder", "model.safetensors", "sd15", "sd15.safetensors", "part.safetensors"],
    ids=["gone", "too long", "pickle", "empty folder", "no model", "its forerunner", "its file", "half of its layers"],
)
def test_what_is_no_checkpoint_is_refused_with_what_to_do(weights: Path, tmp_path: Path, name: str) -> None:
    from safetensors.numpy import save_file

    path = tmp_path / name
    conv_in = {"model.diffusion_model.input_blocks.0.0.weight": np.zeros((32, 4, 3, 3), np.float32)}
    if name == "folder":
        path.mkdir()
    elif name == "sd15":
        (path / "unet").mkdir(parents=True)
        (path / "unet" / "config.json").write_text('{"addition_embed_type": null}')
    elif name == "sd15.safetensors":
        save_file(conv_in, path)
    elif name == "part.safetensors":
        save_file({**conv_in, "model.diffusion_model.label_emb.0.0.weight": np.zeros((8, 8), np.float32)}, path)
    elif "." in name:
        path.write_bytes(b"\x80\x04not a model")
    import torch

    with pytest.raises(UsageError, match=name.replace(".", r"\.")):
        Checkpoint.at(path, weights / "sdxl-inpaint").unet(torch.float32)


def test_pickled_weights_are_refused(weights: Path, tmp_path: Path) -> None:
    import torch

    shutil.copytree(weights / "sdxl-base", tmp_path / "sdxl")
    (file,) = (tmp_path / "sdxl" / "unet").glob("*.safetensors")
    file.rename(file.with_suffix(".bin"))
    with pytest.raises(WeightsMissing, match="safetensors"):
        Checkpoint.at(tmp_path / "sdxl", tmp_path / "sdxl").unet(torch.float32)


def test_a_unet_in_shards_is_fetched_and_read_and_without_its_index_it_is_missing(
    weights: Path, tmp_path: Path
) -> None:
    import torch

    shutil.copytree(weights / "sdxl-base", tmp_path / "there" / "people" / "sdxl", ignore=lambda *_: {"unet"})
    random_unet(TINY.unet).save_pretrained(tmp_path / "there" / "people" / "sdxl" / "unet", max_shard_size="200KB")
    settings = Settings(weights=tmp_path / "weights", offline=tmp_path / "there")
    fetch([checkpoint_of("people/sdxl")], settings)
    files = Checkpoint.at(path_of("people/sdxl", settings), weights / "sdxl-inpaint")
    assert len(list((files.path / "unet").glob("*.safetensors"))) > 1
    assert torch.equal(answer(files.unet(torch.float32)), answer(random_unet(TINY.unet)))
    (index,) = (files.path / "unet").glob("*.index.json")
    index.unlink()
    with pytest.raises(WeightsMissing, match="open-the-eyes fetch"):
        files.unet(torch.float32)


def test_a_single_file_is_read_as_the_folder_it_was_made_from(weights: Path, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    from tests.models.sdxl.single_file import as_single_file

    folder = Checkpoint.at(weights / "sdxl-base", weights / "sdxl-inpaint")
    wanted = folder.unet(torch.float32)
    marks = {"v_pred": torch.zeros(0), "ztsnr": torch.zeros(0)}
    save_file({**as_single_file(wanted.state_dict()), **marks}, tmp_path / "some.safetensors")
    single = Checkpoint.at(tmp_path / "some.safetensors", weights / "sdxl-inpaint").unet(torch.float32)
    assert single.config.in_channels == 4
    assert torch.equal(answer(single), answer(wanted))


def test_the_refiner_predicts_noise_on_the_bases_scale_whatever_the_base_predicts(
    weights: Path, tmp_path: Path
) -> None:
    shutil.copytree(weights / "sdxl-base", tmp_path / "v")
    config = tmp_path / "v" / "scheduler" / "scheduler_config.json"
    config.write_text(config.read_text().replace('"epsilon"', '"v_prediction"'))
    base = Checkpoint.at(tmp_path / "v", weights / "sdxl-inpaint")
    first, last = (pipelines.scheduler(base, lcm=False, late=late) for late in (False, True))
    assert (first.config.prediction_type, last.config.prediction_type) == ("v_prediction", "epsilon")
    first.set_timesteps(20)
    last.set_timesteps(20)
    assert first.sigmas.tolist() == last.sigmas.tolist()


@pytest.mark.parametrize(
    ("marks", "predicts", "zero_snr"),
    [
        ((), "epsilon", False),
        (("ztsnr",), "epsilon", False),
        (("v_pred",), "v_prediction", False),
        (("v_pred", "ztsnr"), "v_prediction", True),
    ],
)
def test_a_single_file_says_by_empty_tensors_what_it_was_trained_to_predict(
    weights: Path, tmp_path: Path, marks: tuple[str, ...], predicts: str, zero_snr: bool
) -> None:
    base = single_file(weights, tmp_path / "some.safetensors", marks)
    first, last = (pipelines.scheduler(base, lcm=False, late=late) for late in (False, True))
    assert (first.config.prediction_type, first.config.rescale_betas_zero_snr) == (predicts, zero_snr)
    assert last.config.prediction_type == "epsilon"
    first.set_timesteps(20)
    last.set_timesteps(20)
    assert first.sigmas.tolist() == last.sigmas.tolist()


def test_lcm_is_refused_for_what_does_not_predict_noise(weights: Path, tmp_path: Path) -> None:
    base = single_file(weights, tmp_path / "some.safetensors", ("v_pred",))
    with pytest.raises(UsageError, match=r"lcm: expected .*some\.safetensors has v_prediction"):
        pipelines.scheduler(base, lcm=True, late=False)


def single_file(weights: Path, path: Path, marks: tuple[str, ...]) -> Checkpoint:
    """As much of one as its header tells, with empty tensors of these names."""
    from safetensors.numpy import save_file

    known = ("model.diffusion_model.input_blocks.0.0.weight", "model.diffusion_model.label_emb.0.0.weight")
    save_file({name: np.zeros(0, np.float32) for name in (*known, *marks)}, path)
    return Checkpoint.at(path, weights / "sdxl-inpaint")


def test_pictures_go_through_the_vae_one_by_one(weights: Path) -> None:
    import torch

    assert checkpoint.vae(weights / "sdxl-vae", torch.float32).use_slicing


def test_sizes_differ_in_their_input_channels_alone() -> None:
    from benchmarks.sdxl_random import four_channels

    assert four_channels(TINY) == replace(TINY, unet={**TINY.unet, "in_channels": 4})
