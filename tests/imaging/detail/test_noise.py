"""A photo's noise: told from everything else that is fine, and given to what was painted."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Plane, Points, Tones
from open_the_eyes.imaging.detail.grain import fine_part
from open_the_eyes.imaging.detail.noise import FINE, noise_of, with_noise
from open_the_eyes.imaging.face.cheeks import cheek_places, cheeks
from open_the_eyes.imaging.luma import luma_of
from open_the_eyes.roles import Face

SIZE_HW = (512, 512)
FOREHEAD_STARTS = [55, 285]
"""Points of the mesh at the brows' inner ends."""


@pytest.fixture
def landmarks(portrait_face: Face) -> Points:
    """The portrait's, in a picture of its size."""
    return portrait_face.landmarks


@pytest.fixture
def covered(landmarks: Points) -> NDArray[np.bool_]:
    """All over the middle of the cheeks' upper half, where eyes would be painted."""
    out = np.zeros(SIZE_HW, np.bool_)
    x, y = np.rint(cheek_places(landmarks, 8, 24).min(axis=0)).astype(int)
    out[y - 30 : y + 6, x : x + 90] = True
    return out


def noised(painted: Tones, photo: Tones, covered: NDArray[np.bool_], landmarks: Points, seed: int = 0) -> Tones:
    """What is painted over all that is covered, with the photo's noise."""
    return with_noise(painted, photo, covered, noise_of(photo, covered, landmarks), seed)


def skin(strength: float, blur: float = 0.5) -> Tones:
    """Even skin with normal noise."""
    noise = cv2.GaussianBlur(np.random.default_rng(3).normal(0, 1, (*SIZE_HW, 3)).astype(np.float32), (0, 0), blur)
    return np.asarray((190, 150, 130) + strength * noise / noise.std(), np.float32)


def fine(tones: Tones) -> Plane:
    return fine_part(luma_of(tones), FINE)


@pytest.mark.parametrize("strength", [6.0, 14.0])
@pytest.mark.parametrize("blur", [0.3, 0.6])
def test_noise_is_as_strong_as_it_is(
    landmarks: Points, covered: NDArray[np.bool_], strength: float, blur: float
) -> None:
    photo = skin(strength, blur)
    found = noise_of(photo, covered, landmarks)
    assert found.level == pytest.approx(fine(photo).std(), rel=0.15)
    assert found.seen > 0.5


def scratched() -> Tones:
    out = skin(1)
    out[:, ::31] -= 60
    out[::37] += 40
    return out


def blotched() -> Tones:
    """Noise in one half of the picture alone."""
    out = skin(1)
    out[:, 256:] = skin(12)[:, 256:]
    out[180:] = skin(1)[180:]
    return out


@pytest.mark.parametrize(
    "photo",
    [skin(0), skin(1), skin(8, 4.0), scratched(), blotched()],
    ids=["even", "hardly any", "blurred", "scratched", "blotched"],
)
def test_what_is_even_or_blurred_or_not_everywhere_is_no_noise(
    landmarks: Points, covered: NDArray[np.bool_], photo: Tones
) -> None:
    assert noise_of(photo, covered, landmarks).seen == 0
    painted = skin(0)
    assert noised(painted, photo, covered, landmarks) is painted


def above_the_brows(landmarks: Points) -> slice:
    return slice(0, int(landmarks[FOREHEAD_STARTS, 1].min()))


def test_what_is_evenly_on_the_cheeks_and_not_on_the_forehead_is_no_noise(
    landmarks: Points, covered: NDArray[np.bool_]
) -> None:
    lettered = skin(8)
    assert noise_of(lettered, covered, landmarks).seen > 0.5
    forehead = above_the_brows(landmarks)
    lettered[forehead] = skin(1)[forehead]
    assert noise_of(lettered, covered, landmarks).seen == 0


@pytest.mark.parametrize("colour", [(20, 15, 12), (255, 255, 255)], ids=["hair", "burnt out"])
def test_a_forehead_of_which_no_skin_is_seen_tells_nothing_of_noise(
    landmarks: Points, covered: NDArray[np.bool_], colour: tuple[int, int, int]
) -> None:
    photo = skin(8)
    photo[above_the_brows(landmarks)] = colour
    assert noise_of(photo, covered, landmarks).seen == noise_of(skin(8), covered, landmarks).seen


def test_too_little_skin_tells_nothing(landmarks: Points) -> None:
    everything = np.ones(SIZE_HW, np.bool_)
    assert noise_of(skin(8), everything, landmarks).seen == 0
    assert noise_of(skin(8), ~everything, landmarks / 20).seen == 0
    assert noise_of(skin(8), ~everything, landmarks + 2000).seen == 0
    assert noise_of(skin(8)[:1, :1], ~everything[:1, :1], landmarks).seen == 0


def test_what_is_painted_gets_noise_like_that_around_it_and_only_where_it_is_new(
    landmarks: Points, covered: NDArray[np.bool_]
) -> None:
    painted, photo = skin(0), skin(8)
    before = painted.copy()
    out = noised(painted, photo, covered, landmarks)
    assert np.array_equal(painted, before)
    assert np.array_equal(out[~covered], painted[~covered])
    assert fine(out)[covered].std() == pytest.approx(fine(photo)[~covered].std(), rel=0.2)
    assert abs(float((out - painted)[covered].mean())) < 0.5


def test_noise_that_is_there_is_not_given_twice(landmarks: Points, covered: NDArray[np.bool_]) -> None:
    photo = skin(8)
    again = noised(photo, photo, covered, landmarks)
    assert fine(again)[covered].std() < 1.2 * fine(photo)[covered].std()


def test_edges_of_what_was_painted_do_not_pass_for_noise(landmarks: Points, covered: NDArray[np.bool_]) -> None:
    painted = skin(0)
    painted[::12] -= 90
    out = noised(painted, skin(8), covered, landmarks)
    between = np.zeros(SIZE_HW, np.bool_)
    between[5::12] = between[6::12] = between[7::12] = True
    assert (out - painted)[covered & between].std() > 4


def test_a_watermark_is_not_copied(landmarks: Points, covered: NDArray[np.bool_]) -> None:
    photo = skin(8)
    x, y = np.rint(cheek_places(landmarks, 8, 24)[-1]).astype(int)
    cv2.line(photo, (x - 60, y), (x + 60, y), (255, 255, 255), 3)
    out = noised(skin(0), photo, covered, landmarks)
    assert np.abs(out - skin(0)).max() < 45


def test_a_seed_gives_the_same_noise_and_another_seed_another(landmarks: Points, covered: NDArray[np.bool_]) -> None:
    one, again, other = (noised(skin(0), skin(8), covered, landmarks, seed) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_cheeks_lie_below_the_eyes_and_leave_out_what_is_covered(landmarks: Points, covered: NDArray[np.bool_]) -> None:
    found = cheeks(landmarks, covered)
    assert not (found & covered).any()
    rows = np.nonzero(found.any(axis=1))[0]
    assert rows.min() > landmarks[[33, 263], 1].min()
    places = np.rint(cheek_places(landmarks, 8, 24)).astype(int)
    assert (found | covered)[places[:, 1], places[:, 0]].mean() > 0.9
