"""The reference engine's parts: which donor is best, where it shows, and how it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.engine import Engine
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.eye_change import rightwards
from open_the_eyes.imaging.face.eye_corners import ring_ends, ring_width
from open_the_eyes.imaging.face.lids import lid_distances
from open_the_eyes.imaging.face.mesh478 import BROW, SIDES, Side
from open_the_eyes.imaging.geometry import Box, quarter_turned
from open_the_eyes.models.appearance import layout
from open_the_eyes.models.appearance.generator import AppearanceGenerator
from open_the_eyes.models.appearance.irises.colour import eye_shape
from open_the_eyes.models.reference import choice, cover, donor_warp, level, openness, transplant
from open_the_eyes.origins import ReferenceFace
from open_the_eyes.roles import Crop, Donor, Eye, Face
from open_the_eyes.stages.crop import crop
from tests.models.reference.donors import in_order
from tests.references import another_shot


@pytest.fixture(scope="module")
def open_crop(portrait: Rgb, portrait_face: Face) -> Crop:
    return crop(portrait, portrait_face, SIDES)


def whole(one: Crop) -> Box:
    return Box(0, 0, one.mask.shape[1], one.mask.shape[0])


def points_of(one: Crop) -> NDArray[np.float64]:
    return np.asarray(one.landmarks[layout.MESH, :2])


def test_a_picture_drawn_into_its_own_geometry_is_itself(open_crop: Crop) -> None:
    drawn = donor_warp.warped(donor_warp.donor_picture(open_crop), points_of(open_crop), whole(open_crop))
    assert float(np.abs(drawn.pixels - open_crop.pixels).mean()) < 0.5
    assert drawn.scale == pytest.approx(1, abs=0.01)
    assert np.allclose(drawn.points, points_of(open_crop), atol=0.05)


def test_a_larger_donor_is_drawn_smaller_and_its_points_follow(engine: Engine, portrait: Rgb, open_crop: Crop) -> None:
    large = another_shot(portrait, scale=2.0)
    (face,) = engine.detector.detect(large)
    drawn = donor_warp.warped(
        donor_warp.donor_picture(crop(large, face, SIDES)), points_of(open_crop), whole(open_crop)
    )
    assert drawn.scale == pytest.approx(0.5, rel=0.05)
    for side in SIDES:
        apart = layout.iris_of(drawn.points, side)[0] - layout.iris_of(points_of(open_crop), side)[0]
        assert np.abs(apart).max() < 1.0


def test_a_raised_brow_neither_squashes_nor_turns_an_eye(open_crop: Crop) -> None:
    raised = points_of(open_crop).copy()
    raised[[layout.MESH.index(k) for k in BROW["left"]], 1] -= 0.15 * np.ptp(layout.ring_of(raised, "left")[:, 0])
    drawn = donor_warp.warped(donor_warp.donor_picture(open_crop), raised, whole(open_crop))
    for side in SIDES:
        before, after = (layout.ring_of(points, side) for points in (points_of(open_crop), drawn.points))
        high, wide = ((np.ptp(after[:, k]) / np.ptp(before[:, k])) for k in (1, 0))
        assert high / wide == pytest.approx(1, abs=0.02)
    assert donor_warp.largest_turn(raised, points_of(open_crop)) < choice.MAX_TURN


def test_a_brow_raised_alone_makes_no_eye_larger_and_moves_it_to_no_side(open_crop: Crop) -> None:
    at, raised = points_of(open_crop), points_of(open_crop).copy()
    raised[[layout.MESH.index(k) for k in BROW["left"]], 1] -= 0.9 * ring_width(layout.ring_of(raised, "left"))
    drawn = donor_warp.warped(donor_warp.donor_picture(open_crop), raised, whole(open_crop))
    widths = [ring_width(layout.ring_of(drawn.points, side)) / ring_width(layout.ring_of(at, side)) for side in SIDES]
    assert widths[0] == pytest.approx(widths[1], abs=0.002)
    assert widths == pytest.approx([1, 1], abs=donor_warp.MAX_SCALE_OFF + 0.005)
    for side in SIDES:
        before, after = (layout.ring_of(points, side) for points in (at, drawn.points))
        axis = rightwards(before, side) / ring_width(before)
        moved = (ring_ends(after) - ring_ends(before)).mean(axis=0) @ axis
        assert abs(moved) < 0.02 * ring_width(before)


@pytest.mark.parametrize(
    ("asked", "given", "refused"),
    [
        pytest.param(SIDES, SIDES, True, id="one of two"),
        pytest.param(("left",), ("left",), True, id="alone"),
        pytest.param(("right",), ("left",), True, id="in a mirror"),
        pytest.param(SIDES, ("right",), False, id="which is shut, not"),
    ],
)
def test_a_donor_whose_eye_would_be_turned_is_refused_with_that_reason(
    open_crop: Crop, asked: tuple[Side, ...], given: tuple[Side, ...], *, refused: bool
) -> None:
    """The left eye's surroundings are turned by 25 degrees on the donor."""
    marks = open_crop.landmarks.copy()
    at = [k for k in layout.SEEN if marks[k, 0] < marks[layout.MESH, 0].mean()]
    off, angle = marks[at, :2] - marks[at, :2].mean(axis=0), np.radians(25)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    marks[at, :2] = marks[at, :2].mean(axis=0) + off @ turn
    bent = Donor(replace(open_crop, landmarks=marks, sides=given), ReferenceFace("a.jpg", 1, 1), 1.0)
    target = replace(open_crop, sides=asked)
    (one,) = in_order(target, [bent])
    assert ("would be turned by" in one.obstacle) is refused
    (plain,) = in_order(target, [replace(bent, crop=replace(open_crop, sides=given))])
    assert not plain.obstacle


@pytest.mark.parametrize("factor", [0.65, 1.35])
def test_lids_pass_over_irises_that_stay(open_crop: Crop, factor: float) -> None:
    eye = donor_warp.warped(donor_warp.donor_picture(open_crop), points_of(open_crop), whole(open_crop))
    for side, after in openness.opened(dict.fromkeys(SIDES, eye), dict.fromkeys(SIDES, factor)).items():
        gaps = [layout.lid_gaps(layout.ring_of(one.points, side))[:, 1].mean() for one in (eye, after)]
        assert gaps[1] / gaps[0] == pytest.approx(factor, abs=0.02)
        shape = eye_shape(eye.points, side)
        r, there = shape.iris_radius, lid_distances(shape, whole(open_crop))
        clear = lid_distances(eye_shape(after.points, side), whole(open_crop))
        inner = (there.to_iris < r) & (np.minimum(clear.below_upper, clear.above_lower) > 0.25 * r)
        inner &= np.minimum(there.below_upper, there.above_lower) > 0.25 * r
        assert inner.sum() > 8
        assert np.abs(after.pixels - eye.pixels)[inner].mean() < 3


def test_where_a_frame_lies_over_one_eye_the_lids_of_both_stay(open_crop: Crop) -> None:
    eye = donor_warp.warped(donor_warp.donor_picture(open_crop), points_of(open_crop), whole(open_crop))
    framed, top = eye.mask.copy(), int(layout.ring_of(eye.points, "left")[4, 1])
    framed[top - 1 : top + 1, : framed.shape[1] // 2] = 0
    eyes = openness.opened({"left": replace(eye, mask=framed), "right": eye}, dict.fromkeys(SIDES, 0.7))
    for after in eyes.values():
        assert np.abs(after.points - eye.points).max() < 0.2
        assert np.abs(after.pixels - eye.pixels).mean() < 0.2


def test_twice_in_a_mirror_is_the_picture_again(open_crop: Crop) -> None:
    partner = AppearanceGenerator().model.partner
    picture = donor_warp.donor_picture(open_crop)
    again = picture.mirrored(partner).mirrored(partner)
    assert np.array_equal(again.pixels, picture.pixels)
    assert np.allclose(again.points, picture.points)


def test_an_eye_shows_fully_within_its_lids_and_not_at_all_past_the_mask(open_crop: Crop) -> None:
    ring = layout.ring_of(points_of(open_crop), "left")
    show = cover.eye_cover(open_crop.mask * cover.side_of(open_crop, "left"), ring, ring)
    x, y = np.rint(ring.mean(axis=0)).astype(int)
    assert show[y, x] == 1
    assert not show[open_crop.mask == 0].any()
    assert 0 <= float(show.min()) <= float(show.max()) <= 1


def test_lids_that_reach_the_masks_rim_melt_into_it_and_are_not_cut() -> None:
    width, allowed = 100.0, np.zeros((200, 300), np.float32)
    allowed[80:160, 20:280] = 1
    bow = 24 * np.sin(np.linspace(0, np.pi, 9))
    ring = np.column_stack([60 + width * np.r_[0:1:9j, 0.9:0.1:7j], np.r_[106 - bow, np.full(7, 106.0)]])
    down = cover.eye_cover(allowed, ring, ring)[75:, 110]
    assert down[:5].max() == 0
    assert down.max() == 1
    assert np.diff(down[: int(np.argmax(down)) + 1]).max() < 0.3  # from the rim on, no step from one pixel to the next


@pytest.fixture
def opencv_threads() -> Iterator[Callable[[int], None]]:
    before = cv2.getNumThreads()
    yield cv2.setNumThreads
    cv2.setNumThreads(before)


@pytest.mark.parametrize("reach", [7, 13, 26], ids="{} pixels around the lids".format)
def test_where_an_eye_shows_fully_is_the_same_for_any_number_of_threads(
    reach: int, opencv_threads: Callable[[int], None]
) -> None:
    width, allowed = reach / cover.FULLY, np.zeros((200, 300), np.float32)
    allowed[40:160, 20:280] = 1
    ring = np.column_stack([60 + width * np.r_[0:1:9j, 0.9:0.1:7j], np.full(16, 100.0)])
    shown = []
    for threads in (1, 2):
        opencv_threads(threads)
        shown.append(cover.eye_cover(allowed, ring, ring))
    assert np.array_equal(shown[0], shown[1])
    assert shown[0][100 + reach, 100] == 1 > shown[0][101 + reach, 100]


def test_every_pixel_belongs_to_one_eye(open_crop: Crop) -> None:
    left, right = (cover.side_of(open_crop, side) for side in SIDES)
    assert not (left & right).any()
    assert (left | right).mean() > 0.99


def test_a_brow_of_either_is_no_skin_to_read_light_from(open_crop: Crop) -> None:
    lowered = points_of(open_crop).copy()
    brows = [layout.MESH.index(k) for side in SIDES for k in BROW[side]]
    lowered[brows, 1] += 6
    everywhere = np.ones(open_crop.mask.shape, np.float32)
    bare = cover.same_skin(open_crop, everywhere, lowered)
    for points in (points_of(open_crop), lowered):
        x, y = np.rint(points[brows]).astype(int).T
        assert not bare[y, x].any()
    assert bare.mean() > 0.2


def shot(one: Crop, **face: object) -> Donor:
    return Donor(replace(one, face=replace(one.face, **face)), ReferenceFace("shot", 1, 1), 1.0)  # type: ignore[arg-type]


def test_open_eyes_are_better_than_narrow_ones_and_sharp_ones_than_blurred(portrait: Rgb, open_crop: Crop) -> None:
    narrow: dict[Side, Eye] = {side: Eye(0.55, 0.2) for side in SIDES}
    wide: dict[Side, Eye] = {side: Eye(1.0, 0.0) for side in SIDES}
    good = shot(open_crop, eyes=wide)
    soft = replace(good, crop=replace(good.crop, pixels=another_shot(another_shot(portrait, scale=0.3), scale=1 / 0.3)))
    blurred = replace(
        good, crop=replace(good.crop, pixels=np.asarray(open_crop.window.cut(soft.crop.pixels), np.uint8))
    )
    order = in_order(open_crop, [shot(open_crop, eyes=narrow), blurred, good])
    assert order[0].donor is good
    assert all(one.cost > order[0].cost for one in order[1:])


def test_nobody_is_ranked_without_donors(open_crop: Crop) -> None:
    assert in_order(open_crop, []) == []


@pytest.mark.parametrize("raised", [0.0, 0.9], ids=["as it was", "raised"])
def test_a_brow_raised_alone_takes_no_eye_away_from_where_the_shut_one_lies(
    closed_crop: Crop, open_crop: Crop, raised: float
) -> None:
    marks = closed_crop.landmarks.copy()
    marks[list(BROW["left"]), 1] -= raised * ring_width(layout.ring_of(points_of(closed_crop), "left"))
    source = transplant.EyeSource(donor_warp.donor_picture(open_crop), mirrored=True)  # no skin tells where it belongs
    eyes = transplant.placed(replace(closed_crop, landmarks=marks), dict.fromkeys(SIDES, source), None)
    led, stands = {}, {}
    for side, eye in eyes.items():
        plain = donor_warp.warped(source.picture, points_of(eye.crop), Box.of(eye.crop.mask))
        ring = layout.ring_of(eye.eyes.points, side)
        down = quarter_turned(rightwards(ring, side) / ring_width(ring))
        shut, led[side], stands[side] = (
            ring_ends(layout.ring_of(points, side)).mean(axis=0) @ down / ring_width(ring)
            for points in (points_of(eye.crop), plain.points, eye.eyes.points)
        )
        led[side], stands[side] = led[side] - shut, stands[side] - shut
    assert bool(abs(led["left"] - led["right"]) > 1.5 * level.OFF_APART) is (raised > 0)
    assert abs(stands["left"] - stands["right"]) < level.OFF_APART + 0.005
    assert stands["right"] == pytest.approx(led["right"], abs=1e-6)
