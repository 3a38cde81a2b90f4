"""Writing: whole or not at all, and never over another file by accident."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from open_the_eyes.errors import NoRoomOnDisk, PhotoNotWritten
from open_the_eyes.files import read, read_record, write
from open_the_eyes.photo import Photo
from open_the_eyes.settings import Settings
from tests.files.pictures import (
    RECORD,
    facts,
    files_in,
    picture,
    saved,
)

SETTINGS = Settings()


def test_the_suffix_chooses_the_format_and_an_unknown_one_keeps_it(tmp_path: Path) -> None:
    source = read(saved(picture(), "JPEG"), SETTINGS)
    for name, starts in [
        ("a.PNG", b"\x89PNG"),
        ("a.tif", b"II\x2a\0"),
        ("a.jpeg", b"\xff\xd8"),
        ("a.bak", b"\xff\xd8"),
    ]:
        write(source, tmp_path / name, record=None)
        assert (tmp_path / name).read_bytes().startswith(starts)
    with pytest.raises(PhotoNotWritten, match=r"\.gif"):
        write(source, tmp_path / "a.gif", record=None)
    with pytest.raises(PhotoNotWritten, match="ending in"):
        write(Photo(source.pixels), tmp_path / "b.bak", record=None)


def test_the_report_names_the_file_and_its_hash(tmp_path: Path) -> None:
    source = read(saved(picture(), "JPEG"), SETTINGS)

    report = write(source, tmp_path / "out.jpg", record=RECORD)

    assert report.path == str(tmp_path / "out.jpg")
    assert report.sha256 == facts(read(tmp_path / "out.jpg", SETTINGS)).sha256


def test_a_new_file_has_the_permissions_of_the_umask_and_a_replaced_one_its_own(tmp_path: Path) -> None:
    source = read(saved(picture(), "JPEG"), SETTINGS)
    path = tmp_path / "out.jpg"
    before = os.umask(0o027)
    try:
        write(source, path, record=None)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640

    path.chmod(0o604)
    write(source, path, record=None, overwrite=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


@pytest.mark.parametrize(("source", "result"), [(0o600, 0o600), (0o640, 0o640), (0o444, 0o644), (0o777, 0o664)])
@pytest.mark.parametrize("links", [True, False], ids=["hard links", "none"])
def test_a_result_is_as_private_as_its_photo(
    source: int, result: int, links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(saved(picture(), "JPEG"))
    came = read(photo, SETTINGS)
    photo.chmod(source)
    if not links:
        monkeypatch.setattr(os, "link", _no_links)
    before = os.umask(0o002)
    try:
        write(came, tmp_path / "out.jpg", record=RECORD)
        photo.unlink()
        write(came, tmp_path / "of-one-gone.jpg", record=RECORD)
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "out.jpg").stat().st_mode) == result
    assert stat.S_IMODE((tmp_path / "of-one-gone.jpg").stat().st_mode) == 0o664


@pytest.mark.parametrize(
    ("source", "result"), [(0o640, 0o600), (0o664, 0o644), (0o644, 0o644), (0o604, 0o604), (0o600, 0o600)]
)
def test_a_result_of_another_group_lets_that_do_no_more_than_anybody(
    source: int, result: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, out, replaced = tmp_path / "photo.jpg", tmp_path / "out.jpg", tmp_path / "replaced.jpg"
    for path in (photo, replaced):
        path.write_bytes(saved(picture(), "JPEG"))
        path.chmod(source)
    own = Path.stat

    def of_another_group(path: Path, **options: bool) -> os.stat_result:
        found = own(path, **options)
        return os.stat_result((*found[:5], found.st_gid + (path in (photo, replaced)), *found[6:]))

    monkeypatch.setattr(Path, "stat", of_another_group)
    before = os.umask(0o002)
    try:
        write(read(photo, SETTINGS), out, record=RECORD)
        write(read(photo, SETTINGS), replaced, record=RECORD, overwrite=True)
    finally:
        os.umask(before)

    assert [stat.S_IMODE(own(path).st_mode) for path in (out, replaced)] == [result, result]


def _no_links(*_: object, **__: object) -> None:
    raise OSError(errno.EPERM, "no hard links here")


def test_the_source_is_never_replaced_unasked(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    data = saved(picture(), "JPEG")
    path.write_bytes(data)
    (tmp_path / "link.jpg").symlink_to(path)
    (tmp_path / "sub").mkdir()
    source = read(path, SETTINGS)

    for same in [path, tmp_path / "link.jpg", tmp_path / "sub" / ".." / "photo.jpg"]:
        with pytest.raises(PhotoNotWritten, match="photo's own"):
            write(source, same, record=None)

    assert path.read_bytes() == data
    assert files_in(tmp_path) == ["link.jpg", "photo.jpg", "sub"]
    write(source, tmp_path / "link.jpg", record=RECORD, overwrite=True)
    assert (tmp_path / "link.jpg").is_symlink()
    assert read_record(read(path, SETTINGS)) == RECORD


def test_places_that_take_no_file_are_refused_and_left_clean(tmp_path: Path) -> None:
    source = read(saved(picture(), "JPEG"), SETTINGS)
    (tmp_path / "taken.jpg").write_bytes(b"mine")
    (tmp_path / "folder.jpg").mkdir()
    (tmp_path / "dangling.jpg").symlink_to(tmp_path / "nowhere" / "x.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    before = files_in(tmp_path)
    for name, overwrite, says in [
        ("taken.jpg", False, "taken"),
        ("folder.jpg", True, "folder"),
        ("pipe.jpg", True, "pipe"),
        ("dangling.jpg", False, "taken"),
        ("dangling.jpg", True, "create it first"),
        ("missing/out.jpg", False, "create it first"),
        ("taken.jpg/out.jpg", False, "create it first"),
        ("n" * 300 + ".jpg", False, "give the photo or its result a shorter name; in a batch --keep-names may do"),
        ("a\0b.jpg", False, "expected"),
    ]:
        with pytest.raises(PhotoNotWritten, match=says):
            write(source, tmp_path / name, record=None, overwrite=overwrite)

    assert files_in(tmp_path) == before
    assert (tmp_path / "taken.jpg").read_bytes() == b"mine"


@pytest.mark.parametrize("call", ["open", "fsync", "link"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EIO])
def test_a_disk_that_refuses_leaves_nothing_behind(
    call: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = read(saved(picture(), "JPEG"), SETTINGS)

    def refuse(*_: object, **__: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, refuse)
    if call == "link":  # then a system without hard links is tried, and refuses too
        monkeypatch.setattr(Path, "replace", refuse)

    with pytest.raises(PhotoNotWritten, match=os.strerror(number)) as told:
        write(source, tmp_path / "out.jpg", record=None)

    assert ("make room" in str(told.value)) == (number == errno.ENOSPC) == isinstance(told.value, NoRoomOnDisk)
    assert files_in(tmp_path) == []


def test_a_result_that_may_not_be_written_is_left_alone_on_windows_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, path, unlink = read(saved(picture(), "JPEG"), SETTINGS), tmp_path / "out.jpg", Path.unlink
    path.write_bytes(b"kept")
    path.chmod(0o444)

    def refuse_read_only(self: Path, *_: object, **__: object) -> None:  # whoever asks, even root
        if self.exists() and not self.stat().st_mode & stat.S_IWUSR:
            raise PermissionError(errno.EACCES, "Access is denied")
        unlink(self, missing_ok=True)

    monkeypatch.setattr(Path, "unlink", refuse_read_only)
    monkeypatch.setattr(Path, "replace", refuse_read_only)

    with pytest.raises(PhotoNotWritten, match="Access is denied"):
        write(source, path, record=None, overwrite=True)

    assert path.read_bytes() == b"kept"
    assert files_in(tmp_path) == ["out.jpg"]


def test_an_interrupted_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = read(saved(picture(), "JPEG"), SETTINGS)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)

    with pytest.raises(KeyboardInterrupt):
        write(source, tmp_path / "out.jpg", record=None)

    assert files_in(tmp_path) == []


def test_a_name_taken_during_the_work_is_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = read(saved(picture(), "JPEG"), SETTINGS)
    path = tmp_path / "out.jpg"
    sync = os.fsync

    def someone_is_faster(descriptor: int) -> None:
        path.write_bytes(b"theirs")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", someone_is_faster)

    with pytest.raises(PhotoNotWritten, match="taken"):
        write(source, path, record=None)

    assert path.read_bytes() == b"theirs"
    assert files_in(tmp_path) == ["out.jpg"]


def test_a_file_system_without_hard_links_is_written_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = read(saved(picture(), "JPEG"), SETTINGS)

    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)

    write(source, tmp_path / "out.jpg", record=None)

    assert read(tmp_path / "out.jpg", SETTINGS).size_wh == source.size_wh
    assert files_in(tmp_path) == ["out.jpg"]
