"""A restored look that fails verification gives way to the look before it was restored."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from open_the_eyes.engine import Engine
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.options.attempt import Attempt
from open_the_eyes.options.eye_style import EyeStyle
from open_the_eyes.roles import Crop, Patch
from open_the_eyes.stages.blend import Look
from open_the_eyes.stages.judge import judge

PLAIN = EyeStyle()


def look_of(crop: Crop, opened: Rgb) -> Look:
    return Look(crop, Patch(opened.astype(np.float32), crop.mask.copy(), 7, 0.0), opened)


def test_a_look_that_passes_is_taken_as_it_is(engine: Engine, portrait: Rgb, blinked: Rgb, closed_crop: Crop) -> None:
    open_eyed = look_of(closed_crop, closed_crop.window.cut(portrait))
    candidate = judge(blinked, Attempt(3), replace(open_eyed, plain=open_eyed, note="kept"), engine.detector, PLAIN)
    assert candidate.verdict.passed
    assert (candidate.attempt, candidate.note) == (Attempt(3), "kept")
    assert candidate.crop is closed_crop


def test_a_restored_look_that_fails_gives_way_and_says_why(
    engine: Engine, portrait: Rgb, blinked: Rgb, closed_crop: Crop
) -> None:
    plain = look_of(closed_crop, closed_crop.window.cut(portrait))
    shut = replace(look_of(closed_crop, closed_crop.pixels), plain=plain)
    candidate = judge(blinked, Attempt(0), shut, engine.detector, PLAIN)
    assert candidate.verdict.passed
    assert candidate.opened is plain.opened
    assert candidate.note.startswith("The restorer's work was not kept: an eye still ")


def test_where_both_fail_the_verdict_is_the_plain_looks(engine: Engine, blinked: Rgb, closed_crop: Crop) -> None:
    shut, plain = (look_of(closed_crop, closed_crop.pixels.copy()) for _ in range(2))
    candidate = judge(blinked, Attempt(0), replace(shut, plain=plain), engine.detector, PLAIN)
    assert not candidate.verdict.passed
    assert "closed" in candidate.verdict.reason
    assert candidate.opened is plain.opened
