"""What a network may do to an eye, and what it may not: the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from open_the_eyes.imaging.arrays import Rgb, to_levels, to_tones
from open_the_eyes.imaging.face.mesh478 import EYE_RING, IRIS, SIDES, Side
from open_the_eyes.options import RestoreOptions
from open_the_eyes.progress import NO_WATCH
from open_the_eyes.roles import Eye, Face, Patch, Watch
from open_the_eyes.stages.blend import Look, looks_of
from open_the_eyes.stages.crop import crop
from open_the_eyes.stages.restore import restore

OPEN, SHUT, LOOKS_SHUT, LESS, MORE = Eye(1.0, 0.02), Eye(0.1, 0.9), Eye(1.0, 0.8), Eye(1.0, 0.7), Eye(1.0, 0.85)
Pair = tuple[Eye, Eye]
MOVED = 0.15
"""Of an eye's width, to the right and down: so far a network that shifts an eye takes it."""


@dataclass
class Measuring:
    """A detector that sees one pair of eyes after the other, and remembers which faces it was asked about."""

    pairs: tuple[Pair, ...]
    moved: tuple[int, ...] = ()
    asked: list[Face] = field(default_factory=list)
    name: str = "measuring"

    def detect(self, pixels: Rgb, watch: Watch = NO_WATCH) -> list[Face]:
        raise NotImplementedError

    def measure(self, pixels: Rgb, face: Face) -> Face | None:  # noqa: ARG002 -- the role has it
        eyes: dict[Side, Eye] = dict(zip(SIDES, self.pairs[len(self.asked)], strict=True))
        self.asked.append(face)
        marks = face.landmarks.copy()
        if len(self.asked) > 1:
            marks[list(self.moved), :2] += MOVED * np.ptp(marks[EYE_RING["left"], 0])
        return replace(face, eyes=eyes, landmarks=marks)


@dataclass
class Casting:
    """A restorer that only gives the whole picture a cast."""

    cast: tuple[int, int, int]
    name: str = "casting"

    def restore(self, faces: Sequence[Rgb], fidelity: float, watch: Watch = NO_WATCH) -> list[Rgb]:  # noqa: ARG002
        return [to_levels(to_tones(face) + np.array(self.cast, np.float32)) for face in faces]


def restored(
    portrait: Rgb, face: Face, detector: Measuring, cast: tuple[int, int, int] = (0, 0, 0), *, whole_face: bool = False
) -> Look:
    """The face when its left eye was opened."""
    eyes = crop(portrait, face, ("left",))
    looks = looks_of(eyes, [Patch(to_tones(eyes.pixels), eyes.mask.copy(), 0, 0.0)])
    options = RestoreOptions(restorer="gfpgan", whole_face=whole_face)
    ((look,),) = restore(portrait, {1: looks}, Casting(cast), options, detector).values()
    return look


@pytest.mark.parametrize(
    ("before", "after", "whole_face", "words"),
    [
        pytest.param((OPEN, OPEN), (OPEN, OPEN), False, "", id="all is well"),
        pytest.param((OPEN, OPEN), (SHUT, OPEN), False, "it closed an eye", id="the new eye shut"),
        pytest.param((OPEN, OPEN), (OPEN, SHUT), True, "it closed an eye", id="the other shut, where it is taken"),
        pytest.param((OPEN, OPEN), (OPEN, SHUT), False, "", id="the other shut, which is not taken"),
        pytest.param((LOOKS_SHUT, OPEN), (LESS, OPEN), False, "", id="it looked shut before, and more so"),
        pytest.param((LOOKS_SHUT, OPEN), (MORE, OPEN), False, "it closed an eye", id="it looks more shut than before"),
    ],
)
def test_only_a_network_that_shuts_an_eye_that_is_taken_is_not_listened_to(
    portrait: Rgb, portrait_face: Face, before: Pair, after: Pair, whole_face: bool, words: str
) -> None:
    look = restored(portrait, portrait_face, Measuring((before, after)), whole_face=whole_face)
    assert words in look.note
    assert bool(look.note) == bool(words)


@pytest.mark.parametrize(
    ("points", "words"),
    [
        pytest.param(EYE_RING["left"], "it changed the shape of an eye", id="the lids"),
        pytest.param(IRIS["left"], "it changed where an eye looks", id="the iris"),
        pytest.param(EYE_RING["right"], "", id="lids that are not taken"),
        pytest.param(IRIS["right"], "", id="an iris that is not taken"),
    ],
)
def test_a_network_that_moves_lids_or_iris_is_not_listened_to(
    portrait: Rgb, portrait_face: Face, points: Sequence[int], words: str
) -> None:
    look = restored(portrait, portrait_face, Measuring(((OPEN, OPEN),) * 2, tuple(points)))
    assert words in look.note
    assert bool(look.note) == bool(words)


def test_a_cast_of_the_whole_face_is_no_other_colour_of_an_eye(portrait: Rgb, portrait_face: Face) -> None:
    assert restored(portrait, portrait_face, Measuring(((OPEN, OPEN),) * 2), (0, 20, -40)).note == ""


def test_nobody_is_known_by_what_the_network_made(portrait: Rgb, portrait_face: Face) -> None:
    """Who it is is asked of the finished photo, and asking takes a network of its own."""
    known, detector = replace(portrait_face, embedding=np.ones(512, np.float32)), Measuring(((OPEN, OPEN),) * 2)
    restored(portrait, known, detector)
    assert [face.embedding for face in detector.asked] == [None, None]
