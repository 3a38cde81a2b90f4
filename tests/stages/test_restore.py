"""Restoring through the whole product: sharper inside the mask, never a spoilt eye, nothing else touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.engine import Engine
from open_the_eyes.errors import Cancelled, UsageError, WeightsMissing
from open_the_eyes.imaging.arrays import Rgb, to_levels, to_tones
from open_the_eyes.imaging.detail.grain import fine_part
from open_the_eyes.imaging.face.alignment import ALIGNED_PX, FFHQ, oval_mask, to_ffhq
from open_the_eyes.imaging.face.mesh478 import IRIS, SIDES
from open_the_eyes.imaging.geometry import transformed
from open_the_eyes.imaging.luma import LUMA
from open_the_eyes.models.restorers import OnnxRestorers
from open_the_eyes.models.weights.catalogue import weight_of
from open_the_eyes.options import Options
from open_the_eyes.photo import Photo
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.results import Opened
from open_the_eyes.roles import Crop, Face, Patch
from open_the_eyes.settings import Settings
from open_the_eyes.stages.blend import looks_of
from open_the_eyes.stages.restore import restore
from tests import networks
from tests.faces import iris_colour
from tests.networks import Nodes

Equipped = Callable[[Nodes], Engine]


@pytest.fixture
def equipped(engine: Engine, tmp_path: Path) -> Equipped:
    """The real engine with a network of the test's own as GFPGAN, each in a folder of its own."""
    numbers = count()

    def made(network: Nodes) -> Engine:
        weights = tmp_path / str(next(numbers))
        networks.write(weights / "gfpgan" / weight_of("gfpgan").files[0], network)
        return replace(engine, restorers=OnnxRestorers(Settings(weights=weights, device="cpu")))

    return made


def restored(engine: Engine, pixels: Rgb, **more: Any) -> Opened:
    return open_eyes(Photo(pixels), Options.of(restorer="gfpgan", **more), engine=engine)


def changed(one: Opened, other: Opened) -> NDArray[np.bool_]:
    return np.asarray((one.photo.pixels != other.photo.pixels).any(axis=2))


def allowed(closed_crop: Crop, pixels: Rgb) -> NDArray[np.bool_]:
    may = np.zeros(pixels.shape[:2], np.bool_)
    closed_crop.window.cut(may)[...] = closed_crop.mask > 0
    return may


def skin_over_the_eyes() -> Nodes:
    """Closes both eyes, as some restorers do."""
    cover = np.zeros((ALIGNED_PX, ALIGNED_PX), np.float32)
    for x, y in FFHQ[:2] * ALIGNED_PX:
        cv2.ellipse(cover, (round(x), round(y)), (46, 26), 0, 0, 360, (1.0,), -1)
    return networks.painting(np.full((ALIGNED_PX, ALIGNED_PX, 3), (214, 168, 140)), cover)


def green_irises(face: Face) -> Nodes:
    cover = np.zeros((ALIGNED_PX, ALIGNED_PX), np.float32)
    for side in SIDES:
        iris = transformed(face.landmarks[IRIS[side]], to_ffhq(face.landmarks))
        radius = float(np.linalg.norm(iris[1:] - iris[0], axis=1).mean())
        cv2.circle(cover, (round(iris[0, 0]), round(iris[0, 1])), round(radius), (1.0,), -1)
    return networks.painting(np.full((ALIGNED_PX, ALIGNED_PX, 3), (20, 150, 40)), cover * 0.6)


def test_a_network_that_changes_nothing_changes_nothing(equipped: Equipped, blinked: Rgb, opened_blink: Opened) -> None:
    for whole_face in (False, True):
        result = restored(equipped(networks.identity()), blinked, whole_face=whole_face)
        assert not changed(result, opened_blink).any()
        assert result.faces[0].reason == opened_blink.faces[0].reason


def test_eyes_that_were_not_made_are_not_restored(equipped: Equipped, blinked: Rgb, closed_crop: Crop) -> None:
    engine = equipped(networks.sharpened())
    restorer = engine.restorer("gfpgan")
    assert restorer is not None
    made = Patch(to_tones(closed_crop.pixels), closed_crop.mask, 0, 0.0)
    row = looks_of(closed_crop, [replace(made, fault="it cannot be laid in"), made])
    counting = Mock(wraps=restorer)
    without, restored_one = restore(blinked, {1: row}, counting, Options.of().restore, engine.detector)[1]
    assert without is row[0]
    assert restored_one is not row[1]
    assert len(counting.restore.call_args[0][0]) == 1


def test_pixels_outside_the_mask_come_back_untouched(
    equipped: Equipped, blinked: Rgb, opened_blink: Opened, closed_crop: Crop
) -> None:
    result = restored(equipped(networks.sharpened()), blinked)
    did = np.asarray((result.photo.pixels != blinked).any(axis=2))
    assert changed(result, opened_blink).sum() > 300
    assert not (did & ~allowed(closed_crop, blinked)).any()
    assert result.faces[0].outcome == "opened"
    assert "restorer" not in result.faces[0].reason


def test_new_eyes_get_the_detail_that_the_network_adds(
    equipped: Equipped, blinked: Rgb, opened_blink: Opened, closed_crop: Crop
) -> None:
    def detail(result: Opened) -> float:
        grey = result.photo.pixels.astype(np.float32).mean(axis=2)
        return float(np.abs(cv2.Laplacian(grey, cv2.CV_32F))[allowed(closed_crop, blinked)].mean())

    sharp, soft = (restored(equipped(net), blinked) for net in (networks.sharpened(), networks.blurred()))
    assert detail(sharp) > 1.05 * detail(opened_blink)
    assert detail(soft) < 0.95 * detail(opened_blink)


def test_a_restorer_leaves_a_noisy_photo_noisy(equipped: Equipped, blinked: Rgb, closed_crop: Crop) -> None:
    noise = np.random.default_rng(0).normal(0, 9, blinked.shape).astype(np.float32)
    noisy, there = to_levels(blinked + noise), allowed(closed_crop, blinked)
    calm = restored(equipped(networks.blurred(3)), noisy).photo.pixels
    fine = fine_part(to_tones(calm), 1.0)
    assert np.median(np.abs(fine[there])) > 0.7 * np.median(np.abs(fine[~there]))


def test_a_whole_face_keeps_its_noise_under_a_restorer(equipped: Equipped, blinked: Rgb, closed_crop: Crop) -> None:
    noisy = to_levels(blinked + np.random.default_rng(0).normal(0, 14, blinked.shape).astype(np.float32))
    result = restored(equipped(networks.blurred(9)), noisy, whole_face=True).photo.pixels
    skin = (result != noisy).any(axis=2) & ~allowed(closed_crop, blinked)
    before, after = (np.median(np.abs(fine_part(to_tones(p), 1.0))[skin]) for p in (noisy, result))
    assert after > 0.9 * before


def test_the_whole_face_is_sharpened_only_when_asked_for(
    equipped: Equipped, blinked: Rgb, opened_blink: Opened, closed_crop: Crop, blinked_face: Face
) -> None:
    result = restored(equipped(networks.sharpened()), blinked, whole_face=True)
    did = changed(result, opened_blink)
    oval = oval_mask(blinked_face.landmarks, (blinked.shape[0], blinked.shape[1]), 0.06 * blinked_face.box.width) > 0
    assert result.faces[0].outcome == "opened"
    assert not (did & ~oval & ~allowed(closed_crop, blinked)).any()
    assert (did & oval).sum() > 0.5 * oval.sum()


def test_ultra_restores_nothing_unless_asked(engine: Engine, blinked: Rgb) -> None:
    result = open_eyes(Photo(blinked), Options.of(mode="ultra"), engine=engine)
    assert "restore" not in [stage.name for stage in result.timings]


@pytest.mark.parametrize("whole_face", [False, True], ids=["around the eyes", "whole face"])
def test_a_restorer_that_closes_the_eyes_is_not_listened_to(
    equipped: Equipped, blinked: Rgb, opened_blink: Opened, whole_face: bool
) -> None:
    result = restored(equipped(skin_over_the_eyes()), blinked, whole_face=whole_face)
    (face,) = result.faces
    assert face.outcome == "opened"
    assert "The restorer's work was not kept: " in face.reason
    assert not changed(result, opened_blink).any()


def test_a_restorer_that_turns_irises_green_is_not_listened_to(
    equipped: Equipped, blinked: Rgb, opened_blink: Opened, blinked_face: Face
) -> None:
    result = restored(equipped(green_irises(blinked_face)), blinked)
    (face,) = result.faces
    assert face.outcome == "opened"
    assert face.reason.endswith("The restorer's work was not kept: it changed the colour of an eye.")
    assert not changed(result, opened_blink).any()


def test_a_restorer_that_paints_something_else_is_not_listened_to(
    equipped: Equipped, blinked: Rgb, opened_blink: Opened
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (ALIGNED_PX, ALIGNED_PX, 3))
    result = restored(equipped(networks.painting(noise, np.ones((ALIGNED_PX, ALIGNED_PX)))), blinked)
    assert "was not kept" in result.faces[0].reason
    assert not changed(result, opened_blink).any()


def test_a_cast_of_the_whole_picture_does_not_reach_the_photo(
    equipped: Equipped, blinked: Rgb, opened_blink: Opened
) -> None:
    nodes, constants = networks.painting(
        np.full((ALIGNED_PX, ALIGNED_PX, 3), (0, 64, 100)), np.full((ALIGNED_PX, ALIGNED_PX), 0.05)
    )
    constants["keep"] = np.ones_like(constants["keep"])
    result = restored(equipped((nodes, constants)), blinked, whole_face=True)
    assert result.faces[0].outcome == "opened"
    far = np.abs(result.photo.pixels.astype(int) - opened_blink.photo.pixels).max()
    assert far <= 3


def test_irises_keep_their_colour_under_a_restorer_that_is_listened_to(
    equipped: Equipped, blinked: Rgb, opened_blink: Opened, portrait_face: Face
) -> None:
    result = restored(equipped(networks.sharpened(1.5)), blinked)
    assert "not kept" not in result.faces[0].reason
    for side in SIDES:
        before, after = (iris_colour(r.photo.pixels, portrait_face.landmarks, side) for r in (opened_blink, result))
        assert np.abs((after - after.mean()) - (before - before.mean())).max() < 4


@pytest.mark.parametrize("whole_face", [False, True], ids=["around the eyes", "whole face"])
@pytest.mark.parametrize("tint", [(0, 0, 0), (18, 0, -24)], ids=["black and white", "sepia"])
def test_a_restorer_that_thinks_in_colour_brings_none_into_a_toned_photo(
    equipped: Equipped, engine: Engine, blinked: Rgb, tint: tuple[int, int, int], whole_face: bool
) -> None:
    def in_its_tones(pixels: Rgb) -> NDArray[np.float64]:
        """Most tinted in the middle, black and white at the ends, as prints are."""
        level = (pixels @ LUMA.astype(np.float64))[..., None]
        return np.asarray(level + (np.array(tint) - np.array(tint) @ LUMA) * level / 64 * (1 - level / 255))

    def off_its_tones(result: Opened) -> float:
        return float(np.abs(result.photo.pixels - in_its_tones(result.photo.pixels)).max())

    toned = np.asarray(np.rint(in_its_tones(blinked)).clip(0, 255), np.uint8)
    nodes, constants = networks.sharpened()
    constants["strength"] = np.array([1.3, 0.5, 0.2], np.float32).reshape(1, 3, 1, 1)
    plain = open_eyes(Photo(toned), engine=engine)
    result = restored(equipped((nodes, constants)), toned, whole_face=whole_face)
    assert "not kept" not in result.faces[0].reason
    assert changed(result, plain).sum() > 300
    assert off_its_tones(result) <= off_its_tones(plain) + 1.5


def test_one_eye_that_was_opened_is_restored_alone(
    equipped: Equipped, engine: Engine, portrait: Rgb, blinked: Rgb
) -> None:
    wink = blinked.copy()
    wink[:, 224:] = portrait[:, 224:]
    plain = open_eyes(Photo(wink), Options.of(all=True), engine=engine)
    result = open_eyes(Photo(wink), Options.of(all=True, restorer="gfpgan"), engine=equipped(networks.sharpened()))
    assert [face.outcome for face in result.faces] == ["opened"]
    assert changed(result, plain)[:, :224].any()
    assert not (result.photo.pixels != wink)[:, 228:].any()


def test_every_variation_and_every_face_is_restored_as_if_it_were_alone(equipped: Equipped, blinked: Rgb) -> None:
    head = blinked[:260, 100:360]
    engine = equipped(networks.sharpened())
    two = restored(engine, np.concatenate([head, head], axis=1), variations=2, mode="fast")
    assert [face.outcome for face in two.faces] == ["opened", "opened"]
    assert not np.array_equal(two.variations[0].pixels, two.variations[1].pixels)
    again = restored(engine, np.concatenate([head, head], axis=1), variations=2, mode="fast", faces=(2,))
    assert np.array_equal(again.photo.pixels[:, 260:], two.photo.pixels[:, 260:])


@pytest.mark.parametrize("part", [np.s_[100:], np.s_[:, 222:], np.s_[:130]], ids=["top cut", "left cut", "bottom cut"])
def test_a_face_at_the_edge_of_the_picture_is_restored_or_left(
    equipped: Equipped, engine: Engine, blinked: Rgb, part: tuple[slice, ...]
) -> None:
    pixels = np.ascontiguousarray(blinked[part])
    plain = open_eyes(Photo(pixels), Options.of(all=True), engine=engine)
    result = restored(equipped(networks.sharpened()), pixels, all=True, whole_face=True)
    assert [face.outcome for face in result.faces] == [face.outcome for face in plain.faces]
    assert result.photo.size_wh == plain.photo.size_wh


def test_progress_passes_through_restoring_and_can_be_stopped_there(equipped: Equipped, blinked: Rgb) -> None:
    engine, told, restored = equipped(networks.identity()), [], set()

    def tell(name: str, done: float) -> None:
        told.append(done)
        if name == "restore":
            restored.add(done)
            if len(restored) > 1:  # it has begun, and got on
                raise Cancelled("enough")

    with pytest.raises(Cancelled):
        open_eyes(Photo(blinked), Options.of(restorer="gfpgan", mode="quality"), engine=engine, progress=tell)
    assert told == sorted(told)


def test_missing_weights_are_said_before_any_work(engine: Engine, tmp_path: Path) -> None:
    bare = replace(engine, restorers=OnnxRestorers(Settings(weights=tmp_path)))
    with pytest.raises(WeightsMissing, match="open-the-eyes fetch codeformer"):
        open_eyes("no/such/photo.jpg", Options.of(restorer="codeformer"), engine=bare)


def test_an_engine_without_restorers_says_so(engine: Engine, blinked: Rgb) -> None:
    with pytest.raises(UsageError, match="restorer: expected one of none; got gpen"):
        open_eyes(Photo(blinked), Options.of(restorer="gpen"), engine=replace(engine, restorers={}))
