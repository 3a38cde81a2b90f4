"""What the record of one photo says, and which files its result may replace."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from open_the_eyes.batch.plan import plan
from open_the_eyes.batch.process_item import process_item
from open_the_eyes.batch.record import Record
from open_the_eyes.batch.spec import BatchSpec
from open_the_eyes.files import is_as_signed, read, read_record, write
from open_the_eyes.options import Options
from open_the_eyes.origins import Match, NoDonor, NoDonors, ReferenceFace
from open_the_eyes.results import Opened
from open_the_eyes.settings import Settings
from tests.batch.processors import SPEC, planned
from tests.files.films import PLACE, box, film
from tests.files.pictures import RECORD, picture
from tests.files.signing import chain
from tests.stand_in import face_report, report_of


def unopened(folder: Path, spec: BatchSpec, monkeypatch: pytest.MonkeyPatch) -> Record:
    """The record of a batch's one photo in which nobody's eyes were opened."""
    opened = SimpleNamespace(report=report_of("a.jpg"), faces=(), changed=False)
    monkeypatch.setattr("open_the_eyes.batch.process_item.open_eyes", lambda *_, **__: opened)
    (item,) = plan([str(folder)], str(folder / "out"), copy=True).items
    engine: Any = SimpleNamespace(settings=Settings())
    return process_item(item, spec, "", engine, folder, tuple)


def test_a_copy_without_its_place_is_the_photo_in_all_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    placed = Image.Exif()
    placed[271] = "A Camera"
    placed.get_ifd(34853)[1] = "N"
    Image.effect_noise((64, 48), 40).convert("RGB").save(tmp_path / "a.jpg", exif=placed)
    nowhere = replace(SPEC, copy=True, options=Options.of(strip_gps=True))

    record = unopened(tmp_path, nowhere, monkeypatch)

    assert (record.state, [output.encoding for output in record.outputs]) == ("unchanged", ["coefficients"])
    with Image.open(tmp_path / "a.jpg") as before, Image.open(tmp_path / record.outputs[0].path) as after:
        assert before.getexif().get_ifd(34853)
        assert not after.getexif().get_ifd(34853)
        assert after.getexif()[271] == "A Camera"
        assert before.tobytes() == after.tobytes()

    assert unopened(tmp_path, nowhere, monkeypatch).outputs == record.outputs  # left by a run that was killed
    (tmp_path / record.outputs[0].path).write_bytes(b"another")
    assert unopened(tmp_path, nowhere, monkeypatch).state == "failed"


def test_a_photo_that_tells_no_place_is_copied_byte_for_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").chmod(0o600)
    record = unopened(tmp_path, replace(SPEC, copy=True, options=Options.of(strip_gps=True)), monkeypatch)
    copy = tmp_path / record.outputs[0].path
    assert copy.read_bytes() == (tmp_path / "a.jpg").read_bytes()
    assert copy.stat().st_mode & 0o777 == 0o600, "as private as the photo"


@pytest.mark.parametrize(
    ("behind", "says"),
    [
        (film(box(b"udta", box(b"\xa9xyz", bytes(4), PLACE))), "a film, without the place"),
        (b"notes", "5 bytes, which cannot be searched to the end and may tell the place"),
    ],
    ids=["a film", "bytes"],
)
def test_a_copy_tells_the_place_no_more_behind_its_picture_or_is_told_of(
    behind: bytes, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").write_bytes((tmp_path / "a.jpg").read_bytes() + behind)

    record = unopened(tmp_path, replace(SPEC, copy=True, options=Options.of(strip_gps=True)), monkeypatch)

    assert PLACE not in (tmp_path / record.outputs[0].path).read_bytes()
    assert [says in note for note in record.outputs[0].notes] == [True]


def test_what_to_do_about_a_face_is_said_with_the_command_that_does_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = "Nobody in ref.jpg is surely this person (if one is, say which: {}--match 2=ref.jpg:1)."
    which = Match(2, ReferenceFace("ref.jpg", 1, 1), by_name=True)
    faces = (face_report("unsure", no_donor=NoDonors((NoDonor("stranger", "ref.jpg", which),))),)
    assert faces[0].to_json()["reason"] == why.format("")
    opened = SimpleNamespace(report=report_of("a.png", *faces), faces=faces, changed=False)
    monkeypatch.setattr("open_the_eyes.batch.process_item.open_eyes", lambda *_, **__: opened)
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    engine: Any = SimpleNamespace(settings=Settings())

    (item,) = planned(tmp_path, tmp_path / "out").items
    record = process_item(item, SPEC, "", engine, tmp_path, tuple)

    assert (record.to_look_at, len(record.crops)) == ((1,), 1)
    assert record.reasons == (why.format("open "),)


@pytest.fixture
def done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Callable[..., Record]:
    """Does in/a.jpg, with a stand-in for the work; the result is out/a.opened.jpg, unless an item says otherwise."""
    (tmp_path / "in").mkdir()
    picture().save(tmp_path / "in/a.jpg", getattr(request, "param", "JPEG"))
    photo = read(tmp_path / "in/a.jpg", Settings())
    pixels = photo.pixels.copy()
    pixels[10:20, 10:30] = 90
    variations, face = (replace(photo.with_pixels(pixels), edit=RECORD),), face_report()
    opened = Opened(variations, report_of("a.jpg", face))
    monkeypatch.setattr("open_the_eyes.batch.process_item.open_eyes", lambda *_, **__: opened)
    (item,), engine = planned(tmp_path / "in", tmp_path / "out").items, SimpleNamespace(settings=Settings())

    def do(spec: BatchSpec, **places: Path) -> Record:
        return process_item(replace(item, **places), spec, "", engine, tmp_path / "out", tuple)  # type: ignore[arg-type]

    return do


@pytest.mark.parametrize("copy", [False, True], ids=["opened", "copied"])
def test_the_photo_itself_is_never_replaced_however_its_folder_is_called(
    done: Callable[..., Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, copy: bool
) -> None:
    (tmp_path / "out").symlink_to(tmp_path / "in", target_is_directory=True)
    before = (tmp_path / "in/a.jpg").read_bytes()
    monkeypatch.setattr(os.path, "realpath", os.path.abspath)
    if copy:
        opened = SimpleNamespace(report=report_of("a.jpg"), faces=(), changed=False)
        monkeypatch.setattr("open_the_eyes.batch.process_item.open_eyes", lambda *_, **__: opened)

    record = done(replace(SPEC, overwrite=True, copy=copy), output=tmp_path / "out/a.jpg")

    assert (record.state, (tmp_path / "in/a.jpg").read_bytes()) == ("failed", before)
    assert "this is the photo itself; name another OUT" in record.error


def test_where_a_file_is_as_the_photo_nobody_is_told_to_replace_it(done: Callable[..., Record], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    shutil.copy(tmp_path / "in/a.jpg", tmp_path / "out/a.opened.jpg")
    record = done(SPEC)
    assert record.state == "failed"
    assert "is the photo or a copy of it; name another OUT" in record.error
    assert done(replace(SPEC, overwrite=True)).state == "opened"


def left(result: Path) -> None:
    """As a killed run leaves it."""


def captioned(result: Path) -> None:
    photo = read(result, Settings())
    assert photo.file is not None
    xmp = (photo.file.xmp or b"").replace(b"<ote:Engine>", b"<ote:Title>Ann</ote:Title><ote:Engine>")
    write(replace(photo, file=replace(photo.file, xmp=xmp)), result, record=None, overwrite=True)


def retouched(result: Path) -> None:
    photo = read(result, Settings())
    write(photo.with_pixels(np.flip(photo.pixels, 1)), result, record=RECORD, overwrite=True)


def test_a_result_that_a_killed_run_of_another_machine_or_program_has_left_is_replaced(
    done: Callable[[BatchSpec], Record], tmp_path: Path
) -> None:
    assert done(SPEC).state == "opened"
    result = tmp_path / "out/a.opened.jpg"
    elsewhere = replace(RECORD, processor="Haswell, AVX2", libraries="numpy 1.24.0", program="0d" * 32)
    write(read(result, Settings()), result, record=elsewhere, overwrite=True)

    assert done(SPEC).state == "opened"
    assert read_record(read(result, Settings())) == RECORD


@pytest.mark.parametrize("done", ["WEBP"], indirect=True)
def test_a_result_of_another_quality_is_known_again(done: Callable[[BatchSpec], Record]) -> None:
    rough, fine = replace(SPEC, quality=30), replace(SPEC, quality=95)
    assert [done(spec).state for spec in (rough, rough, fine)] == ["opened", "opened", "failed"]


@pytest.mark.parametrize("signed", [False, True], ids=["", "signed"])
@pytest.mark.parametrize(("since", "state"), [(left, "opened"), (captioned, "failed"), (retouched, "failed")])
def test_a_result_is_replaced_only_as_a_killed_run_has_left_it(
    done: Callable[[BatchSpec], Record], tmp_path: Path, since: Callable[[Path], None], state: str, signed: bool
) -> None:
    result, (certificate, key) = tmp_path / "out/a.opened.jpg", chain(tmp_path) if signed else (None, None)
    spec = replace(SPEC, certificate=certificate, key=key)
    assert done(spec).state == "opened"
    since(result)
    data = result.read_bytes()
    assert read_record(read(result, Settings())) == RECORD

    record = done(spec)

    assert record.state == state, record.error
    assert (result.read_bytes() == data) is (state == "failed" or not signed)
    assert ("is there already" in record.error) is (state == "failed")
    assert is_as_signed(result, "JPEG") is (signed and state == "opened")
    assert done(replace(spec, overwrite=True)).state == "opened"
