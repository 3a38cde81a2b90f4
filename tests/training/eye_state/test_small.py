"""Small faces, counted: shut ones are opened unasked, open ones are not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from open_the_eyes.imaging.arrays import Rgb
from training.eye_state import small


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, portrait: Rgb, blinked: Rgb) -> dict[str, list[small.Sighting]]:
    """What is seen of the portrait as it is, and of a blink."""
    folder = tmp_path_factory.mktemp("faces")
    for name, pixels in (("open", portrait), ("shut", blinked)):
        Image.fromarray(pixels).save(folder / f"{name}.png")
    return {name: small.seen_in(folder / f"{name}.png") for name in ("open", "shut")}


def test_a_shut_face_is_opened_where_it_is_small_and_an_open_one_is_not(seen: dict[str, list[small.Sighting]]) -> None:
    for found in seen.values():
        assert [one.width for one in found] == list(small.WIDTHS_PX)
    assert all(one.view is None for one in seen["open"])
    opened = [one.view for one in seen["shut"] if one.view is not None]
    assert opened
    assert opened[0].shape == (256, 256, 3)


def test_people_are_counted_once_however_often_they_are_seen(seen: dict[str, list[small.Sighting]]) -> None:
    shut = [one for one in seen["shut"] if one.view is not None]
    as_it_is = replace(seen["open"][0], width=small.AS_IT_IS)
    rows = list(small.rows_of("both", [*seen["open"], *shut, as_it_is]))
    assert rows == [
        ("both, as they are", "1", "0", "0"),
        ("both, reduced", str(len(seen["open"]) + len(shut)), str(len(shut)), "1"),
    ]


def test_only_what_would_be_opened_is_written(seen: dict[str, list[small.Sighting]], tmp_path: Path) -> None:
    small.write_opened([*seen["open"], *seen["shut"]], tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {f"shut.1.{one.width}.png" for one in seen["shut"] if one.view is not None}
