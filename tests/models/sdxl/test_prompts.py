"""What the prompt says is encoded once for the same text encoders, and kept."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from open_the_eyes.models.sdxl import prompts
from open_the_eyes.models.sdxl.checkpoint import Checkpoint

pytestmark = pytest.mark.usefixtures("libraries")


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
