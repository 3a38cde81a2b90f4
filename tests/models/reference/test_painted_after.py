"""Donors whose eyes cannot be laid in: they lead the painter, if anybody paints."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import Mock

import cv2
import numpy as np
import pytest

from open_the_eyes.engine import Engine, load_engine
from open_the_eyes.imaging.arrays import Rgb, to_levels, to_tones
from open_the_eyes.imaging.face.mesh478 import EYE_RING, IRIS, SIDES
from open_the_eyes.imaging.luma import luma_of
from open_the_eyes.models.appearance import prepared
from open_the_eyes.models.appearance.lashes import tails
from open_the_eyes.models.reference import transplant
from open_the_eyes.models.reference.choice import NARROWEST
from open_the_eyes.models.reference.donor_attempts import DonorAttempts
from open_the_eyes.models.reference.generator import ReferenceGenerator, _nothing
from open_the_eyes.models.reference.ranked_donors import own_donor
from open_the_eyes.options import GenerateOptions, Options
from open_the_eyes.photo import Photo
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.roles import Crop, Donor, Face, Request
from open_the_eyes.stopwatch import Stopwatch
from tests.faces import iris_colour, opening
from tests.models.reference.donors import donor, in_order, opened
from tests.references import another_shot


def turned_aside(shot: Donor) -> Donor:
    """The donor with landmarks that say that the head is turned."""
    marks = shot.crop.face.landmarks.copy()
    marks[:, 2] += 0.8 * (marks[:, 0] - marks[:, 0].mean())
    return replace(shot, crop=replace(shot.crop, face=replace(shot.crop.face, landmarks=marks)))


def with_irises(pixels: Rgb, face: Face, colour: tuple[int, int, int]) -> Rgb:
    """The picture with both irises in one colour, pupils left."""
    out = pixels.copy()
    ys, xs = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    for side in SIDES:
        iris = face.landmarks[IRIS[side], :2]
        away = np.hypot(xs - iris[0, 0], ys - iris[0, 1]) / np.linalg.norm(iris[1:] - iris[0], axis=1).mean()
        out[opening(face.landmarks, side, (pixels.shape[0], pixels.shape[1])) & (away > 0.35) & (away < 1)] = colour
    return out


def test_an_iris_that_cannot_be_laid_in_gives_its_colour_to_the_painted_one(
    generator: ReferenceGenerator, engine: Engine, portrait: Rgb, portrait_face: Face, closed_crop: Crop
) -> None:
    bluish = []
    for colour in ((70, 110, 150), (75, 48, 30)):
        shot = turned_aside(donor(engine, with_irises(portrait, portrait_face, colour)))
        whole = portrait.copy()
        closed_crop.window.cut(whole)[...] = opened(generator, closed_crop, shot)[0]
        found = [iris_colour(whole, portrait_face.landmarks, side) for side in SIDES]
        bluish.append(np.mean([iris[2] - iris[0] for iris in found]))
    assert bluish[0] > bluish[1] + 30


def test_dark_irises_stay_dark_where_a_blur_has_mixed_them_with_the_white(
    generator: ReferenceGenerator, engine: Engine, portrait: Rgb, portrait_face: Face, closed_crop: Crop
) -> None:
    sharp = with_irises(portrait, portrait_face, (60, 40, 28))
    levels = []
    for shot in (turned_aside(donor(engine, sharp)), donor(engine, np.asarray(cv2.GaussianBlur(sharp, (0, 0), 1.6)))):
        whole = portrait.copy()
        closed_crop.window.cut(whole)[...] = opened(generator, closed_crop, shot)[0]
        levels.append(np.mean([iris_colour(whole, portrait_face.landmarks, side) for side in SIDES]))
    assert levels[1] < levels[0] + 30


def test_a_head_that_is_turned_too_far_only_leads_the_painter(
    generator: ReferenceGenerator, engine: Engine, portrait: Rgb, closed_crop: Crop
) -> None:
    aside = turned_aside(donor(engine, portrait))
    result, source = opened(generator, closed_crop, aside)
    assert source.startswith("appearance, after shot2.jpg, face 1 (the head is turned")
    assert not np.array_equal(result, opened(generator, closed_crop)[0])


def test_a_donor_without_colours_only_leads_and_its_grey_irises_are_not_taken(
    generator: ReferenceGenerator, engine: Engine, portrait: Rgb, portrait_face: Face, closed_crop: Crop
) -> None:
    grey = donor(engine, np.repeat(to_levels(luma_of(to_tones(portrait)))[..., None], 3, axis=2))
    irises = []
    for donors in ((), (grey,)):
        whole = portrait.copy()
        closed_crop.window.cut(whole)[...], source = opened(generator, closed_crop, *donors)
        irises.append(np.mean([iris_colour(whole, portrait_face.landmarks, side) for side in SIDES], axis=0))
    assert source == "appearance, after shot2.jpg, face 1 (there are no colours there)"
    likely, led = (iris[0] / iris[2] for iris in irises)
    assert abs(likely - led) < 0.1


def test_an_eye_that_is_squeezed_gives_its_partner_nothing(engine: Engine, portrait: Rgb, closed_crop: Crop) -> None:
    shot = donor(engine, portrait, ("left",))
    (usual,) = in_order(closed_crop, [shot])
    assert not usual.obstacle
    eyes = {**shot.crop.face.eyes, "left": replace(shot.crop.face.eyes["left"], openness=NARROWEST - 0.01)}
    narrow = replace(shot, crop=replace(shot.crop, face=replace(shot.crop.face, eyes=eyes)))
    assert in_order(closed_crop, [narrow])[0].obstacle == "the other eye is hardly open"


def test_of_its_other_eye_a_face_takes_no_frame_of_glasses(closed_crop: Crop) -> None:
    framed, marks = closed_crop.pixels.copy(), closed_crop.landmarks[EYE_RING["right"], :2]
    (left, top), (right, bottom) = marks.min(axis=0), marks.max(axis=0)
    room = 0.35 * (right - left)
    first, last = (round(left - room), round(top - room)), (round(right + room), round(bottom + room))
    cv2.rectangle(framed, first, last, (25, 22, 20), 2)
    bare, beside = (own_donor(replace(closed_crop, pixels=p), "right").crop.mask for p in (closed_crop.pixels, framed))
    middle = round((left + right) / 2)
    assert bare[last[1], middle] == 1
    assert beside[last[1], middle] < 0.2
    assert beside[round((top + bottom) / 2), middle] == 1


def test_where_nobody_may_paint_the_face_is_left_alone_and_this_is_said(
    engine: Engine, portrait: Rgb, blinked: Rgb
) -> None:
    near, told = Photo(another_shot(blinked, scale=2.6)), Options.of(match=((1, 1, 1),))
    result = open_eyes(near, told, engine=load_engine("reference"), references=[Photo(portrait)])
    (face,) = result.faces
    assert face.outcome == "kept_original"
    assert "times smaller there (reference 1, face 1)" in face.reason
    assert not result.changed
    assert open_eyes(near, told, engine=engine, references=[Photo(portrait)]).changed


def test_eyes_that_do_not_fit_in_give_way_to_painted_ones(
    engine: Engine, portrait: Rgb, blinked: Rgb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        transplant, "composited", lambda crop, *_: transplant.Composite(to_tones(crop.pixels), crop.mask, {})
    )  # still shut
    result = open_eyes(Photo(blinked), engine=engine, references=[Photo(portrait)])
    (face,) = result.faces
    assert face.outcome == "opened"
    assert face.source == "appearance, after reference 1, face 1 (its own pixels did not fit in)"


def test_a_donor_too_small_only_leads_the_painter(
    generator: ReferenceGenerator, engine: Engine, portrait: Rgb, closed_crop: Crop
) -> None:
    _, source = opened(generator, closed_crop, donor(engine, another_shot(portrait, scale=0.42)))
    assert "times smaller there" in source


def test_without_donors_the_painter_paints(generator: ReferenceGenerator, closed_crop: Crop) -> None:
    assert opened(generator, closed_crop)[1] == "appearance"
    assert len(generator.generate([], GenerateOptions())) == 0


def test_the_watch_is_told_of_eyes_that_are_laid_in_and_then_of_those_that_are_painted(
    generator: ReferenceGenerator, engine: Engine, portrait: Rgb, closed_crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[float] = []
    watch = Stopwatch(lambda _, done: told.append(done))
    monkeypatch.setattr(DonorAttempts, "patch", lambda _, request, __: _nothing(request, ()))
    shot = donor(engine, portrait)
    requests = [Request(closed_crop, 1, 0.0, (shot,)), Request(closed_crop, 0), Request(closed_crop, 2)]
    with watch.stage("generate", 0.0, 0.9):
        generator.generate(requests, GenerateOptions(), watch)
    assert told == pytest.approx([0, 0, 0.3, 0.3, 0.3, 0.6])


def test_without_donors_the_crop_is_prepared_by_the_painter_alone(
    generator: ReferenceGenerator, closed_crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    preparing = Mock(wraps=tails.tailless)
    monkeypatch.setattr(prepared, "tailless", preparing)
    opened(generator, closed_crop)
    preparing.assert_called_once()
