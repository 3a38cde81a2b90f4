"""What a face looks like without its eyes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Rgb, Tones
from open_the_eyes.imaging.face.likeness import colours_of, edges_of
from open_the_eyes.roles import Face
from tests.faces import resized


def test_a_blink_changes_the_edges_little(portrait: Rgb, blinked: Rgb, portrait_face: Face) -> None:
    before, after = (edges_of(p, portrait_face.landmarks) for p in (portrait, blinked))
    upside_down = edges_of(np.ascontiguousarray(portrait[::-1]), portrait_face.landmarks)
    assert np.linalg.norm(before - after) < 0.35 * np.linalg.norm(before - upside_down)


def test_size_and_tilt_change_little(portrait: Rgb, portrait_face: Face) -> None:
    before = edges_of(portrait, portrait_face.landmarks)
    larger = portrait_face.landmarks * [2, 2, 2] + [0.5, 0.5, 0]
    assert np.linalg.norm(edges_of(resized(portrait, 2), larger) - before) < 0.2 * np.linalg.norm(before)


def test_a_huge_face_looks_the_same_and_costs_no_wide_blur(
    portrait: Rgb, portrait_face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    blur, sigmas = cv2.GaussianBlur, []

    def noted(picture: Tones, size: tuple[int, int], sigma: float) -> Tones:
        sigmas.append(sigma)
        return np.asarray(blur(picture, size, sigma))

    monkeypatch.setattr(cv2, "GaussianBlur", noted)
    looks = []
    for times in (1, 16):
        near = portrait_face.box.grown(0.3).within(portrait)
        face = np.kron(near.cut(portrait), np.ones((times, times, 1), np.uint8))
        marks = (portrait_face.landmarks - [near.left - 0.5, near.top - 0.5, 0]) * times - [0.5, 0.5, 0]
        looks.append((edges_of(face, marks), colours_of(face, marks)))
    (edges, colours), (large_edges, large_colours) = looks
    assert np.linalg.norm(large_edges - edges) < 0.2 * np.linalg.norm(edges)
    assert np.nanmax(np.abs(large_colours - colours)) < 2
    assert max(sigmas) < 8


def test_colours_are_those_of_skin_hair_and_clothes(portrait: Rgb, portrait_face: Face) -> None:
    skin, hair, clothes = colours_of(portrait, portrait_face.landmarks).reshape(3, 3)
    assert skin[0] > hair[0] > clothes[0]  # fair skin, brown hair, a black collar
    assert skin[1] > 130  # reddish


def test_what_lies_outside_the_photo_has_no_colour(portrait: Rgb, portrait_face: Face) -> None:
    top = int(portrait_face.box.top)
    cut = np.ascontiguousarray(portrait[top : int(portrait_face.box.bottom)])
    colours = colours_of(cut, portrait_face.landmarks - [0, top, 0]).reshape(3, 3)
    assert np.isnan(colours[2]).all()
    assert np.isfinite(colours[0]).all()


@pytest.mark.parametrize("axis", [0, 1], ids=["tall", "wide"])
def test_a_face_in_a_panorama_has_the_colours_that_it_has_alone(portrait: Rgb, portrait_face: Face, axis: int) -> None:
    h, w = portrait.shape[:2]
    before = np.broadcast_to(portrait[:1, :1], (33_000, w, 3) if axis == 0 else (h, 33_000, 3))
    panorama = np.concatenate([before, portrait], axis=axis)
    moved = portrait_face.landmarks + ([0, 33_000, 0] if axis == 0 else [33_000, 0, 0])
    assert np.allclose(colours_of(panorama, moved), colours_of(portrait, portrait_face.landmarks), atol=1)


@pytest.mark.parametrize("shift", [0.0, -400.0, 4000.0], ids=["inside", "half outside", "far outside"])
def test_any_face_has_a_look_without_trouble(portrait: Rgb, portrait_face: Face, shift: float) -> None:
    moved = portrait_face.landmarks + np.array([shift, 0, 0])
    assert np.isfinite(edges_of(portrait, moved)).all()
    assert len(colours_of(portrait, moved)) == 9


def test_the_pictures_are_left_as_they_were(portrait: Rgb, portrait_face: Face) -> None:
    before = portrait.copy()
    edges_of(portrait, portrait_face.landmarks)
    colours_of(portrait, portrait_face.landmarks)
    assert np.array_equal(portrait, before)
