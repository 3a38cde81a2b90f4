"""Faces for which there is surely no memory are refused, and no others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from open_the_eyes.errors import NoCapacity
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.photo import Photo
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.roles import Crop
from open_the_eyes.stages import room
from open_the_eyes.stages.room import check_room

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine


def of_megapixels(crop: Crop, size: float) -> Crop:
    return replace(crop, mask=np.broadcast_to(np.float32(0), (1000, round(1000 * size))))


@pytest.mark.parametrize(
    ("megapixels", "attempts", "free_mib", "refused"),
    [
        ([], 4, 0.0, False),
        ([0.5], 4, 0.0, False),
        ([28.0], 4, 1400.0, True),
        ([28.0], 4, 2500.0, False),
        ([28.0], 1, 1500.0, False),
        ([28.0], 10, 2400.0, True),
        ([28.0, 28.0], 4, 2000.0, True),
        ([28.0], 4, None, False),
    ],
    ids=["nobody", "small", "too large", "room", "one attempt", "ultra", "two", "not told"],
)
def test_only_what_surely_finds_no_room_is_refused(
    closed_crop: Crop,
    megapixels: list[float],
    attempts: int,
    free_mib: float | None,
    refused: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "free_ram_mib", lambda: free_mib)
    crops = [of_megapixels(closed_crop, size) for size in megapixels]
    if not refused:
        check_room(crops, attempts)
        return
    with pytest.raises(NoCapacity, match=r"expected \d\.\d GiB of free memory .* make the photo smaller"):
        check_room(crops, attempts)


def test_a_photo_is_refused_before_anything_is_painted(
    engine: Engine, blinked: Rgb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "SMALL_MIB", 0.0)
    monkeypatch.setattr(room, "free_ram_mib", lambda: 0.0)
    stages: list[str] = []
    with pytest.raises(NoCapacity, match="free memory"):
        open_eyes(Photo(blinked), engine=engine, progress=lambda stage, _: stages.append(stage))
    assert stages[-1] == "crop"
