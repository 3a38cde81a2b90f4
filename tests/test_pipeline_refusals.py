"""What opening and looking refuse: photos that are none, faces and references that are not there, other types."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, Final, cast
from unittest.mock import Mock

import numpy as np
import pytest
from PIL import Image

import open_the_eyes
from open_the_eyes import looking
from open_the_eyes.arguments import read
from open_the_eyes.burst import best_take
from open_the_eyes.engine import Engine, load_engine
from open_the_eyes.errors import NoCapacity, PhotoTooLarge, UnreadablePhoto, UsageError, WeightsMissing
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.looking import look, look_at_references
from open_the_eyes.options import Options
from open_the_eyes.photo import Photo
from open_the_eyes.pipeline import inspect_photo, open_eyes
from open_the_eyes.results import Opened
from open_the_eyes.settings import Settings

PIXELS = np.zeros((4, 4, 3), np.uint8)
NO_FUNCTION: Final[Any] = 3
DEEP = np.zeros((4, 4, 3), np.uint16)


def _of_two(photo: str, options: Options, engine: Engine) -> object:
    return best_take([photo, photo], options, engine=engine)


@pytest.mark.parametrize("faces", [(2,), (1, 9)], ids=str)
def test_a_face_that_is_not_there_is_refused(engine: Engine, blinked: Rgb, faces: tuple[int, ...]) -> None:
    with pytest.raises(UsageError, match=f"no face {faces[-1]}"):
        open_eyes(Photo(blinked), Options.of(faces=faces), engine=engine)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "expected references to match with, got none"),
        (1, "expected one of 1 reference, got reference 3"),
        (2, "expected one of 2 references, got reference 3"),
    ],
)
def test_a_match_with_a_reference_that_is_not_there_is_refused_before_anything_is_read(
    engine: Engine, count: int, words: str
) -> None:
    with pytest.raises(UsageError, match=f"match: {words}"):
        open_eyes("no such.jpg", Options.of(match=((1, 3, 1),)), engine=engine, references=["no such.jpg"] * count)


def test_references_may_be_made_as_they_are_asked_for(engine: Engine) -> None:
    several = (Photo(PIXELS) for _ in range(2))
    with pytest.raises(UsageError, match="expected one of 2 references, got reference 3"):
        inspect_photo("no such.jpg", Options.of(match=((1, 3, 1),)), engine=engine, references=several)


@pytest.mark.parametrize("work", [open_eyes, inspect_photo, _of_two], ids=["open", "look", "best take"])
@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        pytest.param({"lcm": True}, UsageError, "lcm: expected engine sdxl", id="another engine's"),
        pytest.param({"restorer": "gfpgan"}, WeightsMissing, "gfpgan", id="weights"),
    ],
)
def test_what_the_engine_has_not_is_refused_by_looking_too_before_anything_is_read(
    work: Callable[..., object], asked: dict[str, Any], error: type[Exception], words: str, tmp_path: Path
) -> None:
    engine = load_engine("reference", Settings(weights=tmp_path))
    with pytest.raises(error, match=words):
        work("no such.jpg", Options.of(**asked), engine=engine)


@pytest.mark.parametrize("source", [b"", b"no photo", "no/such/file.jpg"], ids=["empty", "text", "missing"])
def test_what_is_no_photo_is_refused_before_any_model_is_asked(engine: Engine, source: bytes | str) -> None:
    with pytest.raises(UnreadablePhoto):
        open_eyes(source, engine=engine)


class Trickling(BytesIO):
    """A pipe: it gives what has come so far, and at first nothing where `waits` is False."""

    def __init__(self, content: bytes, *, waits: bool = True) -> None:
        super().__init__(content)
        self.waits = waits

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(1000, size or 0)) if self.waits else cast("bytes", None)


def test_a_pipe_is_read_to_its_end(portrait: Rgb) -> None:
    whole = BytesIO()
    Image.fromarray(portrait).save(whole, "PNG")
    photo = read(Trickling(whole.getvalue()), Settings())
    assert np.array_equal(photo.pixels, portrait)
    with pytest.raises(UnreadablePhoto, match="a file that waits for its end, got a Trickling"):
        read(Trickling(whole.getvalue(), waits=False), Settings())
    with pytest.raises(PhotoTooLarge):
        read(Trickling(whole.getvalue()), Settings(max_bytes=5000))


@pytest.mark.parametrize(
    ("photo", "more", "message"),
    [
        pytest.param(None, {}, "photo: expected a path, .* got NoneType", id="None"),
        pytest.param(3, {}, "got int", id="int"),
        pytest.param(
            PIXELS, {}, r'got ndarray; open_the_eyes.photo_from takes arrays, with order="BGR"', id="bare pixels"
        ),
        pytest.param(StringIO("text"), {}, 'with "rb", got a StringIO of texts', id="texts"),
        pytest.param(Photo(PIXELS), {"options": {"mode": "fast"}}, "options: expected what Options.of", id="options"),
        pytest.param(
            Photo(PIXELS), {"references": None}, "references: expected a list .* got NoneType", id="no references"
        ),
        pytest.param(Photo(PIXELS), {"references": PIXELS}, "references: .* got a single one", id="bare reference"),
        pytest.param(Photo(PIXELS), {"references": BytesIO()}, "references: .* got a single one", id="open reference"),
        pytest.param(Photo(PIXELS), {"engine": 3}, "engine: expected a name", id="engine"),
    ],
)
def test_wrong_types_are_named(engine: Engine, photo: Any, more: dict[str, Any], message: str) -> None:
    for work in (open_eyes, inspect_photo):
        with pytest.raises(UsageError, match=message):
            work(photo, **{"engine": engine, **more})


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        pytest.param({"picture": PIXELS[..., 0]}, r"got \(4, 4\) uint8. Give them to photo_from", id="grey"),
        pytest.param({"picture": PIXELS[:0]}, r"got \(0, 4, 3\)", id="no pixels"),
        pytest.param({"picture": PIXELS / 255}, "float64", id="fractions"),
        pytest.param({"picture": None}, "got NoneType", id="nothing"),
        pytest.param({"picture": Image.new("RGB", (4, 4))}, "got Image. Give them to photo_from", id="image"),
        pytest.param({"alpha": PIXELS}, r"alpha of shape \(4, 4\), uint8; got \(4, 4, 3\)", id="alpha of RGB"),
        pytest.param({"alpha": "x"}, "alpha of shape .* got str", id="alpha of letters"),
        pytest.param({"deep": DEEP[:2]}, r"deep of shape \(4, 4, 3\) .* got \(2, 4, 3\)", id="deep of another"),
        pytest.param({"deep": PIXELS}, "deep of shape .* got .* uint8", id="deep of 8 bits"),
    ],
)
def test_no_photo_is_made_of_other_arrays(arrays: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=f"photo: .*{message}"):
        Photo(**{"picture": PIXELS, **arrays})


def test_settings_that_are_none_are_refused() -> None:
    given: Any = {"device": "cpu"}
    with pytest.raises(UsageError, match=r"settings: expected Settings\(\.\.\.\), got {\"device\": \"cpu\"}; leave"):
        load_engine("appearance", given)


@pytest.mark.parametrize(
    "way",
    [
        pytest.param(lambda engine, photo: open_eyes(photo, engine=engine, progress=NO_FUNCTION), id="open_eyes"),
        pytest.param(lambda engine, photo: inspect_photo(photo, engine=engine, progress=NO_FUNCTION), id="inspect"),
        pytest.param(lambda engine, photo: look(photo, engine=engine, progress=NO_FUNCTION), id="look"),
        pytest.param(lambda engine, photo: look_at_references([photo], engine=engine, progress=NO_FUNCTION), id="ref"),
    ],
)
def test_progress_that_cannot_be_called_is_refused(engine: Engine, way: Callable[[Engine, Photo], object]) -> None:
    with pytest.raises(UsageError, match="progress: expected a function of a stage's name and a fraction, got 3; "):
        way(engine, Photo(PIXELS))


def test_photos_are_looked_at_by_an_engine_that_is_named(portrait: Rgb) -> None:
    assert len(look(Photo(portrait), engine="appearance").faces) == 1
    assert len(look_at_references([Photo(portrait)], engine="auto")) == 1
    given: Any = Options()
    with pytest.raises(UsageError, match="engine: expected a name or what load_engine returns, got Options; leave"):
        look(Photo(PIXELS), engine=given)


def test_what_takes_options_takes_them_second_and_the_engine_by_name_alone() -> None:
    """An engine and options were easily taken for each other, the order being another one here and there."""
    for door in (open_eyes, inspect_photo, best_take, look_at_references):
        taken = list(inspect.signature(door).parameters.values())
        assert taken[1].name == "options"
        assert all(one.kind is one.KEYWORD_ONLY for one in taken[2:])
    assert inspect.signature(look).parameters["engine"].kind is inspect.Parameter.KEYWORD_ONLY


@pytest.mark.parametrize("number", ["1", 0, 2, 1.0, None])
def test_a_variation_that_there_is_not_is_refused(opened_blink: Opened, number: Any) -> None:
    with pytest.raises(UsageError, match="variation: expected 1 to 1, got "):
        opened_blink.only(number)


@pytest.mark.parametrize("way", ["open_eyes", "inspect_photo", "look"])
def test_memory_that_runs_out_is_told_in_words(
    engine: Engine, portrait: Rgb, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "detect", Mock(side_effect=MemoryError))
    with pytest.raises(NoCapacity, match="not enough memory"):
        getattr(open_the_eyes, way)(Photo(portrait), engine=engine)
