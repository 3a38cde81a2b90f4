"""What is measured against a known truth."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from open_the_eyes import bench
from open_the_eyes.bench import measures, networks, truth
from open_the_eyes.bench.contenders import LeftShut, Product, Scene, Telea
from open_the_eyes.bench.networks import Networks
from open_the_eyes.bench.plan import Plan
from open_the_eyes.bench.run import run
from open_the_eyes.bench.truth import Findings, Hidden
from open_the_eyes.engine import Engine
from open_the_eyes.errors import NoCapacity
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.eye_change import iris_disc
from open_the_eyes.imaging.face.mesh478 import SIDES, Side
from open_the_eyes.options import Options

NOTHING: Any = SimpleNamespace(ms_ssim=False, lpips=False, fid=False, pair=lambda *_: {}, likeness=lambda *_: None)


def test_the_blink_painter_is_a_public_door(portrait: Rgb, hidden: Hidden) -> None:
    shut = bench.paint_blink(portrait, hidden.face.landmarks)
    assert np.array_equal(shut, hidden.scene.pixels)
    assert not np.array_equal(shut, portrait)


def test_a_painted_blink_is_found_and_the_open_eyes_are_no_alarm(engine: Engine, portrait: Rgb) -> None:
    findings = Findings()
    truth.hidden("portrait", portrait, engine, findings)
    assert findings.false_alarms == {"portrait": False}
    assert findings.blinks_found == {"portrait": True}


def test_a_picture_without_a_face_is_left_out(engine: Engine, findings: Findings) -> None:
    assert truth.hidden("sky", np.full((200, 200, 3), 128, np.uint8), engine, findings) is None
    assert findings.left_out == ["sky"]
    assert truth.figures_of(findings, "folder", NOTHING) == []


def test_the_truth_itself_has_no_error(hidden: Hidden) -> None:
    told = measures.against_truth(hidden.truth.pixels, hidden.truth)
    assert told == {"L1": 0.0, "PSNR": 100.0, "SSIM": pytest.approx(1.0), "iris colour": 0.0}


def test_what_lies_outside_the_mask_is_neither_merit_nor_fault(hidden: Hidden) -> None:
    made = hidden.truth.pixels.copy()
    made[hidden.truth.mask == 0] = 0
    assert measures.against_truth(made, hidden.truth)["SSIM"] == pytest.approx(1.0)
    assert np.array_equal(measures.framed(made, hidden.truth), hidden.truth.pixels)


@pytest.mark.parametrize("side", SIDES)
def test_iris_colour_looks_at_the_iris_alone(hidden: Hidden, side: Side) -> None:
    truth_there = hidden.truth
    disc = iris_disc(truth_there.landmarks, side, (truth_there.mask.shape[0], truth_there.mask.shape[1])) > 0
    lid, blue = truth_there.pixels.copy(), truth_there.pixels.copy()
    lid[~disc] = 255
    blue[disc] = (70, 110, 160)
    assert measures.iris_difference(lid, truth_there, side) == 0.0
    assert measures.iris_difference(blue, truth_there, side) > 15


def test_sharpness_falls_with_blur(hidden: Hidden) -> None:
    window = hidden.truth.window
    soft = hidden.pixels.copy()
    window.cut(soft)[...] = cv2.GaussianBlur(window.cut(soft), (0, 0), 1.5)
    ratios = [measures.eye_to_skin(picture, hidden.face, hidden.truth) for picture in (soft, hidden.pixels)]
    assert ratios[0] is not None
    assert ratios[1] is not None
    assert ratios[0] < 0.85 * ratios[1]


def test_gaze_and_agreement_are_zero_for_eyes_that_did_not_move(hidden: Hidden) -> None:
    assert measures.gaze_error(hidden.face.landmarks, hidden.face.landmarks) == 0.0
    moved = hidden.face.landmarks.copy()
    moved[468:473, 0] += 2.0
    apart = [measures.gazes_apart(marks) for marks in (hidden.face.landmarks, moved)]
    assert apart[0] != apart[1]
    assert measures.gaze_error(hidden.face.landmarks, moved) > 0.03


def test_one_level_outside_the_mask_is_seen(hidden: Hidden) -> None:
    made = hidden.scene.pixels.copy()
    assert measures.outside(hidden.scene.pixels, made, [hidden.scene.crop]) == 0
    made[0, 0, 1] ^= 1
    assert measures.outside(hidden.scene.pixels, made, [hidden.scene.crop]) == 1


@dataclass(frozen=True)
class Failing:
    name: str = "no GPU left"

    def open(self, scene: Scene) -> Rgb:  # noqa: ARG002 -- it fails whatever it gets
        raise NoCapacity("expected room, got none.", mend="free some", how="Run")


def test_a_contender_that_fails_is_a_row_and_the_others_go_on(engine: Engine, portrait: Rgb) -> None:
    found = truth.measured([("p", portrait)], [LeftShut(), Failing(), Telea()], engine, NOTHING)
    assert set(found.rows) == {LeftShut().name, Telea().name}
    assert [(one.what, one.mend) for one in found.failed] == [("no GPU left", "free some")]


@dataclass(frozen=True)
class Foreign:
    error: Exception
    name: str = "somebody else's"

    def open(self, scene: Scene) -> Rgb:  # noqa: ARG002 -- it fails whatever it gets
        raise self.error


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (RuntimeError("CUDA out of memory.\nTried to allocate"), "RuntimeError: CUDA out of memory."),
        (AttributeError("x" * 1000), f"AttributeError: {'x' * 184}"),
    ],
    ids=["out of memory", "a bug"],
)
def test_whatever_a_foreign_library_raises_is_a_row_and_the_others_go_on(
    engine: Engine, portrait: Rgb, error: Exception, why: str
) -> None:
    found = truth.measured([("p", portrait)], [LeftShut(), Foreign(error), Telea()], engine, NOTHING)
    assert set(found.rows) == {LeftShut().name, Telea().name}
    assert [(one.what, one.why, one.mend) for one in found.failed] == [("somebody else's", why, "")]


def test_a_bug_of_our_own_is_not_hidden_in_a_row(
    engine: Engine, portrait: Rgb, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Rgb:
        raise AttributeError("ours")

    monkeypatch.setattr(Product, "open", broken)
    with pytest.raises(AttributeError, match="ours"):
        truth.measured([("p", portrait)], [Product(engine, Options())], engine, NOTHING)


def test_a_rival_in_a_turn_of_its_own_stands_beside_the_others(engine: Engine, portrait: Rgb) -> None:
    at_once = truth.measured([("p", portrait)], [LeftShut(), Telea(), Failing()], engine, NOTHING)
    found = truth.measured([("p", portrait)], [LeftShut()], engine, NOTHING)
    for rival in (Telea(), Failing()):
        found.add(truth.measured([("p", portrait)], [rival], engine, NOTHING))
    assert found == at_once


def test_every_measure_of_a_contender_becomes_a_figure(engine: Engine, portrait: Rgb) -> None:
    found = truth.measured([("p", portrait)], [Telea()], engine, NOTHING)
    figures = {figure.what: figure for figure in truth.figures_of(found, "folder", NOTHING)}
    assert {"L1", "PSNR", "SSIM", "iris colour", "gaze", "seam", "sharpness", "outside"} <= set(figures)
    assert figures["outside"].value == 0
    assert figures["painted blinks found"].value == 1.0
    (shot,) = found.shots
    assert [label for label, _ in shot.pictures] == ["truth", "blink painted on", Telea().name]
    assert all(stored.startswith(b"\xff\xd8") for _, stored in shot.pictures)


def test_ms_ssim_is_one_for_the_same_picture_and_lower_for_another(engine: Engine, hidden: Hidden) -> None:
    pytest.importorskip("torchmetrics", reason="torchmetrics is not installed")
    here = Networks(engine.settings)
    true, shut = (measures.strip(p) for p in (hidden.truth.pixels, hidden.truth.window.cut(hidden.scene.pixels)))
    assert here.pair(true, true)["MS-SSIM"] == pytest.approx(1.0)
    assert here.pair(shut, true)["MS-SSIM"] < 0.97


def test_fid_grows_with_the_distance() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("torchmetrics", reason="torchmetrics is not installed")
    from open_the_eyes.bench.networks import fid

    class Tiny(torch.nn.Module):  # type: ignore[misc,name-defined]
        num_features = 4

        def __init__(self) -> None:
            super().__init__()
            torch.manual_seed(0)
            self.layer = torch.nn.Conv2d(3, 4, 8, stride=8)

        def forward(self, planes: Any) -> Any:
            return self.layer(planes.float() / 255).mean(dim=(2, 3))

    rng = np.random.default_rng(0)
    true = [np.asarray(rng.integers(0, 256, (64, 64, 3)), np.uint8) for _ in range(8)]
    near = [np.asarray(np.clip(p.astype(int) + 3, 0, 255), np.uint8) for p in true]
    far = [np.asarray(p // 3, np.uint8) for p in true]
    same, little, much = (fid(made, true, Tiny()) for made in (true, near, far))
    assert same == pytest.approx(0.0, abs=1e-3)
    assert same < little < much


def test_without_scikit_image_hidden_eyes_are_a_row_and_the_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "find_spec", lambda name: None if name == "skimage" else find_spec(name))
    report = run(Plan(quick=True, parts=("quality",))).report
    (row,) = [one for one in report.absent if "skimage" in one.why]
    assert (row.what, row.mend) == ("hidden eyes against the truth", networks.LIBRARIES)
    assert not report.figures


def test_missing_networks_are_rows_with_the_command_that_mends_them(engine: Engine) -> None:
    absent = {one.what: one.mend for one in Networks(engine.settings).absent}
    for what, command in {"LPIPS": "bench networks", "FID": "bench networks", "identity": "fetch arcface"}.items():
        if what in absent:
            assert command in absent[what]
