"""Sessions of the page without a photo or a job behind them."""

from __future__ import annotations

from open_the_eyes.imaging.geometry import Box
from open_the_eyes.roles import Outcome
from open_the_eyes.web.edit_session import EditSession, Preview, new_session
from open_the_eyes.web.eye_styles import EyeStyles
from open_the_eyes.web.face_regions import FaceRegion, PhotoFaces


def face(number: int, outcome: Outcome) -> FaceRegion:
    left = number / 10
    return FaceRegion(number, outcome, "", Box(left, 0.2, left + 0.05, 0.4), Box(left, 0.2, left + 0.05, 0.3), ())


def session(*outcomes: Outcome, names: tuple[str, ...] = ("party.jpg",)) -> EditSession:
    faces = tuple(face(number, outcome) for number, outcome in enumerate(outcomes, start=1))
    return new_session(names, "0" * 8, PhotoFaces((400, 300), faces))


def seen(*outcomes: Outcome, names: tuple[str, ...] = ("party.jpg",)) -> EditSession:
    came = session(*outcomes, names=names)
    attempts = {one.id: (0, 2) for one in came.faces if one.choosable}
    return came.with_preview(Preview(came.job, EyeStyles(), attempts, {}))
