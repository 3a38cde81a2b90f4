"""References are taken one after the other: none is read before the one before it is done with, and none is kept."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from open_the_eyes import looking
from open_the_eyes.arguments import Source, read
from open_the_eyes.errors import UnreadablePhoto, UsageError
from open_the_eyes.looking import look, look_at_references
from open_the_eyes.options import Options
from open_the_eyes.photo import Photo
from open_the_eyes.pipeline import inspect_photo, open_eyes

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine
    from open_the_eyes.imaging.arrays import Rgb
    from open_the_eyes.settings import Settings

NOBODY = Photo(np.full((64, 64, 3), 120, np.uint8))


@pytest.mark.parametrize(
    "way",
    [
        pytest.param(lambda photo, engine, given: inspect_photo(photo, engine=engine, references=given), id="inspect"),
        pytest.param(lambda photo, engine, given: open_eyes(photo, engine=engine, references=given), id="open"),
        pytest.param(lambda _, engine, given: look_at_references(given, engine=engine), id="references"),
    ],
)
def test_a_reference_without_a_face_is_refused_before_the_next_is_read(
    engine: Engine, blinked: Rgb, way: Callable[[Photo, Engine, list[Any]], object]
) -> None:
    photo = Photo(blinked)
    with pytest.raises(UsageError, match=r"reference 1: .* found no face in it"):
        way(photo, engine, [NOBODY, "no such.jpg"])
    with pytest.raises(UnreadablePhoto, match=r"^no such.jpg: "):
        way(photo, engine, ["no such.jpg", NOBODY])
    with pytest.raises(UnreadablePhoto, match=r"^reference 1: the photo: "):
        way(photo, engine, [b"a letter", NOBODY])


def test_no_two_references_are_in_memory_at_a_time_and_the_report_tells_their_sizes(
    engine: Engine, blinked: Rgb, portrait: Rgb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, came = list(look(Photo(portrait), engine=engine).faces), list[weakref.ref[Any]]()

    def reading(source: Source, settings: Settings) -> Photo:
        assert not [one for one in came if one() is not None]
        photo = read(source, settings)
        if source is file:
            came.append(weakref.ref(photo.pixels))
        return photo

    file = tmp_path / "awake.png"
    cv2.imwrite(str(file), portrait[..., ::-1])
    seen = look(Photo(blinked), engine=engine)
    monkeypatch.setattr(looking, "read", reading)
    monkeypatch.setattr(looking, "detect", lambda *_: known)
    opened = open_eyes(seen, Options.of(all=True), engine=engine, references=[file] * 3)
    assert len(came) == 3
    assert str(opened.faces[0].origin) == "awake.png, face 1"
    height, width = portrait.shape[:2]
    assert [(one.size_wh, one.unrelated) for one in opened.report.references] == [((width, height), False)] * 3
