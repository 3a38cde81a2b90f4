"""Engines: what they share, and how they are warmed."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import Mock

import numpy as np
import pytest

from open_the_eyes.engine import Engine, load_engine
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.looking import look
from open_the_eyes.models.appearance.model import AppearanceModel
from open_the_eyes.models.reference import transplant
from open_the_eyes.photo import Photo
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.settings import Settings
from tests.painters import Painter, nothing, with_painter


def test_models_of_the_package_are_read_once_however_many_calls_name_an_engine(
    blinked: Rgb, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_engine("appearance").warm()
    reading = Mock(side_effect=AssertionError)
    monkeypatch.setattr(AppearanceModel, "load", reading)
    assert open_eyes(Photo(blinked), engine="appearance").changed
    assert not reading.called


def test_an_engine_that_paints_nothing_has_laid_eyes_in(monkeypatch: pytest.MonkeyPatch) -> None:
    compositing = Mock(wraps=transplant.composited)
    monkeypatch.setattr(transplant, "composited", compositing)
    load_engine("reference").warm()
    compositing.assert_called_once()


def test_what_was_seen_for_a_named_engine_is_not_searched_again_for_the_next(portrait: Rgb) -> None:
    seen = look(Photo(portrait), engine="appearance")
    assert look(seen, engine="auto") is seen
    assert look(seen, engine=load_engine("appearance", Settings(min_face_px=300))) is not seen


def test_a_warm_engine_has_read_and_used_everything(engine: Engine) -> None:
    painter, describer = Painter(nothing), Mock(wraps=engine.describer)
    cold = replace(with_painter(engine, painter), describer=describer)
    cold.warm(painter=False)
    assert (describer.describe.call_count, painter.seeds) == (1, [])
    cold.warm()
    assert (describer.describe.call_count, painter.seeds) == (2, [0])


def test_a_warm_engine_whose_detector_tells_people_apart_asks_nobody_else(engine: Engine, portrait: Rgb) -> None:
    found = [replace(face, embedding=np.ones(1, np.float32)) for face in engine.detector.detect(portrait)]
    detector, describer = Mock(detect=lambda _: found), Mock(wraps=engine.describer)
    replace(engine, detector=detector, describer=describer).warm(painter=False)
    assert found
    assert not describer.describe.called
