"""Where the tones of pictures end."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from open_the_eyes.imaging.light.tonal_range import TonalRange, tones_across, within_photo


def plain(level: int, count: int = 1000) -> np.typing.NDArray[np.uint8]:
    return np.full((count, 3), level, np.uint8)


def test_the_darkest_and_the_brightest_of_several_pictures_count() -> None:
    seen = TonalRange.of([np.vstack([plain(60), plain(100)]), np.vstack([plain(70), plain(200)])])
    assert seen.darkest.tolist() == [60, 60, 60]
    assert seen.brightest == pytest.approx(200, abs=0.01)


def test_each_colour_has_its_own_darkest_and_single_pixels_do_not_count() -> None:
    pixels = np.vstack([plain(120), plain(0, 2)])
    pixels[:40, 2] = 30
    assert TonalRange.of([pixels]).darkest.tolist() == [120, 120, 30]


@pytest.mark.parametrize("pictures", [[], [plain(0, 0)]], ids=["no picture", "an empty one"])
def test_what_is_not_seen_is_usual(pictures: list[np.typing.NDArray[np.uint8]]) -> None:
    seen = TonalRange.of(pictures)
    assert (seen.darkest.tolist(), seen.brightest) == ([0, 0, 0], 255)


def test_black_beyond_the_photos_edge_is_not_in_it_and_black_inside_is() -> None:
    view = np.full((50, 50, 3), 90, np.uint8)
    view[:10] = 0
    view[30:34, 20:24] = 0
    there = within_photo(view)
    assert not there[:12].any()
    assert there[13:-2, 2:-2].all()
    assert within_photo(np.full_like(view, 90))[2:-2, 2:-2].all()
    assert not within_photo(np.zeros_like(view)).any()


@pytest.mark.parametrize("size_hw", [(1, 1), (90, 120), (4000, 3000), (20, 40_000)])
def test_a_whole_photo_is_told_by_what_lies_all_across_it(size_hw: tuple[int, int]) -> None:
    photo = np.full((*size_hw, 3), 200, np.uint8)
    photo[: size_hw[0] // 4, : max(size_hw[1] // 2, 1)] = 40
    seen = tones_across(photo)
    assert seen.darkest.tolist() == [40 if size_hw[0] > 1 else 200] * 3
    assert seen.brightest == pytest.approx(200, abs=0.01)


@pytest.mark.parametrize("wide", [1, 2, 30, 300])
@pytest.mark.parametrize("level", [0, 20, 255])
def test_a_frame_around_a_photo_tells_nothing_of_it(wide: int, level: int) -> None:
    photo = np.random.default_rng(0).integers(60, 220, (700, 900, 3)).astype(np.uint8)
    framed = cv2.copyMakeBorder(photo, wide, wide, wide, wide, cv2.BORDER_CONSTANT, value=(level,) * 3)
    barred = np.vstack([np.full((80, 900, 3), level, np.uint8), photo])
    for seen in (tones_across(np.asarray(framed)), tones_across(barred)):
        assert seen.darkest.min() >= 60
        assert seen.brightest <= 220
