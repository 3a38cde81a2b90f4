"""What may hide a part of a face hides that part, and is always the same for the same dice."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Rgb, Tones
from open_the_eyes.imaging.face.face_view import face_view
from training import half_hidden as kinds
from training.faces import Portrait

SEEDS = range(12)


@pytest.fixture(scope="module")
def view(astronaut: Portrait) -> Rgb:
    return face_view(astronaut.pixels, astronaut.landmarks)


def changed(view: Rgb, kind: kinds.Hide, seed: int) -> tuple[Tones, Tones]:
    """By how many levels each pixel of the view changes at most, (192, 192), and to what."""
    out = kind(view, np.random.default_rng(seed))
    return np.abs(out - view).max(axis=2), out


def test_the_same_dice_hide_the_same(view: Rgb) -> None:
    once, again = (kinds.half_hidden(view, np.random.default_rng(3)) for _ in range(2))
    assert once.shape == view.shape
    assert once.dtype == np.uint8
    np.testing.assert_array_equal(once, again)
    assert len({kinds.half_hidden(view, np.random.default_rng(seed)).tobytes() for seed in SEEDS}) == len(SEEDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_cap_leaves_what_lies_below_the_brows(view: Rgb, seed: int) -> None:
    off, _ = changed(view, kinds._capped, seed)
    assert np.median(off[:8]) > 5
    assert off[100:].max() <= 1


@pytest.mark.parametrize("seed", SEEDS)
def test_a_scarf_leaves_what_lies_above_the_nose(view: Rgb, seed: int) -> None:
    off, _ = changed(view, kinds._scarfed, seed)
    assert np.median(off[-20:]) > 5
    assert off[:70].max() <= 1


@pytest.mark.parametrize("seed", SEEDS)
def test_glasses_surround_the_eyes_and_leave_forehead_and_mouth(view: Rgb, seed: int) -> None:
    off, _ = changed(view, kinds._bespectacled, seed)
    for x, y in kinds.EYES_XY:
        assert off[round(y) - 26 : round(y) + 28, round(x) - 26 : round(x) + 26].max() > 5
    assert off[:, :44].max() <= 1
    assert off[:, 147:].max() <= 1
    assert off[:45].max() <= 1
    assert off[102:].max() <= 1


@pytest.mark.parametrize("seed", SEEDS)
def test_the_edge_is_black_on_one_side_and_leaves_the_eyes(view: Rgb, seed: int) -> None:
    off, out = changed(view, kinds._cut, seed)
    ends = out[0], out[-1], out[:, 0], out[:, -1]
    assert any(end.max() == 0 for end in ends)
    assert off[60:130, 60:130].max() == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_blur_takes_detail(seed: int) -> None:
    stripes = np.zeros((192, 192, 3), np.uint8)
    stripes[:, ::2] = 255
    _, out = changed(stripes, kinds._blurred, seed)
    assert np.abs(np.diff(out, axis=1)).mean() < 120
