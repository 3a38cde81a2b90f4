"""What a person would use instead, run on stand-ins where the real one is not here."""

from __future__ import annotations

import sys
import weakref
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from open_the_eyes.bench.contenders import RestorerAlone, Telea
from open_the_eyes.bench.engines import because
from open_the_eyes.bench.figures import Absent
from open_the_eyes.bench.liveportrait import LivePortrait
from open_the_eyes.bench.rivals import (
    LABELS,
    LIVE,
    STOCK,
    StockSdxl,
    make_room,
    rivals_here,
    stock_files,
    stock_pipeline,
)
from open_the_eyes.bench.truth import Hidden
from open_the_eyes.engine import Engine
from open_the_eyes.errors import NoCapacity, OpenTheEyesError, UsageError
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.settings import Settings


def test_what_cannot_run_says_why_without_naming_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    told = because(
        UsageError("/home/someone/x: expected weights.", mend="open-the-eyes fetch x", how="Run"), "speed", "x"
    )
    assert told == Absent("speed", "x", "~/x: expected weights.", "open-the-eyes fetch x")


@pytest.mark.usefixtures("no_home")
def test_what_cannot_run_says_why_where_there_is_no_home() -> None:
    assert because(UsageError("expected weights."), "speed", "x") == Absent("speed", "x", "expected weights.", "")


def test_telea_fills_the_mask_and_nothing_else(hidden: Hidden) -> None:
    scene = hidden.scene
    kept = scene.pixels.copy()
    made = Telea().open(scene)
    there = np.zeros(made.shape[:2], np.float32)
    scene.crop.window.cut(there)[...] = scene.crop.mask
    assert np.array_equal(made[there == 0], scene.pixels[there == 0])
    assert not np.array_equal(made, scene.pixels)
    assert np.array_equal(scene.pixels, kept)


@dataclass(frozen=True)
class Painter:
    """A restorer that answers with what it got, or with one colour."""

    level: int | None = None
    name: str = "painter"

    def restore(self, faces: Any, fidelity: float, watch: Any = None) -> list[Rgb]:  # noqa: ARG002 -- the role's
        return [face if self.level is None else np.full_like(face, self.level) for face in faces]


def test_a_restorer_alone_gets_the_aligned_face_and_is_laid_back_in_place(hidden: Hidden) -> None:
    same = RestorerAlone(Painter(), "GFPGAN").open(hidden.scene)
    assert np.abs(same.astype(int) - hidden.scene.pixels).max() < 40
    assert np.abs(same.astype(int) - hidden.scene.pixels).mean() < 1
    grey = RestorerAlone(Painter(200), "GFPGAN").open(hidden.scene)
    box = hidden.scene.face.box
    x, y = (round(v) for v in box.centre_xy)
    assert (grey[y, x] == 200).all()
    assert np.array_equal(grey[-20:], hidden.scene.pixels[-20:])


def test_stock_sdxl_is_asked_as_its_documentation_does_and_pasted_in_the_mask(hidden: Hidden) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    from PIL import Image

    asked: dict[str, Any] = {}

    def pipeline(**given: Any) -> Any:
        asked.update(given)
        return SimpleNamespace(images=[Image.new("RGB", (128, 128), (10, 200, 30))])

    made = StockSdxl(lambda: pipeline, 128).open(hidden.scene)
    assert asked["image"].size == asked["mask_image"].size == (128, 128)
    assert asked["strength"] < 1
    assert np.asarray(asked["mask_image"]).max() == 255
    there = np.zeros(made.shape[:2], np.float32)
    hidden.scene.crop.window.cut(there)[...] = hidden.scene.crop.mask
    assert np.array_equal(made[there == 0], hidden.scene.pixels[there == 0])
    assert (made[there == 1] == (10, 200, 30)).all()


def test_stock_sdxl_is_on_the_gpu_from_its_first_picture_until_it_is_closed(hidden: Hidden) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    from PIL import Image

    class Pipeline:
        def __call__(self, **_: Any) -> Any:
            return SimpleNamespace(images=[Image.new("RGB", (64, 64))])

    made: list[weakref.ref[Pipeline]] = []

    def load() -> Pipeline:
        pipeline = Pipeline()
        made.append(weakref.ref(pipeline))
        return pipeline

    rival = StockSdxl(load, 64)
    assert not made
    for _ in range(2):
        rival.open(hidden.scene)
    assert len(made) == 1
    assert made[0]() is not None
    rival.close()
    assert made[0]() is None


@pytest.mark.parametrize(("asked", "device"), [("auto", "cuda:0"), ("cuda:1", "cuda:1")])
def test_stock_sdxl_takes_the_gpu_that_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str, device: str
) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    import torch

    from open_the_eyes.models import weights

    told: list[Any] = []

    class Loaded:
        @classmethod
        def from_pretrained(cls, _: Path, **given: Any) -> Loaded:
            assert given["dtype"] == torch.float16
            assert "torch_dtype" not in given, "deprecated"
            return cls()

        def to(self, device: str) -> Loaded:
            told.append(device)
            return self

    monkeypatch.setattr(weights, "path_of", lambda name, _: tmp_path / name)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    diffusers = SimpleNamespace(AutoencoderKL=Loaded, StableDiffusionXLInpaintPipeline=Loaded)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: "here")
    monkeypatch.setitem(sys.modules, "diffusers", diffusers)
    stock_pipeline(*stock_files(Settings(device=asked)))
    assert told == [device]


def test_stock_sdxl_is_not_run_where_the_cpu_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    import torch

    from open_the_eyes.models import weights

    monkeypatch.setattr("importlib.util.find_spec", lambda _: "here")
    monkeypatch.setattr(weights, "path_of", lambda name, _: tmp_path / name)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    with pytest.raises(NoCapacity, match="OTE_DEVICE=cpu"):
        stock_files(Settings(device="cpu"))


def test_our_networks_leave_the_gpu_before_a_rival_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    import torch

    from open_the_eyes.models import devices

    left: list[str] = []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(
        devices, "residency_of", lambda _, device: SimpleNamespace(release_all=lambda: left.append(device))
    )
    for device in ("cpu", "cuda:7", "cuda:1", "auto"):
        make_room(Settings(device=device))
    assert left == ["cuda:1", "cuda:0"]


def test_those_that_are_not_here_are_rows_that_say_so(engine: Engine) -> None:
    restorers, rivals, absent = rivals_here(engine, None)
    names = {one.name for one in (*restorers, *rivals)} | {one.what for one in absent}
    assert names == {*(f"{label} alone" for label in LABELS.values()), STOCK, LIVE}
    assert all(one.why for one in absent)


CHECKOUT = {
    "src/__init__.py": "",
    "src/config/__init__.py": "",
    "src/config/crop_config.py": "class CropConfig: pass\n",
    "src/config/inference_config.py": "class InferenceConfig:\n    mask_crop = 'mask'\n",
    "src/utils/__init__.py": "",
    "src/utils/crop.py": (
        "def prepare_paste_back(mask, matrix, dsize): return (mask, matrix, dsize)\n"
        "def paste_back(out, matrix, pixels, mask):\n"
        "    assert mask == ('mask', 'back', (pixels.shape[1], pixels.shape[0]))\n"
        "    made = pixels.copy(); made[:2] = out; return made\n"
    ),
    "src/live_portrait_pipeline.py": (
        "class Wrapper:\n"
        "    def __init__(self, cfg): self.inference_cfg = cfg\n"
        "    def prepare_source(self, picture): return 1\n"
        "    def get_kp_info(self, source): return {'kp': source}\n"
        "    def transform_keypoint(self, info): return info['kp']\n"
        "    def extract_feature_3d(self, source): return 0\n"
        "    def calc_combined_eye_ratio(self, ratio, marks): return ratio[0][0]\n"
        "    def retarget_eye(self, keypoints, ratio): return 100 * ratio\n"
        "    def stitching(self, source, moved): return moved\n"
        "    def warp_decode(self, features, source, moved): return {'out': moved}\n"
        "    def parse_output(self, out): return [out]\n"
        "class Cropper:\n"
        "    crop_cfg = None\n"
        "    def crop_source_image(self, pixels, cfg):\n"
        "        print('a progress bar of its own')\n"
        "        if pixels.mean() < 1: return None\n"
        "        return {'img_crop_256x256': pixels, 'lmk_crop': [], 'M_c2o': 'back'}\n"
        "class LivePortraitPipeline:\n"
        "    def __init__(self, inference_cfg, crop_cfg):\n"
        "        self.live_portrait_wrapper = Wrapper(inference_cfg); self.cropper = Cropper()\n"
    ),
    "pretrained_weights/.keep": "",
}
"""A checkout whose network adds a hundred times the wanted eye ratio to 1."""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name, text in CHECKOUT.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_liveportrait_runs_in_its_own_process_and_is_asked_for_open_eyes(checkout: Path, hidden: Hidden) -> None:
    rival = LivePortrait(checkout, LIVE)
    try:
        for _ in range(2):  # the same worker
            made = rival.open(hidden.scene)
            assert (made[:2] == 41).all()
            assert np.array_equal(made[2:], hidden.scene.pixels[2:])
    finally:
        rival.close()


def test_a_face_that_liveportrait_does_not_find_is_an_error_of_ours(checkout: Path, hidden: Hidden) -> None:
    dark = SimpleNamespace(pixels=np.zeros_like(hidden.scene.pixels))
    rival = LivePortrait(checkout, LIVE)
    try:
        with pytest.raises(OpenTheEyesError, match="no face found"):
            rival.open(dark)  # type: ignore[arg-type]
    finally:
        rival.close()


def test_a_worker_that_cannot_start_is_an_error_of_ours(checkout: Path, hidden: Hidden) -> None:
    (checkout / "src/live_portrait_pipeline.py").write_text("raise ImportError('no torch')\n")
    rival = LivePortrait(checkout, LIVE)
    try:
        with pytest.raises(OpenTheEyesError, match="the worker has ended"):
            rival.open(hidden.scene)
    finally:
        rival.close()


def test_a_worker_that_does_not_answer_is_ended_and_an_error_of_ours(checkout: Path, hidden: Hidden) -> None:
    path = checkout / "src/live_portrait_pipeline.py"
    path.write_text("import time\ntime.sleep(60)\n")
    rival = LivePortrait(checkout, LIVE, limit_s=0.2)
    with pytest.raises(OpenTheEyesError, match=r"no answer in 0\.2 s"):
        rival.open(hidden.scene)
    assert rival._worker is None
    rival.close()


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--liveportrait .* is missing"):
        LivePortrait(tmp_path, LIVE)
