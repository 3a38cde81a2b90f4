"""Which requests are attempts at one face, on either side of a process' border."""

from __future__ import annotations

import pickle
from dataclasses import replace

from open_the_eyes.models.by_face import by_face
from open_the_eyes.origins import ReferenceFace
from open_the_eyes.roles import Crop, Donor, Request


def test_attempts_at_a_face_are_told_by_what_they_share(closed_crop: Crop) -> None:
    other = replace(closed_crop)
    led = (Donor(other, ReferenceFace("b.jpg", 1, 1), 1.0),)
    requests = [Request(closed_crop, 1), Request(other, 2), Request(closed_crop, 3), Request(other, 4, donors=led)]
    assert by_face(requests) == [[0, 2], [1], [3]]
    assert by_face([]) == []


def test_requests_that_went_to_another_process_are_told_apart_as_they_were(closed_crop: Crop) -> None:
    led = (Donor(replace(closed_crop), ReferenceFace("b.jpg", 1, 1), 1.0),)
    requests = [Request(crop, seed, donors=led) for crop in (closed_crop, replace(closed_crop)) for seed in (1, 2)]
    assert by_face(pickle.loads(pickle.dumps(requests))) == by_face(requests) == [[0, 1], [2, 3]]
