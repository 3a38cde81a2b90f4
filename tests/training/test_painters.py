"""Painters that leave something out leave that out, and need no file for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from open_the_eyes.models.appearance.generator import MODEL_FILE, AppearanceGenerator
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Crop, Request
from training.overexposed import exposed
from training.painters import AsItCame, Bare, Refined, Straight

GONE = Path("gone.bin")


def names(painter: AppearanceGenerator) -> list[str]:
    return [step.__name__ for step in painter.steps]


def test_bare_eyes_need_the_appearance_model_alone(closed_crop: Crop) -> None:
    painter = Bare(MODEL_FILE, GONE, GONE)
    assert names(painter) == ["strip_grain"]
    assert len(painter.generate([Request(closed_crop, 0)], GenerateOptions())) == 1


def test_refined_eyes_get_all_but_the_last_step_and_need_no_exemplars() -> None:
    assert names(Refined(exemplars_file=GONE)) == names(AppearanceGenerator())[:-1]


@pytest.mark.parametrize(("stops", "spared"), [(0.0, False), (2.0, True)], ids=["as it is", "overexposed"])
def test_skin_that_is_cut_off_is_spared_by_the_product_alone(closed_crop: Crop, stops: float, spared: bool) -> None:
    request = Request(replace(closed_crop, pixels=exposed(closed_crop.pixels, stops)), 0)
    product, straight = (painter.prepared(request) for painter in (AppearanceGenerator(), Straight()))
    assert (product.darker is not None) is spared
    assert straight.darker is None
    assert straight.crop is straight.bare


def test_a_photo_in_odd_light_is_taken_as_it_came_by_one_painter_alone(closed_crop: Crop) -> None:
    dim = replace(closed_crop, pixels=exposed(closed_crop.pixels, -4.0), view=None)
    assert AppearanceGenerator().lit(dim).crop is not dim
    assert AsItCame().lit(dim).crop is dim
