"""Whoever was found in a photo is not searched there again, and the results are the same bytes."""

from __future__ import annotations

import hashlib
import pickle
import shutil
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from open_the_eyes.batch.worker import WorkerConfig, WorkerSlot, make_processor
from open_the_eyes.burst import best_take
from open_the_eyes.cli import main
from open_the_eyes.engine import Engine, load_engine
from open_the_eyes.errors import UsageError
from open_the_eyes.files import read
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.looking import look, look_at_references
from open_the_eyes.models.faces.mediapipe_faces import MediapipeDetector
from open_the_eyes.models.reference.likeness import Likeness
from open_the_eyes.options import Options
from open_the_eyes.photo import FileFacts, Photo
from open_the_eyes.pipeline import inspect_photo, open_eyes
from open_the_eyes.progress import NO_WATCH
from open_the_eyes.results import Inspected, Opened
from open_the_eyes.roles import Face, Watch
from open_the_eyes.settings import Settings
from tests.batch.processors import SPEC, planned
from tests.references import another_shot, somebody_else


@dataclass
class Counted:
    """How often each picture was searched, and each person in it described."""

    searched: Counter[str] = field(default_factory=Counter)
    described: Counter[tuple[str, float]] = field(default_factory=Counter)

    def of(self, pixels: Rgb) -> tuple[int, int]:
        """For one picture: searches, and descriptions of all people in it."""
        name = name_of(pixels)
        return self.searched[name], sum(n for (picture, _), n in self.described.items() if picture == name)

    def clear(self) -> None:
        self.searched.clear()
        self.described.clear()


def name_of(pixels: Rgb) -> str:
    return hashlib.sha256(pixels.tobytes()).hexdigest()


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Every detector and describer of this process counts."""
    counts, detect, describe = Counted(), MediapipeDetector.detect, Likeness.describe

    def detecting(self: MediapipeDetector, pixels: Rgb, watch: Watch = NO_WATCH) -> list[Face]:
        counts.searched[name_of(pixels)] += 1
        return detect(self, pixels, watch)

    def describing(self: Likeness, pixels: Rgb, face: Face) -> NDArray[np.float32]:
        counts.described[name_of(pixels), face.box.left] += 1
        return describe(self, pixels, face)

    monkeypatch.setattr(MediapipeDetector, "detect", detecting)
    monkeypatch.setattr(Likeness, "describe", describing)
    return counts


@pytest.fixture(scope="module")
def reference() -> Engine:
    return load_engine("reference")


def said(result: Opened | Inspected) -> dict[str, object]:
    """The report, but for the times."""
    return result.report.to_json() | {"stages": None}


def test_a_burst_is_searched_once_a_frame_and_gives_the_same_as_when_it_is_searched_twice(
    counted: Counted, reference: Engine, portrait: Rgb, blinked: Rgb, portrait_face: Face
) -> None:
    other = somebody_else(portrait, portrait_face.landmarks)
    one = np.hstack([blinked, other])
    two = np.asarray(cv2.GaussianBlur(np.hstack([portrait, other]), (0, 0), 1.2), np.uint8)
    two[:, portrait.shape[1] :] = somebody_else(blinked, portrait_face.landmarks)
    taken = best_take([Photo(one), Photo(two)], engine=reference)
    assert [counted.of(frame) for frame in (one, two)] == [(1, 2), (1, 2)]

    opened = open_eyes(Photo(one), Options.of(all=True), engine=reference, references=[Photo(two)])
    assert (taken.base, opened.changed) == (0, True)
    assert taken.opened.photo.pixels.tobytes() == opened.photo.pixels.tobytes()
    assert said(taken.opened) == said(opened)


def test_references_of_several_photos_are_searched_once_and_nothing_else_changes(counted: Counted, shots: Path) -> None:
    names = ("stranger.png", "shot1.png", "shot2.png")  # of the stranger, with open eyes, nothing need be described
    assert main(["open", *names[:2], "-o", "together/", "--reference", "shot2.png"]) == 0
    assert [counted.of(read(shots / name, Settings()).pixels) for name in names] == [(1, 0), (1, 1), (1, 1)]

    assert main(["open", "shot1.png", "-o", "alone/", "--reference", "shot2.png"]) == 0
    alone, together = (shots / folder / "shot1.opened.png" for folder in ("alone", "together"))
    assert alone.read_bytes() == together.read_bytes()


def test_a_worker_searches_the_references_of_a_batch_once(counted: Counted, shots: Path) -> None:
    (shots / "in").mkdir()
    for name in ("a.png", "b.png"):
        shutil.copy(shots / "stranger.png", shots / "in" / name)
    spec = replace(SPEC, engine="appearance", references=(shots / "shot2.png",))
    config = WorkerConfig(
        spec=spec, fingerprint="", settings=Settings(), slot=WorkerSlot(), out=shots / "out", make=make_processor
    )
    do = make_processor(config)
    assert [do(item).state for item in planned(shots / "in", shots / "out").items] == ["unchanged"] * 2
    assert counted.of(read(shots / "shot2.png", Settings()).pixels) == (1, 1)


def test_what_was_seen_is_told_of_as_if_it_were_searched_again(counted: Counted, engine: Engine, blinked: Rgb) -> None:
    other = another_shot(blinked, light=0.9)
    plain = inspect_photo(Photo(blinked), engine=engine, references=[Photo(other)])
    counted.clear()
    seen, references = look(Photo(blinked), engine=engine), look_at_references([Photo(other)], engine=engine)
    for _ in range(2):
        assert said(inspect_photo(seen, engine=engine, references=references)) == said(plain)
    assert counted.searched == {name_of(blinked): 1, name_of(other): 1}
    assert counted.of(other) == (1, 1)


def test_what_another_detector_has_found_counts_for_nothing(counted: Counted, engine: Engine) -> None:
    empty = np.full((64, 64, 3), 120, np.uint8)
    seen = look(Photo(empty), engine=engine)
    assert look(seen, engine=engine) is seen
    look(seen, engine=replace(engine, detector=MediapipeDetector(Settings(min_face_px=64))))
    assert counted.searched == {name_of(empty): 2}


@pytest.mark.parametrize("sent", [lambda one: pickle.loads(pickle.dumps(one)), deepcopy], ids=["pickled", "copied"])
def test_what_was_seen_and_an_engine_at_work_can_be_sent_to_another_process(
    sent: Callable[[Any], Any], counted: Counted, opened_blink: Opened, engine: Engine, blinked: Rgb
) -> None:
    assert opened_blink.changed  # by now every model of the engine is loaded
    (seen,) = look_at_references([Photo(blinked)], engine=engine)
    there, again = sent((engine, seen))
    assert look(again, engine=there) is again
    assert look(again, engine=engine) is again
    np.testing.assert_array_equal(again.pixels, seen.pixels)
    counted.clear()
    assert said(inspect_photo(again, engine=there)) == said(inspect_photo(seen, engine=engine))
    assert not counted.searched


def test_of_a_reference_what_lies_around_its_faces_is_kept(engine: Engine, blinked: Rgb) -> None:
    wide = Photo(np.pad(blinked, ((0, 0), (900, 0), (0, 0))), file=FileFacts("JPEG", sha256="12"))
    wide.pixels[:, :900] = 120
    (seen,) = look_at_references([wide], engine=engine)
    (face,) = seen.faces
    there = face.box.grown(0.45).within(seen.pixels)
    np.testing.assert_array_equal(there.cut(seen.pixels), there.cut(wide.pixels))
    assert not seen.pixels[:, :600].any()
    assert seen.photo.file == wide.file
    assert (seen.photo.size_wh, len(look(seen.photo, engine=engine).faces)) == (wide.size_wh, 1)


def test_one_that_was_seen_is_no_list_either(engine: Engine) -> None:
    seen = look(Photo(np.full((64, 64, 3), 120, np.uint8)), engine=engine)
    assert repr(seen) == "<Seen <Photo 64 x 64>: 0 faces>"
    with pytest.raises(UsageError, match="put it into brackets"):
        open_eyes(seen, engine=engine, references=seen)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="a single one without a list"):
        best_take(seen, engine=engine)  # type: ignore[arg-type]
