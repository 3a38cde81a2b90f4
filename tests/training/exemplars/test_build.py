"""Detail of photographed eyes is weighed by what painted ones lack, and kept without what is its owner's."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Points
from training.exemplars.build import exemplars_of, mean_points_of, photographed, share_of
from training.exemplars.lacking import Lacking, lacking
from training.faces import Portrait


def a_lack(true: float, painted: float) -> Lacking:
    flat = np.ones((88, 112), np.float32)
    return Lacking(np.full((88, 112, 3), 0.1, np.float32), true * flat, painted * flat, 1)


@pytest.fixture(scope="module")
def points(astronaut: Portrait) -> Points:
    """The mean shape of one face, whose eyes are so small that it gives no detail itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.exemplars.build.SHARP_EYE", 10.0)
        return mean_points_of(photographed([astronaut]))


def test_squares_of_detail_add_up_to_the_true_ones() -> None:
    given = np.full((88, 112), 4.0, np.float32)
    share = share_of(a_lack(5.0, 4.0), given)
    np.testing.assert_allclose(4.0 + share**2 * 4.0, 5.0, rtol=1e-5)
    assert not share_of(a_lack(4.0, 5.0), given).any()


def test_small_eyes_have_no_detail_to_give(astronaut: Portrait) -> None:
    assert photographed([astronaut]) == []


def test_irises_and_skin_far_from_the_lids_stay_out(
    astronaut: Portrait, points: Points, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.exemplars.build.SHARP_EYE", 10.0)
    made = exemplars_of(photographed([astronaut]), points, a_lack(1.0, 0.0))
    x, y = np.rint(points[16]).astype(int)
    lid = int(points[4, 1])
    assert made.detail.shape == (1, 2, 88, 112, 3)
    assert not made.detail[:, :, y, x - 4 : x + 5].any()
    assert not made.missing[y, x].any()
    assert made.detail[:, :, lid - 3 : lid + 1].any()
    assert not made.detail[:, :, : lid - 14].any()


def test_painted_eyes_lack_detail_beside_true_ones(astronaut: Portrait, points: Points) -> None:
    lack = lacking([astronaut], points, workers=1)
    assert lack.faces == 1
    assert lack.missing.shape == (88, 112, 3)
    assert 0 < float(np.abs(lack.missing).mean()) < 0.3
    assert lack.painted.mean() < 1.5 * lack.true.mean()


def test_without_open_eyes_nothing_can_be_measured(astronaut: Portrait, points: Points) -> None:
    shut = Portrait(astronaut.path, astronaut.pixels, astronaut.landmarks[::-1].copy())
    with pytest.raises(SystemExit, match="expected open-eyed portraits"):
        lacking([shut], points, workers=1)
