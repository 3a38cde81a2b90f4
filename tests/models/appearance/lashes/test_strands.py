"""How many lashes an eye gets, and how long and thick they are."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from open_the_eyes.models.appearance.lashes.own_lashes import Lashes
from open_the_eyes.models.appearance.lashes.strands import FINER, strands
from tests.models.appearance.arched_eye import an_eye

BLACK = Lashes(np.array([20, 15, 12], np.float32), 0.8, 0.14, 1.1, 0.0, 90.0)


def test_large_eyes_have_more_and_thinner_lashes_that_cover_as_much() -> None:
    eye = an_eye(0.4)
    small, large = (
        strands(replace(eye, ring=eye.ring * k), BLACK, np.random.default_rng(0))[0].astype(np.float32) for k in (1, 3)
    )
    assert len(large) == pytest.approx(FINER[1] * len(small), rel=0.1)
    roots = [np.median(np.linalg.norm(outlines[:, 0] - outlines[:, -1], axis=1)) for outlines in (small, large)]
    assert roots[1] == pytest.approx(roots[0] / FINER[1], rel=0.05)
    areas = [sum(cv2.contourArea(outline) for outline in outlines) for outlines in (small, large)]
    assert areas[1] == pytest.approx(areas[0], rel=0.1)


@pytest.mark.parametrize(("times", "longer"), [(1, 1.0), (3, 1.5)], ids=["small", "large"])
def test_mascara_lengthens_the_upper_lashes_of_large_eyes(times: int, longer: float) -> None:
    eye = an_eye(0.4)
    shape = replace(eye, ring=eye.ring * times)
    bare, made_up = (strands(shape, replace(BLACK, made_up=m), np.random.default_rng(0))[0] for m in (0.0, 1.0))
    lengths = [np.linalg.norm(one[:, 7] - one[:, 0], axis=1) for one in (bare, made_up)]
    upper = bare[:, 7, 1] < bare[:, 0, 1]
    assert np.median(lengths[1][upper] / lengths[0][upper]) == pytest.approx(longer, rel=0.02)
    assert np.median(lengths[1][~upper] / lengths[0][~upper]) == pytest.approx(1, rel=0.02)


def test_lower_lashes_grow_most_in_the_outer_half() -> None:
    outer, inner = np.mean([_covered_below(np.random.default_rng(seed)) for seed in range(8)], axis=0)
    assert outer > 1.2 * inner > 0


def _covered_below(rng: np.random.Generator) -> tuple[float, float]:
    """How much lower lashes cover in the outer half, without those over the corner, and in the inner one."""
    outlines, opaque = strands(an_eye(0.4), BLACK, rng)
    covered = opaque * [cv2.contourArea(outline.astype(np.float32)) for outline in outlines]
    u, lower = outlines[:, 0, 0], outlines[:, 7, 1] > outlines[:, 0, 1]
    return covered[lower & (u > 0.12) & (u < 0.42)].sum(), covered[lower & (u > 0.42)].sum()


def test_lower_lashes_differ_in_length_and_slant() -> None:
    outlines, _ = strands(an_eye(0.4), BLACK, np.random.default_rng(0))
    lower = outlines[outlines[:, 7, 1] > outlines[:, 0, 1]]
    ways = lower[:, 7] - (lower[:, 0] + lower[:, -1]) / 2
    lengths = np.linalg.norm(ways, axis=1)
    assert lengths.std() > 0.25 * lengths.mean()
    assert np.arctan2(ways[:, 0], ways[:, 1]).std() > 0.2
