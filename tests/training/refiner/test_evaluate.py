"""What the refiner is worth: the measures, and who is measured."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from open_the_eyes.imaging.face.mesh478 import IRIS
from training.faces import Portrait
from training.refiner.evaluate import WAYS, eye_to_cheek, generators, looks_of
from training.refiner.held_out import held_out


def test_sharper_eyes_stand_out_more_from_the_cheeks(astronaut: Portrait) -> None:
    eyes = np.zeros(astronaut.pixels.shape[:2], np.float32)
    for side in ("left", "right"):
        x, y = np.rint(astronaut.landmarks[IRIS[side][0], :2]).astype(int)
        cv2.ellipse(eyes, (int(x), int(y)), (14, 8), 0, 0, 360, (1.0,), -1)
    soft = np.where(eyes[..., None] > 0, cv2.GaussianBlur(astronaut.pixels, (0, 0), 2), astronaut.pixels)
    sharp, blurred = (
        eye_to_cheek(np.asarray(p, np.uint8), astronaut.landmarks, eyes) for p in (astronaut.pixels, soft)
    )
    assert blurred < 0.9 * sharp


def test_a_portrait_is_looked_at_untouched_and_in_all_ways(astronaut: Portrait) -> None:
    looks = looks_of(astronaut, generators())
    assert list(looks) == ["untouched", *WAYS]
    assert all(len(look.eyes) == 2 for look in looks.values())
    for way in WAYS:
        assert 0 < looks[way].measured["L1"] < 0.2
        assert 0.1 < looks[way].measured["SSIM"] < 1
    for one, other in pairwise(look.eyes[0] for look in looks.values()):
        assert not np.array_equal(one, other)


def test_of_a_folder_with_people_who_are_held_out_those_alone_are_taken(tmp_path: Path) -> None:
    for name in ("a/008_neutral.jpg", "a/007_neutral.jpg", "b/bm_1.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    taken = [path.name for path in held_out([tmp_path / "a", tmp_path / "b"])]
    assert taken == ["008_neutral.jpg", "bm_1.jpg"]
