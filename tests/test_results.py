"""How results are saved: names, records, and nothing half written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from open_the_eyes import files, reporting
from open_the_eyes.edit_record import COMPOSITE, NEWSCODES, PAINTED, PHOTOGRAPHED, EarlierEdit
from open_the_eyes.engine import Engine
from open_the_eyes.errors import PhotoNotWritten, UsageError
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.imaging.painting import Tile
from open_the_eyes.options import Options, Restorer
from open_the_eyes.photo import FileFacts, Photo
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.reporting import recorded
from open_the_eyes.results import Inspected, Opened
from open_the_eyes.settings import Settings
from open_the_eyes.stopwatch import Stopwatch
from open_the_eyes.system import arithmetic, program
from tests.stand_in import face_report, report_of

PIXELS = Photo(np.zeros((8, 8, 3), np.uint8))
EDIT = files.EditRecord(
    engine="sdxl", mode="fast", seed=3, version="0.1.0", faces=((1, "skipped"), (2, "opened")), input="ab" * 32
)
FIRST = EarlierEdit("sdxl", (2,), "ab" * 32, '{"mode": "fast", "seed": 3}')
DONE = replace(PIXELS, edit=EDIT)
TAKEN = replace(PIXELS, edit=replace(EDIT, engine="reference", source_type=PHOTOGRAPHED))
AGAIN = replace(PIXELS, edit=replace(EDIT, engine="reference", source_type=COMPOSITE))


def saying(word: str) -> Photo:
    """A photo whose XMP has a digital source type."""
    told = f'<a xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" e:DigitalSourceType="{NEWSCODES}{word}"/>'
    return replace(PIXELS, file=FileFacts("PNG", xmp=told.encode()))


@pytest.mark.parametrize("by", ["its name", "a link"])
def test_the_original_is_never_replaced(by: str, engine: Engine, blinked: Rgb, tmp_path: Path) -> None:
    original, link = tmp_path / "photo.png", tmp_path / "link.png"
    Image.fromarray(blinked).save(original)
    link.hardlink_to(original)
    before = original.read_bytes()
    with pytest.raises(PhotoNotWritten, match="the original is never replaced"):
        open_eyes(original, engine=engine).save(original if by == "its name" else link, overwrite=True)
    with pytest.raises(PhotoNotWritten, match="the original is never replaced"):
        open_eyes(original, engine=engine).save(original if by == "its name" else link)
    assert original.read_bytes() == before


def test_who_saves_twice_is_told_what_lets_the_first_file_give_way(
    engine: Engine, blinked: Rgb, tmp_path: Path
) -> None:
    result = open_eyes(Photo(blinked), engine=engine)
    result.save(tmp_path / "out.png")
    with pytest.raises(PhotoNotWritten, match=r"it is taken; choose another, or pass overwrite=True "):
        result.save(tmp_path / "out.png")
    assert result.save(tmp_path / "out.png", overwrite=True).outputs


def test_saving_writes_the_picture_and_an_honest_record(opened_blink: Opened, tmp_path: Path) -> None:
    report = opened_blink.save(tmp_path / "out.png")
    (output,) = report.outputs
    assert [path.name for path in tmp_path.iterdir()] == ["out.png"]
    assert output.path == str(tmp_path / "out.png")
    written = files.read(output.path, Settings())
    assert written.file is not None
    assert written.file.sha256 == output.sha256
    assert np.array_equal(written.pixels, opened_blink.photo.pixels)
    record = files.read_record(written)
    assert record == files.EditRecord(
        engine="appearance",
        mode="standard",
        seed=0,
        version=report.version,
        faces=((1, "opened"),),
        processor=arithmetic.processor(),
        libraries=arithmetic.libraries("appearance"),
        program=program.state(),
    )
    assert [stage.name for stage in report.stages][-1] == "save"
    assert opened_blink.report.outputs == ()


@pytest.mark.parametrize(
    "part",
    [lambda opened: opened, lambda opened: opened.photo, lambda opened: Inspected(opened.photo, (), opened.report)],
    ids=["opened", "photo", "inspected"],
)
def test_each_is_itself_whatever_its_pixels(opened_blink: Opened, part: Callable[[Opened], Any]) -> None:
    one = part(opened_blink)
    twin = replace(one)
    assert one != twin
    assert [one, twin].index(twin) == 1
    assert len({one, twin}) == 2


def test_printed_it_is_short_and_tells_no_more_of_the_file_than_its_name(opened_blink: Opened) -> None:
    photo = replace(opened_blink.photo, file=FileFacts("JPEG", Path("/home/ada/family.jpg"), exif=b"48 N, 2 E"))
    assert repr(replace(opened_blink, variations=(photo,))) == "<Opened <Photo 512 x 512, JPEG, family.jpg>: 1 opened>"
    inspected = Inspected(photo, (), replace(opened_blink.report, faces=()))
    assert repr(inspected) == "<Inspected <Photo 512 x 512, JPEG, family.jpg>: no face>"
    assert repr(opened_blink.faces) == "(<face 1: opened>,)"


def test_a_photo_that_was_not_changed_carries_no_record(engine: Engine, portrait: Rgb, tmp_path: Path) -> None:
    open_eyes(Photo(portrait), engine=engine).save(tmp_path / "same.png")
    assert files.read_record(files.read(tmp_path / "same.png", Settings())) is None


def test_a_result_edited_again_is_no_file_and_names_the_edit_before(
    engine: Engine, blink: Path, tmp_path: Path
) -> None:
    source = files.read(blink, Settings())
    result = replace(source.with_tiles([Tile(Box(0, 0, 8, 8), np.zeros((8, 8, 3), np.uint8))]), edit=EDIT)
    report = open_eyes(result, engine=engine).save(tmp_path / "out.jpg")

    assert (report.input.path, report.input.sha256) == (str(blink), "")
    assert report.outputs[0].encoding == "coefficients"
    record = files.read_record(files.read(tmp_path / "out.jpg", Settings()))
    assert record is not None
    assert (record.input, record.earlier) == ("", (FIRST,))


def test_a_result_that_needs_nothing_more_keeps_its_record(opened_blink: Opened, engine: Engine) -> None:
    again = open_eyes(opened_blink.photo, engine=engine)
    assert not again.changed
    assert again.photo.edit == opened_blink.photo.edit is not None


@pytest.mark.parametrize(
    ("engine", "restorer", "came", "donors", "word"),
    [
        pytest.param("reference", "none", PIXELS, [TAKEN], PHOTOGRAPHED, id="photos put together"),
        pytest.param("reference", "none", TAKEN, [PIXELS], PHOTOGRAPHED, id="once more"),
        pytest.param("reference", "none", saying("print"), [PIXELS], PHOTOGRAPHED, id="a scan"),
        pytest.param("reference", "none", saying("digitalArt"), [PIXELS], f"{NEWSCODES}digitalArt", id="no photo"),
        pytest.param("reference", "none", saying("composite"), [saying("digitalArt")], COMPOSITE, id="nobody knows"),
        pytest.param("reference", "none", PIXELS, [PIXELS, saying("virtualRecording")], COMPOSITE, id="eyes of none"),
        pytest.param("reference", "none", AGAIN, [PIXELS], COMPOSITE, id="once more with such eyes"),
        pytest.param("reference", "gfpgan", PIXELS, [PIXELS], PAINTED, id="a restorer"),
        pytest.param("appearance", "none", saying("digitalArt"), [], PAINTED, id="a painter"),
        pytest.param("reference", "none", DONE, [PIXELS], PAINTED, id="a painted photo"),
        pytest.param("reference", "none", PIXELS, [PIXELS, DONE], PAINTED, id="eyes from a painted photo"),
    ],
)
def test_what_the_picture_is_made_of_is_never_said_too_well(
    engine: str, restorer: Restorer, came: Photo, donors: list[Photo], word: str
) -> None:
    report = replace(report_of("a.jpg", face_report("opened")), engine=engine)
    (photo,) = recorded((PIXELS,), report, Options.of(restorer=restorer), came, donors)
    assert photo.edit is not None
    assert photo.edit.source_type == word
    assert photo.edit.earlier == (() if came.edit is None else (replace(FIRST, engine=came.edit.engine),))


def test_the_report_says_which_photos_may_be_painted_by_what_their_files_say() -> None:
    came = reporting.report_of(DONE, "appearance", Options(), (), Stopwatch(), [PIXELS, DONE, saying("digitalArt")])
    assert came.input.painted
    assert [one.painted for one in came.references] == [False, True, False]
    made = reporting.report_of(saying("algorithmicMedia"), "appearance", Options(), (), Stopwatch())
    assert made.to_json()["input"]["painted"]


@pytest.fixture(scope="module")
def three(engine: Engine, blinked: Rgb) -> Opened:
    return open_eyes(Photo(blinked), Options.of(variations=3, mode="fast"), engine=engine)


def test_variations_are_numbered_from_one_best_first(three: Opened, tmp_path: Path) -> None:
    report = three.save(tmp_path / "out.v2.png")
    names = ["out.v2.1.png", "out.v2.2.png", "out.v2.3.png"]
    assert [Path(output.path).name for output in report.outputs] == names
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    for name, variation in zip(names, three.variations, strict=True):
        assert np.array_equal(files.read(tmp_path / name, Settings()).pixels, variation.pixels)


def test_nothing_is_overwritten_unless_asked_and_nothing_half_written(three: Opened, tmp_path: Path) -> None:
    (tmp_path / "out.3.png").write_text("mine")
    with pytest.raises(PhotoNotWritten, match=r"out\.3\.png"):
        three.save(tmp_path / "out.png")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"out.3.png": "mine"}
    three.save(tmp_path / "out.png", overwrite=True)
    assert len(list(tmp_path.iterdir())) == 3
    assert (tmp_path / "out.3.png").read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize("error", [PhotoNotWritten("no room"), KeyboardInterrupt()], ids=["no room", "ctrl-c"])
@pytest.mark.parametrize(("overwrite", "left"), [(False, ["mine.png"]), (True, ["mine.png", "out.1.png", "out.2.png"])])
def test_where_one_variation_cannot_be_written_no_new_file_stays(
    three: Opened,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    overwrite: bool,
    left: list[str],
) -> None:
    (tmp_path / "mine.png").write_text("mine")
    write = files.write

    def fails_at_the_last(photo: Photo, path: Path, **how: Any) -> Any:
        if path.name == "out.3.png":
            raise error
        return write(photo, path, **how)

    monkeypatch.setattr(files, "write", fails_at_the_last)
    with pytest.raises(type(error)):
        three.save(tmp_path / "out.png", overwrite=overwrite)
    assert sorted(path.name for path in tmp_path.iterdir()) == left


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("missing/out.png", "expected an existing folder"),
        ("out.gif", "it ends in .gif"),
        ("out.jgp", "it ends in .jgp"),
        ("out", "it has no ending"),
        ("there", "this is a folder"),
    ],
)
def test_a_place_that_cannot_be_written_is_named_as_given_and_leaves_nothing_behind(
    three: Opened, tmp_path: Path, name: str, says: str
) -> None:
    (tmp_path / "there").mkdir()
    for result in (three, three.only(2)):
        with pytest.raises(PhotoNotWritten) as caught:
            result.save(tmp_path / name)
        assert str(caught.value).startswith(f"{tmp_path / name}: ")
        assert says in str(caught.value)
    assert [path.name for path in tmp_path.rglob("*")] == ["there"]


def test_without_a_path_the_result_goes_beside_the_photo(engine: Engine, blink: Path, tmp_path: Path) -> None:
    source = tmp_path / "family.at.sea.jpg"
    source.write_bytes(blink.read_bytes())
    result = open_eyes(source, engine=engine)
    report = result.save()
    assert [output.path for output in report.outputs] == [str(tmp_path / "family.at.sea.opened.jpg")]
    assert source.read_bytes() == blink.read_bytes()
    with pytest.raises(PhotoNotWritten):
        result.save()
    with pytest.raises(PhotoNotWritten):
        result.save(source)


def test_a_photo_without_a_path_has_to_be_told_one(engine: Engine, three: Opened, blink: Path) -> None:
    for result in (three, open_eyes(blink.read_bytes(), engine=engine)):
        with pytest.raises(UsageError, match="without a path"):
            result.save()
