"""Are the eyes really open? The table."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from open_the_eyes.engine import Engine
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.eye_change import convergence, rightwards
from open_the_eyes.imaging.face.mesh478 import EYE_RING, IRIS, SIDES
from open_the_eyes.options.eye_style import EyeStyle
from open_the_eyes.progress import NO_WATCH
from open_the_eyes.roles import Crop, Eye, Face, Patch, Watch
from open_the_eyes.stages import verify as verify_stage
from open_the_eyes.stages.crop import crop
from open_the_eyes.stages.verify import USUAL_CONVERGENCE, verify

PLAIN = EyeStyle()


@dataclass
class Measuring:
    """A detector that sees what it is told to see, and remembers what it was shown.

    Args:
        squint: how many eye widths further in than usual the left iris stands.
    """

    openness: tuple[float, float] | None
    closed: tuple[float, float] = (0.02, 0.02)
    squint: float = 0.0
    shown: list[tuple[Rgb, Face]] = field(default_factory=list)
    name: str = "measuring"

    def detect(self, pixels: Rgb, watch: Watch = NO_WATCH) -> list[Face]:
        raise NotImplementedError

    def measure(self, pixels: Rgb, face: Face) -> Face | None:
        self.shown.append((pixels, face))
        if self.openness is None:
            return None
        eyes = {s: Eye(o, c) for s, o, c in zip(SIDES, self.openness, self.closed, strict=True)}
        landmarks = face.landmarks.copy()
        across = rightwards(landmarks[EYE_RING["left"], :2], "left")
        landmarks[IRIS["left"], :2] += (USUAL_CONVERGENCE + self.squint - convergence(landmarks)) * across
        return replace(face, eyes=eyes, landmarks=landmarks)


def a_patch(crop: Crop, score: float = 0.0) -> Patch:
    return Patch(crop.pixels.astype(np.float32), crop.mask.copy(), 0, score)


@pytest.mark.parametrize(
    ("openness", "closed", "style", "words"),
    [
        pytest.param((1.0, 1.0), (0.0, 0.0), PLAIN, "", id="open"),
        pytest.param(None, (0.0, 0.0), PLAIN, "no longer recognised", id="no face any more"),
        pytest.param((0.1, 1.0), (0.0, 0.0), PLAIN, "measured closed", id="left stayed shut"),
        pytest.param((1.0, 0.1), (0.0, 0.0), PLAIN, "measured closed", id="right stayed shut"),
        pytest.param((1.0, 1.0), (0.0, 0.9), PLAIN, "looked closed", id="the lids say open, the pixels do not"),
        pytest.param((0.7, 1.3), (0.0, 0.0), PLAIN, "differently open", id="a pair that is none"),
        pytest.param((0.35, 0.35), (0.0, 0.0), PLAIN, "measured closed", id="half open is not enough"),
        pytest.param((0.35, 0.35), (0.9, 0.9), EyeStyle(openness=0.5), "", id="unless it was asked for"),
        pytest.param((0.1, 0.1), (0.9, 0.9), EyeStyle(openness=0.5), "measured closed", id="less than asked"),
    ],
)
def test_the_verdict(
    blinked: Rgb,
    closed_crop: Crop,
    openness: tuple[float, float] | None,
    closed: tuple[float, float],
    style: EyeStyle,
    words: str,
) -> None:
    verdict = verify(blinked, closed_crop, a_patch(closed_crop), closed_crop.pixels, Measuring(openness, closed), style)
    assert words in verdict.reason
    assert verdict.passed == (words == "")


def test_an_eye_that_was_not_painted_does_not_count_against_the_face(blinked: Rgb, blinked_face: Face) -> None:
    one = crop(blinked, blinked_face, ("left",))
    verdict = verify(blinked, one, a_patch(one), one.pixels, Measuring((1.0, 0.9), (0.0, 0.95)), PLAIN)
    assert verdict.passed


@pytest.mark.parametrize("outside", [True, False])
def test_an_eye_that_cannot_be_seen_need_not_agree_with_the_other(
    blinked: Rgb, blinked_face: Face, outside: bool
) -> None:
    one = crop(blinked, blinked_face, ("left",))
    gone = {**blinked_face.eyes, "right": Eye(0.0, 0.0, covered=True, outside=outside)}
    detector = Measuring((1.0, 0.1), (0.0, 0.0))
    assert "differently open" in verify(blinked, one, a_patch(one), one.pixels, detector, PLAIN).reason
    cut_off = replace(one, face=replace(blinked_face, eyes=gone))
    assert verify(blinked, cut_off, a_patch(one), one.pixels, detector, PLAIN).passed


@pytest.mark.parametrize("everywhere", [False, True], ids=["a patch of the eyes", "a patch that reaches further"])
def test_a_visible_border_is_a_fault(blinked: Rgb, closed_crop: Crop, everywhere: bool) -> None:
    loud = np.where((closed_crop.mask > 0)[..., None], np.uint8(0), closed_crop.pixels)
    patch = a_patch(closed_crop)
    patch = replace(patch, mask=np.ones_like(patch.mask)) if everywhere else patch
    verdict = verify(blinked, closed_crop, patch, loud, Measuring((1.0, 1.0)), PLAIN)
    assert "border" in verdict.reason


@pytest.mark.parametrize(
    ("by", "yaw", "style", "words"),
    [
        pytest.param(0.0, 0.0, PLAIN, "", id="as most"),
        pytest.param(0.14, 0.0, PLAIN, "", id="as few"),
        pytest.param(0.2, 0.0, PLAIN, "different ways (by 0.20", id="inward"),
        pytest.param(-0.2, 0.0, PLAIN, "different ways (by 0.20", id="outward"),
        pytest.param(0.2, -30.0, PLAIN, "", id="a turned head"),
        pytest.param(0.2, 0.0, EyeStyle(gaze=(-1.0, 0.0)), "", id="a gaze that was asked for"),
    ],
)
def test_both_eyes_look_the_same_way(
    blinked: Rgb, closed_crop: Crop, by: float, yaw: float, style: EyeStyle, words: str
) -> None:
    turned = replace(closed_crop, face=replace(closed_crop.face, yaw_deg=yaw))
    verdict = verify(blinked, turned, a_patch(turned), turned.pixels, Measuring((1.0, 1.0), squint=by), style)
    assert words in verdict.reason
    assert (None if verdict.fault is None else verdict.fault.kind) == ("squint" if words else None)


@pytest.mark.parametrize(("laid_in", "passes"), [(0.2, True), (0.02, False), (0.34, True), (0.4, False)])
def test_a_donors_eyes_may_look_as_they_do_in_their_own_photo(
    blinked: Rgb, closed_crop: Crop, laid_in: float, passes: bool
) -> None:
    patch = replace(a_patch(closed_crop), convergence=USUAL_CONVERGENCE + 0.2)
    verdict = verify(blinked, closed_crop, patch, closed_crop.pixels, Measuring((1.0, 1.0), squint=laid_in), PLAIN)
    assert verdict.passed == passes


def test_an_eye_that_is_covered_need_not_look_where_the_other_does(blinked: Rgb, blinked_face: Face) -> None:
    hidden = {**blinked_face.eyes, "right": Eye(1.0, 0.0, covered=True)}
    one = crop(blinked, replace(blinked_face, eyes=hidden), ("left",))
    assert verify(blinked, one, a_patch(one), one.pixels, Measuring((1.0, 1.0), squint=0.3), PLAIN).passed


@pytest.mark.parametrize(
    ("yaw", "gap", "passes"),
    [(0, 0.4, True), (0, 0.5, False), (-22.5, 0.55, True), (45, 0.7, True), (45, 0.8, False), (90, 0.8, False)],
)
def test_eyes_of_a_turned_head_may_differ_a_little_more(
    blinked: Rgb, closed_crop: Crop, yaw: float, gap: float, passes: bool
) -> None:
    turned = replace(closed_crop, face=replace(closed_crop.face, yaw_deg=yaw))
    detector = Measuring((1 + gap / 2, 1 - gap / 2))
    assert verify(blinked, turned, a_patch(turned), turned.pixels, detector, PLAIN).passed == passes


@pytest.mark.parametrize(("levels", "passes"), [(33, True), (40, False)])
def test_a_border_as_good_results_have_is_none(
    blinked: Rgb, closed_crop: Crop, monkeypatch: pytest.MonkeyPatch, levels: float, passes: bool
) -> None:
    monkeypatch.setattr(verify_stage, "seam_step", lambda *_: float(levels))
    patch, detector = a_patch(closed_crop), Measuring((1.0, 1.0))
    assert verify(blinked, closed_crop, patch, closed_crop.pixels, detector, PLAIN).passed == passes


def test_better_eyes_score_higher(blinked: Rgb, closed_crop: Crop) -> None:
    def score(openness: tuple[float, float] | None, closed: float = 0.0, own: float = 0.0, yaw: float = 0.0) -> float:
        detector = Measuring(openness, (closed, closed))
        one = replace(closed_crop, face=replace(closed_crop.face, yaw_deg=yaw))
        return verify(blinked, one, a_patch(one, own), one.pixels, detector, PLAIN).score

    assert score((1.0, 1.0)) > score((0.8, 0.8)) > score((0.6, 0.6)) > score(None)
    assert score((1.0, 1.0)) > score((1.0, 1.0), closed=0.4)
    assert score((1.0, 1.0), own=1.0) > score((1.0, 1.0))
    assert score((0.9, 0.9)) > score((0.7, 1.1))
    assert score((1.0, 1.0)) > score((1.1, 0.9)) + 0.08
    assert score((1.0, 1.0), yaw=45) == score((1.0, 1.0))  # that they may differ more is no merit
    assert score((1.0, 1.0), own=-99.0) == score((1.0, 1.0), own=-3.0) < score((1.0, 1.0), own=-2.0)


def test_the_detector_is_shown_the_new_eyes_in_place(blinked: Rgb, closed_crop: Crop) -> None:
    new = np.random.default_rng(0).integers(0, 256, closed_crop.pixels.shape, dtype=np.uint8)
    detector = Measuring((1.0, 1.0))
    verify(blinked, closed_crop, a_patch(closed_crop), new, detector, PLAIN)
    pixels, face = detector.shown[0]
    shift = np.rint((closed_crop.face.landmarks - face.landmarks)[0, :2]).astype(int)
    wanted = blinked.copy()
    closed_crop.window.cut(wanted)[closed_crop.mask > 0] = new[closed_crop.mask > 0]
    h, w = pixels.shape[:2]
    assert np.array_equal(pixels, wanted[shift[1] : shift[1] + h, shift[0] : shift[0] + w])
    assert face.box.centre_xy[0] + shift[0] == pytest.approx(closed_crop.face.box.centre_xy[0])


def test_the_real_detector_tells_open_from_closed(
    engine: Engine, portrait: Rgb, blinked: Rgb, closed_crop: Crop
) -> None:
    patch = a_patch(closed_crop)
    still = verify(blinked, closed_crop, patch, closed_crop.pixels, engine.detector, PLAIN)
    true = verify(blinked, closed_crop, patch, closed_crop.window.cut(portrait), engine.detector, PLAIN)
    assert not still.passed
    assert true.passed
    assert true.score > still.score
    assert all(true.openness[side] > 0.7 > still.openness[side] for side in SIDES)


@pytest.mark.parametrize(
    ("likeness", "known", "words"),
    [
        pytest.param(0.9, True, "", id="the same person"),
        pytest.param(0.2, True, "no longer looked like the same person (likeness 0.20)", id="somebody else"),
        pytest.param(0.2, False, "", id="a detector that cannot tell"),
    ],
)
def test_a_face_has_to_stay_the_same_person(
    blinked: Rgb, closed_crop: Crop, likeness: float, known: bool, words: str
) -> None:
    before, after = np.zeros(512, np.float32), np.zeros(512, np.float32)
    before[0], after[:2] = 1, (likeness, np.sqrt(1 - likeness**2))
    person = replace(closed_crop, face=replace(closed_crop.face, embedding=before if known else None))

    class Knowing(Measuring):
        def measure(self, pixels: Rgb, face: Face) -> Face | None:
            again = super().measure(pixels, face)
            return None if again is None else replace(again, embedding=after if known else None)

    verdict = verify(blinked, person, a_patch(person), person.pixels, Knowing((1.0, 1.0)), PLAIN)
    assert words in verdict.reason
    assert verdict.passed == (words == "")
