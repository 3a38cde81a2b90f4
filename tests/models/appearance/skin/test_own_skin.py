"""The photo's own skin around opened eyes: taken where skin is in its place, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Plane, Tones
from open_the_eyes.imaging.face.lids import EyeShape, lid_distances
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.imaging.luma import LUMA
from open_the_eyes.models.appearance.skin.own_skin import IN_SHADE, SEEN_FROM, with_own_skin

WIDTH = 80.0
SIZE_HW = (140, 160)
CENTRE = np.array([80.0, 60.0])


def an_eye(gap: float) -> EyeShape:
    """An eye WIDTH pixels wide whose lids are `gap` pixels apart in the middle."""
    x = np.linspace(-1, 1, 9)
    bow = (1 - x**2) * gap / 2
    upper, lower = np.stack([x * WIDTH / 2, -bow], axis=1), np.stack([x * WIDTH / 2, bow], axis=1)
    return EyeShape(
        CENTRE + np.vstack([upper, lower[-2:0:-1]]), (float(CENTRE[0]), float(CENTRE[1])), 0.2 * WIDTH, "left"
    )


OPEN, SHUT = an_eye(26), an_eye(1)


@pytest.fixture
def mask() -> Plane:
    ys, xs = np.mgrid[: SIZE_HW[0], : SIZE_HW[1]] - CENTRE[::-1, None, None]
    return np.asarray(np.clip(8 - 8 * np.hypot(xs / 58, ys / 44), 0, 1), np.float32)


@pytest.fixture
def painted() -> Tones:
    return np.full((*SIZE_HW, 3), 150, np.float32)


def skin(strength: float = 5.0) -> Tones:
    """Pores, the same in red, green and blue."""
    pores = np.random.default_rng(0).normal(0, strength, (*SIZE_HW, 1))
    return np.asarray(150 + np.repeat(pores, 3, axis=2), np.float32)


def depths() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How far below the lower and above the upper painted lid every pixel is, in eye widths."""
    there = lid_distances(OPEN, Box(0, 0, SIZE_HW[1], SIZE_HW[0]))
    return -there.above_lower / WIDTH, -there.below_upper / WIDTH


def laid(painted: Tones, photo: Tones, mask: Plane) -> Tones:
    return with_own_skin(painted, photo, mask, {"left": OPEN}, {"left": SHUT})


def test_under_the_eye_lies_the_skin_of_the_photo(painted: Tones, mask: Plane) -> None:
    photo, (below, _) = skin(), depths()
    there = (below > 0.22) & (mask > 0.5)
    out = laid(painted, photo, mask)
    assert there.sum() > 300
    assert np.corrcoef(out[there][:, 0], photo[there][:, 0])[0, 1] > 0.95


def test_between_the_lids_and_outside_the_mask_nothing_changes(painted: Tones, mask: Plane) -> None:
    below, above = depths()
    out = laid(painted, skin(), mask)
    kept = (mask == 0) | ((below < 0) & (above < 0))
    assert np.array_equal(out[kept], painted[kept])
    assert not np.array_equal(out, painted)


def test_over_the_lid_pores_are_taken_and_lines_are_not(painted: Tones, mask: Plane) -> None:
    photo, (_, above) = skin(2.0), depths()
    photo[CENTRE[1].astype(int) - 27] -= 60
    out = laid(painted, photo, mask)
    there = (above > 0.16) & (mask > 0.5)
    assert np.std(out[there]) > 1
    assert np.abs(out - painted)[there].max() < 20


def test_lashes_that_hang_over_the_skin_are_left_behind(painted: Tones, mask: Plane) -> None:
    photo, (below, _) = skin(1.0), depths()
    photo[int(CENTRE[1]) : int(CENTRE[1]) + 27, 60:100:7] = 40
    out = laid(painted, photo, mask)
    assert np.abs(out - painted)[below > 0].max() < 12


def test_the_further_lashes_hang_the_further_down_skin_sets_in(painted: Tones, mask: Plane) -> None:
    photo, (below, _) = skin(), depths()
    near = (below > 0.12) & (below < 0.2) & (mask > 0.5)

    def likeness(hanging: float) -> float:
        out = with_own_skin(painted, photo, mask, {"left": OPEN}, {"left": SHUT}, hanging)
        return float(np.corrcoef(out[near][:, 0], photo[near][:, 0])[0, 1])

    assert likeness(0.1) > 1.3 * likeness(0.24)


def test_where_lashes_hid_the_skin_it_has_detail_as_below(painted: Tones, mask: Plane) -> None:
    photo, (below, _) = skin(), depths()
    photo[int(CENTRE[1]) : int(CENTRE[1]) + 10, 45:115] = 40
    hidden, own = ((below > low) & (below < high) & (mask > 0.5) for low, high in ((0.04, 0.1), (0.22, 0.3)))
    hidden[:, :60] = hidden[:, 100:] = False
    out = laid(painted, photo, mask)
    assert 0.5 < np.std(out[hidden]) / np.std(out[own]) < 1.25


@pytest.mark.parametrize(("width", "takes"), [(SEEN_FROM[1], True), (SEEN_FROM[0], False)])
def test_beyond_the_outer_corner_large_eyes_leave_the_skin_as_it_was(width: float, takes: bool) -> None:
    size = width / WIDTH
    size_hw = round(SIZE_HW[0] * size), round(SIZE_HW[1] * size)
    opened, shut = (
        EyeShape(e.ring * size, (CENTRE[0] * size, CENTRE[1] * size), 16 * size, "left") for e in (OPEN, SHUT)
    )
    mask, photo = np.ones(size_hw, np.float32), np.full((*size_hw, 3), 150, np.float32)
    photo[round(CENTRE[1] * size) + 3] -= 90  # a lash's tail, all along
    out = with_own_skin(np.full_like(photo, 110), photo, mask, {"left": opened}, {"left": shut})
    beside = out[:, round((CENTRE[0] - 0.75 * WIDTH) * size)].mean(axis=1) > 140
    level = np.abs(np.arange(size_hw[0]) - CENTRE[1] * size) / width
    tail = np.abs(np.arange(size_hw[0]) - round(CENTRE[1] * size) - 3) < 3
    assert beside[(level < 0.2) & ~tail].mean() > 0.5 if takes else not beside.any()
    assert not beside[tail].any()
    assert not beside[level > 0.35].any()


def test_a_smear_at_the_outer_corner_goes_and_the_eye_stays(painted: Tones, mask: Plane) -> None:
    corner = int(CENTRE[1]), int(CENTRE[0] - WIDTH / 2)
    painted[corner[0] - 4 : corner[0] + 5, corner[1] - 8 : corner[1] + 12] = 60
    out = laid(painted, np.full_like(painted, 150), mask)
    assert out[corner[0] + 3, corner[1] - 4].mean() > 60 + 0.35 * 90
    below, above = depths()
    between = (below < 0) & (above < 0)
    assert np.array_equal(out[between], painted[between])


def test_a_bright_wall_beyond_a_turned_head_lends_the_corner_no_colour(painted: Tones, mask: Plane) -> None:
    corner = int(CENTRE[1]), int(CENTRE[0] - WIDTH / 2)
    painted *= np.array([1.15, 0.95, 0.8], np.float32)
    photo = painted.copy()
    painted[corner[0] - 4 : corner[0] + 5, corner[1] - 8 : corner[1] + 12] *= 0.4
    near = corner[0] + 3, corner[1] - 1
    before = laid(painted, photo, mask)[near]
    assert before.mean() > 0.6 * photo[near].mean()
    for wall in ((120, 190, 240), (245, 245, 248)):
        turned = photo.copy()
        turned[:, : corner[1] - 6] = painted[:, : corner[1] - 6] = wall
        out = laid(painted, turned, mask)[near]
        assert out == pytest.approx(painted[near], abs=2)


def test_a_spot_of_light_at_the_corner_does_not_come_back(painted: Tones, mask: Plane) -> None:
    photo, corner = painted.copy(), (int(CENTRE[1]), int(CENTRE[0] - WIDTH / 2))
    photo[corner[0] - 6 : corner[0], corner[1] - 6 : corner[1]] = (255, 180, 255)
    assert laid(painted, photo, mask)[corner[0] - 3, corner[1] - 3].max() < 165


def test_specks_that_do_not_hang_on_the_lid_are_skin(painted: Tones, mask: Plane) -> None:
    photo, (below, _) = skin(1.0), depths()
    rows, columns = np.nonzero((below > 0.24) & (mask > 0.5))
    for row, column in list(zip(rows, columns, strict=True))[::23]:
        photo[row, column] = 120  # moles, pores, noise
    out = laid(painted, photo, mask)
    there = (below > 0.24) & (mask > 0.5)
    assert np.corrcoef(out[there][:, 0], photo[there][:, 0])[0, 1] > 0.8


def test_where_all_is_flat_nothing_is_added(painted: Tones, mask: Plane) -> None:
    beside = round(CENTRE[0] - 0.2 * WIDTH)  # there skin stays as bright as it was
    assert laid(painted, painted + 20, mask)[:, beside:] == pytest.approx(painted[:, beside:], abs=1e-3)


def test_what_was_given_stays_as_it_was(painted: Tones, mask: Plane) -> None:
    photo = skin()
    kept = painted.copy(), photo.copy(), mask.copy()
    laid(painted, photo, mask)
    assert all(np.array_equal(a, b) for a, b in zip(kept, (painted, photo, mask), strict=True))


@pytest.mark.parametrize("at", [(-400.0, 60.0), (80.0, 900.0)], ids=["left of the picture", "below it"])
def test_an_eye_outside_the_picture_changes_nothing(at: tuple[float, float], painted: Tones, mask: Plane) -> None:
    moved = [EyeShape(s.ring - CENTRE + np.array(at), at, s.iris_radius, s.side) for s in (OPEN, SHUT)]
    out = with_own_skin(painted, skin(), mask, {"left": moved[0]}, {"left": moved[1]})
    assert np.array_equal(out, painted)


def test_skin_that_is_painted_darker_has_a_deeper_hue_and_grey_stays_grey(painted: Tones, mask: Plane) -> None:
    _, above = depths()
    there = (above > 0.06) & (mask > 0.5)
    warm = np.array([1.15, 0.95, 0.8], np.float32)

    def redness(shade: float, hue: Tones) -> float:
        out = laid(painted * hue * np.float32(shade), skin(0.5) * hue, mask)[there].mean(axis=0)
        return float(np.log(out[0] / out[1]))

    assert redness(0.7, warm) / redness(1.0, warm) == pytest.approx(1 - IN_SHADE * np.log(0.7), rel=0.03)
    assert redness(0.7, np.ones(3, np.float32)) == pytest.approx(0, abs=1e-3)


def test_the_skin_over_the_eye_keeps_the_hue_of_its_make_up_and_its_own_brightness(painted: Tones, mask: Plane) -> None:
    photo, (_, above) = skin(0.5), depths()
    photo[above > 0] *= np.array([0.8, 1.2, 0.9], np.float32)
    out = laid(painted, photo, mask)
    there = (above > 0.06) & (mask > 0.5)
    shadow = out[there].mean(axis=0) / painted[there].mean(axis=0)
    assert shadow[1] / shadow[0] == pytest.approx(1.5, rel=0.06)
    assert float((out[there] @ LUMA).mean()) == pytest.approx(150, rel=0.02)


def test_a_brighter_shut_lid_does_not_flatten_the_folds_of_the_open_one(painted: Tones, mask: Plane) -> None:
    _, above = depths()
    painted[(above > 0.08) & (above < 0.12)] -= 30
    out = laid(painted, 1.2 * skin(0.5), mask)
    fold, beside = (above > 0.09) & (above < 0.11) & (mask > 0.5), (above > 0.14) & (above < 0.2) & (mask > 0.5)
    assert out[beside].mean() == pytest.approx(150, abs=2)
    assert out[fold].mean() == pytest.approx(120, abs=4)


def test_black_lashes_lend_the_skin_no_hue(painted: Tones, mask: Plane) -> None:
    photo = skin(0.5)
    shut = lid_distances(SHUT, Box(0, 0, SIZE_HW[1], SIZE_HW[0]))
    photo[np.abs(shut.below_upper) < 0.06 * WIDTH] = (30, 10, 60)
    out = laid(painted, photo, mask)
    hues = out[mask > 0.5] / out[mask > 0.5].mean(axis=1, keepdims=True)
    assert np.percentile(np.abs(hues - 1), 99.5) < 0.03
