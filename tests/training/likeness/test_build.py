"""What is learnt of many faces is what makes them differ, each way of differing at one size."""

from __future__ import annotations

import numpy as np
import pytest

from training.likeness.build import Rows, learnt


@pytest.fixture(scope="module")
def edges() -> Rows:
    """(400, 30): a few ways of differing, from large to small, and a little noise."""
    dice = np.random.default_rng(0)
    ways = dice.normal(size=(400, 6)) * [8, 5, 3, 2, 1, 0.5]
    return np.asarray(ways @ dice.normal(size=(6, 30)) + dice.normal(size=(400, 30)) * 0.01 + 3, np.float32)


def test_every_way_of_differing_comes_out_at_one_size(edges: Rows) -> None:
    made = learnt(edges, components=6)
    white = (edges - made["mean"]) @ (made["basis"].astype(np.float32) * made["step"])
    np.testing.assert_allclose(np.cov(white.T), np.eye(6), atol=0.05)


def test_there_are_no_more_components_than_faces_allow(
    edges: Rows,
) -> None:
    assert learnt(edges[:5])["basis"].shape == (30, 5)
