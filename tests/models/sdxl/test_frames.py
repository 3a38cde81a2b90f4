"""The frame that SDXL paints in, and the way back."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.face.mesh478 import OUTER_CORNER, SIDES
from open_the_eyes.imaging.geometry import transformed
from open_the_eyes.models.sdxl.frames import BUCKETS_WH, frame_of
from open_the_eyes.roles import Crop


def enlarged(crop: Crop, factor: float) -> Crop:
    h, w = crop.mask.shape
    size_wh = (round(w * factor), round(h * factor))
    return replace(
        crop,
        pixels=np.asarray(cv2.resize(crop.pixels, size_wh, interpolation=cv2.INTER_AREA), np.uint8),
        mask=np.asarray(cv2.resize(crop.mask, size_wh), np.float32),
        landmarks=crop.landmarks * factor,
    )


def turned(crop: Crop, degrees: float) -> Crop:
    """Its landmarks alone, about the crop's middle."""
    h, w = crop.mask.shape
    matrix = cv2.getRotationMatrix2D((w / 2, h / 2), -degrees, 1.0)
    flat = transformed(crop.landmarks, np.asarray(matrix))
    return replace(crop, landmarks=np.column_stack([flat, crop.landmarks[:, 2]]))


@pytest.mark.parametrize("factor", [0.3, 1.0, 7.0])
@pytest.mark.parametrize("degrees", [0, 30, -90, 180])
def test_eyes_lie_level_and_in_the_middle(closed_crop: Crop, factor: float, degrees: float) -> None:
    crop = turned(enlarged(closed_crop, factor), degrees)
    frame = frame_of(crop)
    assert frame.size_wh in BUCKETS_WH
    eyes = [transformed(crop.landmarks[[OUTER_CORNER[side]]], frame.from_crop)[0] for side in SIDES]
    level = (eyes[1] - eyes[0]) / np.linalg.norm(eyes[1] - eyes[0])
    assert level == pytest.approx([1, 0], abs=0.1)
    middle = (eyes[0] + eyes[1]) / 2
    assert np.abs(middle / np.array(frame.size_wh) - 0.5).max() < 0.1
    assert np.linalg.norm(eyes[1] - eyes[0]) > 0.4 * frame.size_wh[0]


@pytest.mark.parametrize(("factor", "off"), [(0.5, 1.0), (1.0, 1.0), (3.0, 1.0), (12.0, 3.0)])
def test_there_and_back_again_changes_next_to_nothing(closed_crop: Crop, factor: float, off: float) -> None:
    crop = enlarged(closed_crop, factor)
    photo = cv2.GaussianBlur(crop.pixels, (0, 0), 2.0).astype(np.float32)
    frame = frame_of(crop)
    back = frame.put_back(frame.taken(photo), (crop.pixels.shape[0], crop.pixels.shape[1]))
    assert back.shape == photo.shape
    assert np.abs(back - photo)[crop.mask > 0].mean() < off


def test_nothing_is_shifted_by_the_way_there_and_back(closed_crop: Crop) -> None:
    for factor in (0.5, 9.0):
        crop = enlarged(closed_crop, factor)
        h, w = crop.mask.shape
        ys, xs = np.mgrid[:h, :w].astype(np.float32)
        frame = frame_of(crop)
        for plane in (xs, ys):
            back = frame.put_back(frame.taken(plane), (h, w))
            assert abs(float((back - plane)[h // 3 : -h // 3, w // 3 : -w // 3].mean())) < 0.05


def test_a_frame_can_be_asked_for_smaller(closed_crop: Crop) -> None:
    full, small = frame_of(closed_crop), frame_of(closed_crop, 128)
    assert full.size_wh == (1536, 640)
    assert small.size_wh == (192, 80)


def test_landmarks_in_one_point_still_give_a_frame(closed_crop: Crop) -> None:
    crop = replace(closed_crop, landmarks=np.full_like(closed_crop.landmarks, 5.0))
    frame = frame_of(crop)
    assert np.isfinite(frame.taken(crop.mask)).all()


def test_the_crop_stays_as_it_was(closed_crop: Crop) -> None:
    photo = closed_crop.pixels.astype(np.float32)
    before = photo.copy()
    frame_of(closed_crop).taken(photo)
    assert np.array_equal(photo, before)
