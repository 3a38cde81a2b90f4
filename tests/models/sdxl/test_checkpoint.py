"""Weights are read from folders, shards and single files alike; what is no checkpoint of SDXL is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from benchmarks.sdxl_random import TINY
from benchmarks.sdxl_random import unet as random_unet
from open_the_eyes.errors import UsageError, WeightsMissing
from open_the_eyes.models.sdxl import checkpoint, pipelines
from open_the_eyes.models.sdxl.checkpoint import Checkpoint
from open_the_eyes.models.weights import path_of
from open_the_eyes.models.weights.catalogue import checkpoint_of
from open_the_eyes.models.weights.fetching import fetch
from open_the_eyes.settings import Settings
from tests.models.sdxl.answers import answer

pytestmark = pytest.mark.usefixtures("libraries")


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
    first, last = (pipelines.scheduler(base, lcm=False, for_refiner=for_refiner) for for_refiner in (False, True))
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
    first, last = (pipelines.scheduler(base, lcm=False, for_refiner=for_refiner) for for_refiner in (False, True))
    assert (first.config.prediction_type, first.config.rescale_betas_zero_snr) == (predicts, zero_snr)
    assert last.config.prediction_type == "epsilon"
    first.set_timesteps(20)
    last.set_timesteps(20)
    assert first.sigmas.tolist() == last.sigmas.tolist()


def test_lcm_is_refused_for_what_does_not_predict_noise(weights: Path, tmp_path: Path) -> None:
    base = single_file(weights, tmp_path / "some.safetensors", ("v_pred",))
    with pytest.raises(UsageError, match=r"lcm: expected .*some\.safetensors has v_prediction"):
        pipelines.scheduler(base, lcm=True, for_refiner=False)


def single_file(weights: Path, path: Path, marks: tuple[str, ...]) -> Checkpoint:
    """As much of one as its header tells, with empty tensors of these names."""
    from safetensors.numpy import save_file

    known = ("model.diffusion_model.input_blocks.0.0.weight", "model.diffusion_model.label_emb.0.0.weight")
    save_file({name: np.zeros(0, np.float32) for name in (*known, *marks)}, path)
    return Checkpoint.at(path, weights / "sdxl-inpaint")


def test_pictures_go_through_the_vae_one_by_one(weights: Path) -> None:
    import torch

    assert checkpoint.vae(weights / "sdxl-vae", torch.float32).use_slicing
