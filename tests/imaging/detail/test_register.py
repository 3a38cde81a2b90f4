"""Pictures of the same skin are laid exactly on each other; of other things, not at all."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Rgb, Tones, to_tones
from open_the_eyes.imaging.detail.register import registered
from open_the_eyes.imaging.geometry import transformed
from tests.faces import HEAD

KNOWN = np.ones((220, 230), np.float32)
CORNERS = np.array([[60.0, 60.0], [170.0, 60.0], [60.0, 160.0], [170.0, 160.0]])


@pytest.fixture
def head(portrait: Rgb) -> Tones:
    return to_tones(portrait[HEAD])


@pytest.mark.parametrize(
    "move",
    [[[1, 0, 2.5], [0, 1, -1.5]], [[1.02, 0.01, -2], [-0.01, 0.99, 3]], [[1, 0, 0], [0, 1, 0]]],
    ids=["shift", "affine", "nothing"],
)
@pytest.mark.parametrize("light", [1.0, 0.7])
@pytest.mark.parametrize("size", [60.0, 160.0], ids=["small", "reduced"])
def test_a_small_move_is_found_to_a_fraction_of_a_pixel(
    head: Tones, move: list[list[float]], light: float, size: float
) -> None:
    matrix = np.array(move, float)
    moving = cv2.warpAffine(head, matrix, (230, 220), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101) * light
    found, alike = registered(np.asarray(moving, np.float32), head, KNOWN, size)
    assert alike > 0.97
    assert np.abs(transformed(CORNERS, found) - transformed(CORNERS, matrix)).max() < 0.4


def test_what_is_found_on_reduced_pictures_holds_for_the_large_ones(head: Tones) -> None:
    """Half a pixel of the small picture is three of the large one."""
    large = np.asarray(cv2.resize(head, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC), np.float32)
    matrix = np.array([[1.03, 0.03, -40.0], [-0.03, 0.97, 12.0]])
    moving = cv2.warpAffine(large, matrix, (920, 880), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    found, alike = registered(np.asarray(moving, np.float32), large, np.ones((880, 920), np.float32), 500.0)
    assert alike > 0.97
    apart = transformed(4.0 * CORNERS, found) - transformed(4.0 * CORNERS, matrix)
    assert np.abs(apart.mean(axis=0)).max() < 0.15


def test_other_pictures_are_not_alike(head: Tones) -> None:
    assert registered(np.ascontiguousarray(head[::-1]), head, KNOWN, 60.0)[1] < 0.5


@pytest.mark.parametrize("known", [0.0, 0.5], ids=["nothing known", "nothing sure"])
def test_where_nothing_is_known_nothing_is_claimed(head: Tones, known: float) -> None:
    matrix, alike = registered(head, head, KNOWN * np.float32(known), 60.0)
    assert alike == -1
    assert np.array_equal(matrix, np.eye(2, 3))


def test_flat_pictures_give_the_identity() -> None:
    flat = np.full((220, 230, 3), 100, np.float32)
    matrix, _ = registered(flat, flat, KNOWN, 60.0)
    assert np.isfinite(matrix).all()
