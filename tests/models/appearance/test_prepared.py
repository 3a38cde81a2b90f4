"""A crop is made ready once for all attempts at its face."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import Mock

import numpy as np
import pytest

from open_the_eyes.models.appearance import prepared
from open_the_eyes.models.appearance.generator import AppearanceGenerator
from open_the_eyes.models.appearance.lashes import tails
from open_the_eyes.models.appearance.prepared import Prepared
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Crop, Request
from training.painters import Bare


def test_attempts_at_one_face_share_it_and_come_out_as_if_alone(
    closed_crop: Crop, monkeypatch: pytest.MonkeyPatch
) -> None:
    painter, requests = AppearanceGenerator(), [Request(closed_crop, seed, 1.0) for seed in (1, 2)]
    (alone,) = painter.generate(requests[1:], GenerateOptions())
    preparing = Mock(wraps=tails.tailless)
    monkeypatch.setattr(prepared, "tailless", preparing)
    _, second = painter.generate(requests, GenerateOptions())
    preparing.assert_called_once()
    assert np.array_equal(second.pixels, alone.pixels)


def test_traits_are_told_once_a_face(closed_crop: Crop) -> None:
    tailed = replace(closed_crop, tails=np.where(closed_crop.mask > 0.9, closed_crop.mask, np.float32(0)))
    painter = Bare()
    painter.traits = Mock(wraps=painter.traits)
    painter.generate([Request(crop, seed) for crop in (tailed, closed_crop) for seed in (1, 2)], GenerateOptions())
    assert painter.traits.of.call_count == 2


def test_another_face_and_another_seed_of_skin_over_lashes_have_their_own(closed_crop: Crop) -> None:
    same = replace(closed_crop)
    assert Prepared.of(closed_crop, 1).suits(closed_crop, 2)
    assert not Prepared.of(closed_crop, 1).suits(same, 1)
    tailed = replace(closed_crop, tails=np.where(closed_crop.mask > 0.9, closed_crop.mask, np.float32(0)))
    assert Prepared.of(tailed, 1).suits(tailed, 1)
    assert not Prepared.of(tailed, 1).suits(tailed, 2)
