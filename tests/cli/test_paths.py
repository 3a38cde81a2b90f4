"""Where results go."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from open_the_eyes.cli import main, paths
from open_the_eyes.errors import NoRoomOnDisk, PhotoNotWritten, UsageError
from open_the_eyes.naming import is_drawing, is_result, numbered, opened_path


@pytest.mark.parametrize(
    ("photos", "out", "expected"),
    [
        pytest.param(["a/b.jpg"], None, ["a/b.opened.jpg"], id="beside the photo"),
        pytest.param(["a/b.c.JPG"], None, ["a/b.c.opened.JPG"], id="dots and capitals kept"),
        pytest.param(["photo"], None, ["photo.opened"], id="no suffix"),
        pytest.param(["b.jpg"], "out.jpg", ["out.jpg"], id="a file"),
        pytest.param(["/dev/stdin"], "out.jpg", ["out.jpg"], id="of a stream"),
        pytest.param(["/dev/shm/b.jpg"], None, ["/dev/shm/b.opened.jpg"], id="in memory, which is a folder"),
        pytest.param(["b.jpg"], "out.2026", ["out.2026"], id="a file whose name has no ending"),
        pytest.param(["a/b.jpg"], "there", ["there/b.opened.jpg"], id="a folder that exists"),
        pytest.param(["a/b.jpg"], "new/", ["new/b.opened.jpg"], id="a folder by its slash"),
        pytest.param(["a.jpg", "b.png"], "new", ["new/a.opened.jpg", "new/b.opened.png"], id="several"),
        pytest.param(["a.jpg", "a.png"], None, ["a.opened.jpg", "a.opened.png"], id="one stem, two formats"),
    ],
)
def test_results_are_planned(
    photos: list[str], out: str | None, expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there").mkdir()
    assert paths.planned([Path(photo) for photo in photos], out) == [Path(path) for path in expected]


@pytest.mark.parametrize(
    ("photos", "out", "message"),
    [
        pytest.param(
            ["x/a.jpg", "y/a.jpg"], "new", "two photos would both be written to new/a.opened.jpg", id="one name"
        ),
        pytest.param(["a.jpg", "a.jpg"], None, "two photos would both be written", id="the same twice"),
        pytest.param(["a.jpg", "b.jpg"], "file", "expected a folder, got a file", id="a file for several"),
        pytest.param(["a.jpg", "b.jpg"], "c.JPG", "expected a folder, got a file", id="the name of one for several"),
        pytest.param(["a.jpg"], "", "-o: expected a name, got nothing", id="an empty name"),
        pytest.param(["a.jpg"], "s3://bucket/", "-o s3://bucket/: expected a place on this machine", id="an address"),
        pytest.param(["a.jpg"], "-", "-o -: expected the name of a file, no picture goes to stdout", id="stdout"),
        pytest.param(["a.jpg", "b.jpg"], "/dev/null", "expected a folder, got a device", id="a device for several"),
        pytest.param(["/dev/stdin"], None, "-o: expected a name for the result of /dev/stdin, got none", id="a stream"),
        pytest.param(["a.jpg", "/dev/fd/63"], None, "for the result of /dev/fd/63, got none", id="another stream"),
        pytest.param(["/proc/self/fd/0"], None, "for the result of /proc/self/fd/0, got none", id="one of a process"),
        pytest.param(["a.jpg"], "a.jgp", "-o a.jgp: expected a name ending in .jpg", id="a misspelt format"),
        pytest.param(["a.jpg"], "a.GIF", "-o a.GIF: expected a name ending in .jpg", id="a format that is not written"),
    ],
)
def test_plans_that_cannot_work_are_refused(
    photos: list[str], out: str | None, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(paths, "special", lambda path: "a device" if path == Path("/dev/null") else "")
    Path("file").touch()
    with pytest.raises(UsageError, match=message):
        paths.planned([Path(photo) for photo in photos], out)


def test_a_pipe_is_left_to_be_refused_as_a_photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(paths, "special", lambda _: "a pipe")
    assert paths.planned([Path("/dev/fd/63")], None) == [Path("/dev/fd/63.opened")]


@pytest.mark.parametrize("names", [("x/DSC_1.JPG", "y/dsc_1.jpg"), ("x/Zo\u00eb.jpg", "y/Zoe\u0308.jpg")])
def test_names_that_are_alike_are_two_results_only_where_the_disk_keeps_them_apart(
    names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = [Path(name) for name in names]
    monkeypatch.setattr(paths, "keeps_apart", lambda folder: folder != Path("new"))
    with pytest.raises(UsageError, match="two photos would both be written to new"):
        paths.planned(photos, "new")
    assert len(set(paths.planned(photos, "other"))) == 2


@pytest.mark.parametrize(
    "check",
    [
        pytest.param(lambda: paths.check_output(Path("s3://bucket/b.jpg"), (), overwrite=True), id="a result"),
        pytest.param(lambda: paths.check_report(Path("s3://b.json"), (), overwrite=True), id="a report"),
        pytest.param(lambda: paths.check_folder(Path("s3://bucket"), "-o"), id="a folder"),
    ],
)
def test_an_address_is_no_folder_of_that_name(
    check: Callable[[], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="expected a place on this machine, got an address"):
        check()
    Path("s3:").mkdir()
    paths.check_here("s3:/bucket")


def test_a_photo_is_not_replaced_under_another_name_either(tmp_path: Path) -> None:
    photo, link = tmp_path / "a.jpg", tmp_path / "link.jpg"
    photo.touch()
    link.symlink_to(photo)
    with pytest.raises(UsageError, match="the original is never replaced"):
        paths.check_output(link, [photo], overwrite=True)


@pytest.mark.parametrize("out", ["new/../a.jpg", "./new/er/../../a.jpg", "there/../new/../hard.jpg"])
def test_a_photo_is_not_replaced_by_way_of_a_folder_that_is_yet_to_be_made(
    out: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there").mkdir()
    Path("a.jpg").touch()
    Path("hard.jpg").hardlink_to("a.jpg")
    with pytest.raises(UsageError, match="the original is never replaced"):
        paths.check_output(Path(out), [Path("a.jpg")], overwrite=True)
    with pytest.raises(PhotoNotWritten, match="is there already"):
        paths.check_output(Path(out), [], overwrite=False)
    paths.check_output(Path(out), [], overwrite=True)


def test_a_folder_is_not_a_result(tmp_path: Path) -> None:
    with pytest.raises(PhotoNotWritten, match="got a folder"):
        paths.check_output(tmp_path, [], overwrite=True)


@pytest.mark.parametrize("overwrite", [True, False])
@pytest.mark.parametrize(("place", "kind"), [("pipe", "a pipe"), ("/dev/null", "a device"), ("stdout", "a pipe")])
def test_a_device_or_a_pipe_is_not_a_result(tmp_path: Path, place: str, kind: str, overwrite: bool) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "stdout").symlink_to("pipe")
    path = tmp_path / place
    for check in (paths.check_output, paths.check_report):
        with pytest.raises(PhotoNotWritten, match=f"{path}: expected the name of a file, this is {kind}, into"):
            check(path, [], overwrite=overwrite)


def test_a_report_is_not_written_to_stdout_by_a_dash() -> None:
    with pytest.raises(UsageError, match="--report -: expected the name of a file; --json prints the report"):
        paths.report_place("-")
    assert paths.report_place("./-") == Path("-")


def test_a_name_too_long_is_left_for_the_writer_to_refuse() -> None:
    paths.check_output(Path("a" * 5000), [], overwrite=False)
    with pytest.raises(PhotoNotWritten):
        paths.write_text(Path("a" * 5000), "", overwrite=False)


@pytest.mark.parametrize("photo", ["a.jpg", "a.b.PNG"])
def test_results_are_known_by_their_names_and_photos_are_not(photo: str) -> None:
    assert not is_result(photo)
    assert all(is_result(path.name) for count in (1, 2) for path in numbered(opened_path(Path(photo)), count))


@pytest.mark.parametrize(("name", "drawn"), [("a.faces.jpg", True), ("faces.jpg", False), ("a.faces.new.jpg", False)])
def test_drawings_are_known_by_their_names_too(name: str, drawn: bool) -> None:
    assert is_result(name) is is_drawing(name) is drawn


def test_variations_are_numbered() -> None:
    assert numbered(Path("a.opened.jpg"), 1) == [Path("a.opened.jpg")]
    assert numbered(Path("a.opened.jpg"), 2) == [Path("a.opened.1.jpg"), Path("a.opened.2.jpg")]


def test_a_report_is_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    report = tmp_path / "new" / "report.json"
    paths.write_text(report, "{}", overwrite=False)
    assert report.read_text() == "{}"
    assert list(report.parent.iterdir()) == [report]


@pytest.mark.parametrize(
    ("report", "error", "message"),
    [
        pytest.param("made", UsageError, "one lies in the other", id="a folder of a result"),
        pytest.param("made/out.png/report.json", UsageError, "one lies in the other", id="below a result"),
        pytest.param("file/report.json", PhotoNotWritten, "file is not. Name another", id="below a file"),
        pytest.param("shut/new/report.json", PhotoNotWritten, "shut is not. Name another", id="a shut folder"),
        pytest.param(".", UsageError, "expected a file, got a folder", id="a folder"),
    ],
)
def test_a_report_that_cannot_be_written_is_refused_before_the_work(
    report: str, error: type[Exception], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    Path("shut").mkdir()
    monkeypatch.setattr("os.access", lambda folder, _: Path(folder).name != "shut")
    with pytest.raises(error, match=message):
        paths.check_report(Path(report), [Path("made/out.png")], overwrite=False)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a folder in which nothing can be made")
def test_a_folder_that_cannot_be_made_is_refused_before_the_work() -> None:
    with pytest.raises(PhotoNotWritten, match="-o /proc/nope: expected a folder that can be written, /proc is not"):
        paths.check_folder(Path("/proc/nope"), "-o")
    with pytest.raises(PhotoNotWritten, match=r"/proc is not.*\. Name another with -o\."):
        paths.check_output(Path("/proc/nope/a.jpg"), [], overwrite=False)


def test_a_disk_too_full_for_a_folder_is_said_to_be_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryDirectory", full)
    with pytest.raises(NoRoomOnDisk, match=rf"-o .*new: expected .*, {tmp_path} is not \(No space left on device\)"):
        paths.check_folder(tmp_path / "new", "-o")


def test_a_folder_that_can_be_made_is_not_made_by_asking(tmp_path: Path) -> None:
    paths.check_folder(tmp_path / "new" / "er")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["open", ""], id="a photo"),
        pytest.param(["inspect", ""], id="a photo that is looked at"),
        pytest.param(["show-edit", ""], id="a file"),
        pytest.param(["best-take", ""], id="a burst"),
        pytest.param(["open", "a.jpg", "--reference", ""], id="a reference"),
        pytest.param(["batch", "a.jpg", "out", "--reference", ""], id="a batch's reference"),
        pytest.param(["open", "a.jpg", "--replay", ""], id="an edited file"),
        pytest.param(["open", "a.jpg", "--report", ""], id="a report"),
        pytest.param(["open", "a.jpg", "--c2pa-cert", "", "--c2pa-key", ""], id="a certificate"),
    ],
)
def test_an_empty_name_is_not_this_folder(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "expected a name, got nothing" in capsys.readouterr().err
