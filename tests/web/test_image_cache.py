"""Pictures to look at: mixtures of variations, sizes, colours."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.photo import Photo
from open_the_eyes.service.errors import StoreAway
from open_the_eyes.service.jobs.job import PHOTO, Job, JobRequest
from open_the_eyes.service.store import ArtifactStore
from open_the_eyes.settings import Settings
from open_the_eyes.web.face_regions import FaceRegion, PhotoFaces
from open_the_eyes.web.image_cache import ImageCache
from open_the_eyes.web.picture_views import LARGE, PAGE, composed
from tests.web.sites import as_file, pixels_of

JOB = "11111111-1111-4111-8111-111111111111"
LEFT, RIGHT = Box(0.1, 0.2, 0.4, 0.5), Box(0.6, 0.2, 0.9, 0.5)


def flat(level: int) -> Rgb:
    return np.full((300, 400, 3), level, np.uint8)


def painted(box: Box, level: int) -> Rgb:
    """Grey, with a patch well inside a box."""
    out = flat(100)
    x, y = int(400 * (box.left + box.right) / 2), int(300 * (box.top + box.bottom) / 2)
    out[y - 20 : y + 20, x - 30 : x + 30] = level
    return out


def test_each_face_gets_the_eyes_of_its_own_variation() -> None:
    one = np.maximum(painted(LEFT, 200), painted(RIGHT, 210))
    two = np.minimum(painted(LEFT, 20), painted(RIGHT, 30))
    mixed = composed(flat(100), [(LEFT, one), (RIGHT, two)])
    assert mixed[105, 100, 0] == 200
    assert mixed[105, 300, 0] == 30


def test_where_nothing_is_new_nothing_is_taken() -> None:
    coded = flat(100) + np.random.default_rng(1).integers(0, 3, (300, 400, 3), dtype=np.uint8)
    assert np.array_equal(composed(flat(100), [(LEFT, coded), (RIGHT, coded)]), flat(100))


@pytest.mark.parametrize("box", [Box(0, 0, 0, 0), Box(-1, -1, 0, 0), Box(0.999, 0.999, 3, 3), Box(-9, -9, 9, 9)])
def test_boxes_at_the_border_and_beyond_are_cut(box: Box) -> None:
    assert composed(flat(100), [(box, flat(100))]).shape == (300, 400, 3)


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(str(tmp_path))


def kept(store: ArtifactStore, photo: bytes, *results: bytes) -> Job:
    """A job whose photo and results are stored, with two faces in it."""
    store.put(JOB, PHOTO, photo)
    for number, data in enumerate(results, start=1):
        store.put(JOB, f"result-{number}.jpg", data)
    listed = [
        {"variation": number, "name": f"result-{number}.jpg", "faces": [1, 2]} for number in range(1, len(results) + 1)
    ]
    return Job(JOB, JobRequest("v", {}), "done", 1, 0.0, results=listed)


def image_cache(
    store: ArtifactStore, size_wh: tuple[int, int] = (400, 300), is_there: Callable[[str], bool] = lambda _: True
) -> ImageCache:
    regions = tuple(FaceRegion(number, "closed", "", box, box, ()) for number, box in ((1, LEFT), (2, RIGHT)))
    faces = PhotoFaces(size_wh, regions)
    one = ImageCache(store, Settings(), is_there)
    one.save_faces(JOB, faces, [faces])
    return one


def test_a_mixture_shows_what_was_picked_on_each_face_and_the_photo_elsewhere(store: ArtifactStore) -> None:
    one = np.maximum(painted(LEFT, 200), painted(RIGHT, 210))
    two = np.minimum(painted(LEFT, 20), painted(RIGHT, 30))
    job = kept(store, as_file(flat(100)), as_file(one), as_file(two))
    room = image_cache(store)
    for eyes, left, right in (({}, 100, 100), ({1: 1, 2: 2}, 200, 30), ({2: 1}, 100, 210), ({1: 2, 2: 2}, 20, 30)):
        shown = pixels_of(room.whole(job, eyes))
        assert abs(int(shown[105, 100, 0]) - left) < 8
        assert abs(int(shown[105, 300, 0]) - right) < 8


def test_large_photos_are_made_small_and_close_ups_keep_their_resolution(store: ArtifactStore) -> None:
    job = kept(store, as_file(np.zeros((2000, 4000, 3), np.uint8)))
    room = image_cache(store, (4000, 2000))
    whole, eyes = pixels_of(room.whole(job, {})), pixels_of(room.close_up(job, 0, 1))
    assert max(whole.shape) == PAGE.whole_px
    assert eyes.shape[1] == PAGE.face_px
    small = kept(store, as_file(np.zeros((200, 400, 3), np.uint8)))
    store.forget(JOB)
    small = kept(store, as_file(np.zeros((200, 400, 3), np.uint8)))
    assert pixels_of(image_cache(store).close_up(small, 0, 1)).shape[:2] == (60, 120)


def test_for_a_whole_window_faces_have_the_photos_own_pixels_and_what_was_picked(store: ArtifactStore) -> None:
    fine = np.zeros((2000, 5000, 3), np.uint8)
    fine[:, ::2] = 255
    job, room = kept(store, as_file(fine), as_file(255 - fine)), image_cache(store, (5000, 2000))
    seen = LARGE.size_wh(room.load_faces(JOB).faces[0], (5000, 2000))
    face = pixels_of(room.close_up(job, 1, 1, LARGE))
    assert seen == face.shape[1::-1]
    assert seen == pytest.approx((5000 * LEFT.width * 1.5, 2000 * LEFT.height * 1.5), abs=1)
    assert np.abs(np.diff(face[..., 0].astype(int), axis=1)).mean() > 200  # each line is there
    assert max(pixels_of(room.whole(job, {}, LARGE)).shape) == LARGE.whole_px
    assert max(pixels_of(room.whole(job, {1: 1}, LARGE)).shape) == LARGE.whole_px


def test_the_profile_comes_along_and_the_place_does_not(store: ArtifactStore) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x010E] = "at Ada's house"
    file = BytesIO()
    Image.fromarray(flat(90)).save(file, "JPEG", icc_profile=profile, exif=exif)
    data = image_cache(store).whole(kept(store, file.getvalue()), {})
    with Image.open(BytesIO(data)) as shown:
        assert shown.info.get("icc_profile") == profile
        assert not shown.getexif()


@pytest.mark.parametrize(("variation", "face"), [(3, 1), (0, 7), (0, 3)], ids=["variation", "face", "face outside"])
def test_what_is_not_there_is_not_found_and_no_photo_is_read_for_it(
    store: ArtifactStore, variation: int, face: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, room = kept(store, as_file(flat(90))), image_cache(store)
    outside = Box(1, 0.2, 1, 0.5)
    regions = (*room.load_faces(JOB).faces, FaceRegion(3, "closed", "", outside, outside, ()))
    room.save_faces(JOB, PhotoFaces((400, 300), regions))
    monkeypatch.setattr(room, "_read", None)
    with pytest.raises(FileNotFoundError):
        room.close_up(job, variation, face)


def test_pictures_that_are_kept_are_shown_while_others_are_made(store: ArtifactStore) -> None:
    job, room = kept(store, as_file(flat(90))), image_cache(store)
    room.whole(job, {})
    with room._lock, ThreadPoolExecutor(1) as other:
        assert other.submit(room.close_up, job, 0, 1).result(timeout=5)


def test_a_face_of_another_shot_is_shown_with_a_little_around_it(
    store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, room = kept(store, as_file(flat(90))), image_cache(store)
    store.put(JOB, "reference-1", as_file(painted(RIGHT, 200)))
    height, width = pixels_of(room.shot_face(job, 1, 2)).shape[:2]
    assert (height, width) == (round(300 * RIGHT.height * 1.5), round(400 * RIGHT.width * 1.5))
    monkeypatch.setattr(room, "_read", None)
    for shot, face in ((1, 3), (2, 1)):
        with pytest.raises(FileNotFoundError):
            room.shot_face(job, shot, face)


def test_a_face_of_the_photo_is_shown_as_it_came_and_one_outside_of_it_hides_no_other(
    store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, room = kept(store, as_file(painted(RIGHT, 200))), image_cache(store)
    outside = Box(1, 0.2, 1, 0.5)
    regions = (*room.load_faces(JOB).faces, FaceRegion(3, "closed", "", outside, outside, ()))
    known = PhotoFaces((400, 300), regions)
    room.save_faces(JOB, known, [known])
    face = pixels_of(room.face(job, 2))
    assert face.shape[:2] == (round(300 * RIGHT.height * 1.5), round(400 * RIGHT.width * 1.5))
    assert face[face.shape[0] // 2, face.shape[1] // 2, 0] == pytest.approx(200, abs=3)
    assert pixels_of(room.face(job, 1)).max() < 120
    monkeypatch.setattr(room, "_read", None)  # nothing would be kept: each who asks would have all made again
    store.put(JOB, "reference-1", as_file(flat(90)))
    for number in (3, 4):
        with pytest.raises(FileNotFoundError):
            room.face(job, number)
        with pytest.raises(FileNotFoundError):
            room.shot_face(job, 1, number)


@pytest.mark.parametrize("ask", ["whole", "close_up", "shot", "shot_face", "face"])
def test_a_picture_that_is_made_while_its_job_is_deleted_goes_with_it(
    store: ArtifactStore, tmp_path: Path, ask: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = [True]
    job, room = kept(store, as_file(flat(90))), image_cache(store, is_there=lambda _: there[0])
    store.put(JOB, "reference-1", as_file(flat(90)))
    read = room._read

    def read_as_it_is_deleted(data: bytes) -> Photo:
        there[0] = False
        store.forget(JOB)
        return read(data)

    monkeypatch.setattr(room, "_read", read_as_it_is_deleted)
    asked: dict[str, tuple[Any, ...]] = {
        "whole": ({},),
        "close_up": (0, 1),
        "shot": (1,),
        "shot_face": (1, 1),
        "face": (1,),
    }
    with pytest.raises(FileNotFoundError):
        getattr(room, ask)(job, *asked[ask])
    assert list(tmp_path.iterdir()) == []


def test_a_picture_that_has_no_place_any_more_is_not_there_and_where_its_job_is_there_is_no_room(
    store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = [True]
    job, room = kept(store, as_file(flat(90))), image_cache(store, is_there=lambda _: there[0])

    def put(*_: object) -> None:
        raise StoreAway("expected to store print.jpg, got: no such folder; make room, or see OTE_STORE.")

    monkeypatch.setattr(store, "put", put)
    with pytest.raises(StoreAway):
        room.whole(job, {})
    there[0] = False
    with pytest.raises(FileNotFoundError):
        room.whole(job, {})


def test_prints_go_with_their_job(store: ArtifactStore, tmp_path: Path) -> None:
    job = kept(store, as_file(flat(90)))
    image_cache(store).whole(job, {})
    assert json.loads(store.get(JOB, "faces.json"))["size_wh"] == [400, 300]
    store.forget(JOB)
    assert list(tmp_path.iterdir()) == []
