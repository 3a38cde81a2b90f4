"""What the prompt says is encoded once for the same text encoders, and kept."""

from __future__ import annotations

import re
import shutil
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from open_the_eyes.models.sdxl import prompts
from open_the_eyes.models.sdxl.checkpoint import Checkpoint
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Crop, Request
from open_the_eyes.settings import Settings
from tests.models.sdxl.conftest import tiny

pytestmark = pytest.mark.usefixtures("libraries", "new_process")


@pytest.fixture
def new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if nothing had been painted yet."""
    monkeypatch.setattr(prompts, "_KNOWN", {})


@pytest.mark.parametrize("words", [prompts.PROMPT, prompts.NEGATIVE], ids=["wanted", "unwanted"])
def test_no_word_pulls_at_what_is_the_photos_or_the_persons(words: str) -> None:
    light_and_lens = "light|lit|daylight|sun|flash|studio|shadow|dark|bright|lens|mm|bokeh|focus"
    person = "make-?up|mascara|eyeliner|squint|wide|half|brown|blue|green|hazel|grey|gaze|look|man|woman|young|old"
    assert not re.findall(rf"\b(?:{light_and_lens}|{person})(?:ing|ed|s)?\b|\d+mm", words)


def test_embeddings_are_read_again_as_they_were_stored(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    files = Checkpoint(weights / "sdxl-inpaint", weights / "sdxl-inpaint")
    made = prompts.embeddings(files.encoders_fingerprint(), tmp_path, files.text_pipeline)
    prompts._KNOWN.clear()
    again = prompts.embeddings(files.encoders_fingerprint(), tmp_path, lambda: pytest.fail("encoded again"))
    assert all(torch.equal(getattr(made, name), getattr(again, name)) for name in ("prompt", "negative", "pooled"))
    assert made.prompt.shape == (1, 77, 64)
    assert made.pooled.shape == (1, 32)
    assert len(list((tmp_path / "embeddings").iterdir())) == 1
    monkeypatch.setattr(prompts, "PROMPT", "something else")
    other = prompts.embeddings(files.encoders_fingerprint(), tmp_path, files.text_pipeline)
    assert not torch.equal(made.prompt, other.prompt)


@pytest.mark.parametrize("damage", ["empty", "text", "half"])
def test_damaged_embeddings_are_made_again(weights: Path, tmp_path: Path, damage: str) -> None:
    files = Checkpoint(weights / "sdxl-refiner", weights / "sdxl-refiner")
    made = prompts.embeddings(files.encoders_fingerprint(), tmp_path, files.text_pipeline)
    (stored,) = (tmp_path / "embeddings").iterdir()
    whole = stored.read_bytes()
    stored.write_bytes({"empty": b"", "text": b"no safetensors", "half": whole[: len(whole) // 2]}[damage])
    prompts._KNOWN.clear()
    again = prompts.embeddings(files.encoders_fingerprint(), tmp_path, files.text_pipeline)
    assert bool((made.prompt == again.prompt).all())
    assert stored.read_bytes() == whole


def test_a_folder_that_cannot_be_written_costs_each_process_one_load(weights: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    files = Checkpoint(weights / "sdxl-refiner", weights / "sdxl-refiner")
    made = prompts.embeddings(files.encoders_fingerprint(), blocked, files.text_pipeline)
    assert made.prompt.shape == (1, 77, 32)
    assert prompts.embeddings(files.encoders_fingerprint(), blocked, lambda: pytest.fail("loaded again")) is made


def test_of_two_threads_at_once_one_loads_the_text_encoders(weights: Path, tmp_path: Path) -> None:
    files, loads = Checkpoint(weights / "sdxl-refiner", weights / "sdxl-refiner"), []

    def load() -> Any:
        loads.append(threading.get_ident())
        time.sleep(0.1)  # so that the other thread comes meanwhile
        return files.text_pipeline()

    both = [threading.Thread(target=prompts.embeddings, args=("its own", tmp_path, load)) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(60)
    assert len(loads) == 1


def test_text_encoders_are_loaded_once_for_all_photos_also_where_weights_are_read_only(
    weights: Path, tmp_path: Path, closed_crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(weights, tmp_path / "weights", ignore=shutil.ignore_patterns(prompts.FOLDER))
    (tmp_path / "weights" / prompts.FOLDER).write_text("in the way, also for root")
    loads: list[Path] = []
    text_pipeline = Checkpoint.text_pipeline

    def counted(self: Checkpoint) -> Any:
        loads.append(self.config_folder)
        return text_pipeline(self)

    monkeypatch.setattr(Checkpoint, "text_pipeline", counted)
    generator = tiny(Settings(weights=tmp_path / "weights", device="cpu"))
    for seed in (1, 2):
        generator.generate([Request(closed_crop, seed)], GenerateOptions(lcm=True))
    assert len(loads) == 1


def test_other_text_encoders_have_another_name(weights: Path, tmp_path: Path) -> None:
    base, refiner = (Checkpoint(weights / n, weights / n) for n in ("sdxl-inpaint", "sdxl-refiner"))
    copied = tmp_path / "copied"
    shutil.copytree(weights / "sdxl-inpaint", copied)
    assert base.encoders_fingerprint() == Checkpoint(copied, copied).encoders_fingerprint()
    assert base.encoders_fingerprint() != refiner.encoders_fingerprint()
