"""A painted blink shuts the eyes, and touches nothing else."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from open_the_eyes.demo.blink import paint_blink
from open_the_eyes.demo.blink_lashes import LashLine
from open_the_eyes.imaging.arrays import Matrix, Points, Rgb
from open_the_eyes.imaging.face.mesh478 import BROW, CHIN, EYE_RING, INNER_CORNER, IRIS, OUTER_CORNER, SIDES, Side
from open_the_eyes.imaging.geometry import transformed
from open_the_eyes.portrait import portrait

# The mesh of the portrait's astronaut (NASA, public domain) around the eyes, photo pixels.
RING_XY: dict[Side, str] = {
    "left": "194.5 99.8 195.4 99.1 196.6 98.4 198.8 97.4 202.3 97.0 205.9 97.6 209.4 99.3 211.9 101.6 "
    "213.0 103.1 211.9 103.3 209.6 103.4 206.2 103.8 202.7 103.8 199.3 103.2 197.1 102.2 195.7 101.2",
    "right": "255.1 103.5 254.4 102.7 253.3 101.7 251.3 100.4 247.7 99.5 244.0 99.7 240.2 101.2 237.3 103.1 "
    "235.9 104.4 236.9 104.7 239.2 104.9 242.5 105.6 246.0 106.0 249.5 106.0 251.9 105.5 253.6 104.7",
}
BROW_XY: dict[Side, str] = {
    "left": "189.7 92.1 193.6 89.8 199.2 89.0 206.7 90.2 216.4 94.1",
    "right": "260.3 96.8 256.9 94.2 251.5 93.0 244.1 93.4 233.7 96.1",
}
IRIS_XY: dict[Side, str] = {
    "left": "202.9 100.5 207.3 100.8 203.3 96.6 198.4 100.2 202.5 104.4",
    "right": "246.0 103.1 250.2 103.2 246.1 99.7 241.8 103.0 245.9 106.5",
}


def _xy(text: str) -> Points:
    return np.array(text.split(), dtype=np.float64).reshape(-1, 2)


def _mesh() -> Points:
    mesh = np.zeros((478, 3))
    mesh[CHIN, :2] = 220.9, 176.9
    for side in SIDES:
        mesh[EYE_RING[side], :2] = _xy(RING_XY[side])
        mesh[BROW[side][5:], :2] = _xy(BROW_XY[side])
        mesh[IRIS[side], :2] = _xy(IRIS_XY[side])
    return mesh


def _portrait(by: Matrix, size_wh: tuple[int, int]) -> tuple[Rgb, Points]:
    """The astronaut and her mesh after an affine."""
    mesh = _mesh()
    mesh[:, :2] = transformed(mesh, by)
    shrinks = np.linalg.det(by[:, :2]) < 1
    picture = cv2.GaussianBlur(portrait(), (0, 0), 0.8) if shrinks else portrait()
    moved = cv2.warpAffine(picture, by, size_wh, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, dtype=np.uint8), mesh


def _scaled(factor: float) -> tuple[Rgb, Points]:
    """The portrait's head with the face about 130 * factor pixels high."""
    by = np.array([[factor, 0, -150 * factor], [0, factor, -30 * factor]])
    return _portrait(by, (round(140 * factor), round(170 * factor)))


@pytest.fixture
def astronaut() -> tuple[Rgb, Points]:
    return portrait(), _mesh()


def _opening(
    mesh: Points, side: Side, shape_hw: tuple[int, ...], grown: int = 0
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """True inside the open eye."""
    canvas = np.zeros(shape_hw[:2], np.uint8)
    cv2.fillPoly(canvas, [np.rint(mesh[EYE_RING[side], :2]).astype(np.int32)], (1.0,))
    return np.asarray(cv2.dilate(canvas, np.ones((2 * grown + 1, 2 * grown + 1), np.uint8)) > 0)


def _eye_width(mesh: Points, side: Side) -> float:
    return float(np.linalg.norm(mesh[INNER_CORNER[side], :2] - mesh[OUTER_CORNER[side], :2]))


@pytest.mark.parametrize("factor", [0.62, 1.0, 4.0, 11.5], ids=["80px", "130px", "520px", "1500px"])
@pytest.mark.parametrize("side", SIDES)
def test_the_iris_gives_way_to_skin_at_any_size(side: Side, factor: float) -> None:
    photo, mesh = _scaled(factor)
    shut = paint_blink(photo, mesh)
    x, y = np.rint(mesh[IRIS[side][0], :2]).astype(int)
    reach = max(round(0.06 * _eye_width(mesh, side)), 1)
    iris = np.s_[y - reach : y + reach, x - reach : x + reach]
    cheek = photo[y + round(0.6 * _eye_width(mesh, side)), x].mean()
    assert photo[iris].mean() < 0.55 * cheek
    assert shut[iris].mean() > 0.7 * cheek


def test_no_white_of_the_eye_remains() -> None:
    photo, mesh = _scaled(6.0)
    shut = cv2.cvtColor(paint_blink(photo, mesh), cv2.COLOR_RGB2HSV)
    before = cv2.cvtColor(photo, cv2.COLOR_RGB2HSV)
    for side in SIDES:
        eye = _opening(mesh, side, photo.shape[:2])
        grey_and_light = [((hsv[..., 1] < 45) & (hsv[..., 2] > 130))[eye].mean() for hsv in (before, shut)]
        assert grey_and_light[0] > 0.03
        assert grey_and_light[1] < 0.01


def test_a_dark_lash_line_runs_low_through_the_eye() -> None:
    photo, mesh = _scaled(6.0)
    shut = paint_blink(photo, mesh).mean(axis=2)
    for side in SIDES:
        top, bottom = mesh[EYE_RING[side][4], :2], mesh[EYE_RING[side][12], :2]
        way = np.linspace(-0.3, 1.5, 60)
        x, y = np.rint(top[:, None] + (bottom - top)[:, None] * way).astype(int)
        assert 0.6 < way[np.argmin(shut[y, x])] < 1.2


@pytest.mark.parametrize(
    "faint",
    [
        pytest.param(LashLine(half_width=(0.01, 0.014)), id="thin where lashes are faint"),
        pytest.param(LashLine(half_width=(0.022, 0.0)), id="thin where they are marked"),
        pytest.param(LashLine(colour=(1.5, 1.0)), id="as pale as the open eye's"),
        pytest.param(LashLine(colour=(2.5, 0.42)), id="no paler than a share of the skin"),
    ],
)
def test_a_thinner_or_paler_lash_line_is_fainter(faint: LashLine) -> None:
    photo, mesh = _scaled(3.0)
    usual, fainter = (paint_blink(photo, mesh, line=line).astype(float) for line in (LashLine(), faint))
    assert (fainter - usual).max() > 15
    assert (fainter - usual).min() > -8


def test_pixels_away_from_the_eyes_come_back_untouched(astronaut: tuple[Rgb, Points]) -> None:
    photo, mesh = astronaut
    changed = (paint_blink(photo, mesh) != photo).any(axis=2)
    near = np.zeros_like(changed)
    for side in SIDES:
        near |= _opening(mesh, side, photo.shape[:2], grown=round(0.6 * _eye_width(mesh, side)))
    assert changed.any()
    assert not (changed & ~near).any()


@pytest.mark.parametrize(("side", "other"), [("left", "right"), ("right", "left")])
def test_only_the_asked_eye_is_shut(astronaut: tuple[Rgb, Points], side: Side, other: Side) -> None:
    photo, mesh = astronaut
    wink = paint_blink(photo, mesh, (side,))
    kept = _opening(mesh, other, photo.shape[:2], grown=4)
    assert np.array_equal(wink[kept], photo[kept])
    assert not np.array_equal(wink, photo)


def test_the_same_input_gives_the_same_bytes_and_stays_as_it_was(astronaut: tuple[Rgb, Points]) -> None:
    photo, mesh = astronaut
    photo_before, mesh_before = photo.copy(), mesh.copy()
    first, second = paint_blink(photo, mesh), paint_blink(photo, mesh)
    assert np.array_equal(first, second)
    assert not np.shares_memory(first, photo)
    assert np.array_equal(photo, photo_before)
    assert np.array_equal(mesh, mesh_before)


@pytest.mark.parametrize("turns", [1, 2, 3], ids=["90°", "180°", "270°"])
def test_a_turned_head_blinks_the_same_turned(astronaut: tuple[Rgb, Points], turns: int) -> None:
    photo, mesh = astronaut
    middle, turned = (photo.shape[0] - 1) / 2, mesh.copy()
    quarter = np.linalg.matrix_power(np.array([[0.0, 1.0], [-1.0, 0.0]]), turns)
    turned[:, :2] = (mesh[:, :2] - middle) @ quarter.T + middle
    upright = np.rot90(paint_blink(np.rot90(photo, turns).copy(), turned), -turns)
    difference = np.abs(upright.astype(int) - paint_blink(photo, mesh).astype(int))
    assert difference.max() <= 16
    assert difference[difference > 0].mean() < 4


def test_a_black_and_white_photo_stays_so(astronaut: tuple[Rgb, Points]) -> None:
    photo, mesh = astronaut
    grey = np.repeat(photo.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)
    assert np.ptp(paint_blink(grey, mesh).astype(int), axis=2).max() == 0


def _shifted(mesh: Points, x: float, y: float) -> Points:
    return np.asarray(mesh + np.array([x, y, 0.0]))


AWKWARD: dict[str, Callable[[Points], Points]] = {
    "beyond_the_picture": lambda mesh: _shifted(mesh, 5000, 0),
    "all_points_in_one": lambda mesh: np.zeros_like(mesh),
    "smaller_than_a_pixel": lambda mesh: mesh * 0.01,
}


@pytest.mark.parametrize("name", AWKWARD)
def test_a_face_without_room_for_a_blink_is_left_alone(astronaut: tuple[Rgb, Points], name: str) -> None:
    photo, mesh = astronaut
    assert np.array_equal(paint_blink(photo, AWKWARD[name](mesh)), photo)


@pytest.mark.parametrize("left_top", [(190, 90), (202, 98), (240, 70), (212, 103)])
@pytest.mark.parametrize("size_wh", [(1, 1), (3, 40), (60, 25)])
def test_a_face_cut_by_the_border_is_painted_as_far_as_it_goes(
    astronaut: tuple[Rgb, Points], left_top: tuple[int, int], size_wh: tuple[int, int]
) -> None:
    photo, mesh = astronaut
    (left, top), (w, h) = left_top, size_wh
    part = photo[top : top + h, left : left + w]
    assert paint_blink(part, _shifted(mesh, -left, -top)).shape == part.shape
