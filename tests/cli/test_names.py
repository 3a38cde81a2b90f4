"""What the names that were given stand for."""

from __future__ import annotations

from pathlib import Path

import pytest

from open_the_eyes.cli import names
from open_the_eyes.errors import UnreadablePhoto, UsageError
from open_the_eyes.files import read
from open_the_eyes.settings import Settings


def test_an_address_is_no_photo_of_this_machine() -> None:
    for check in (names.check_photo, names.check_reference, lambda photo: names.spelt_out(["a.jpg", str(photo)])):
        with pytest.raises(
            UsageError, match=r"^(--reference )?s3://bucket/b\.jpg: expected a place on this machine, got"
        ):
            check(Path("s3://bucket/b.jpg"))


@pytest.mark.parametrize(("name", "came"), [("shots", "a folder"), ("shots/*.jpg", "a pattern")])
def test_of_several_references_each_has_its_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, came: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("shots").mkdir()
    with pytest.raises(UsageError, match=rf"--reference .*got {came}\. Write --reference before each photo"):
        names.check_reference(Path(name))


def test_a_name_too_long_is_left_for_the_reader_to_refuse() -> None:
    path = Path("a" * 5000)
    names.check_photo(path)
    with pytest.raises(UnreadablePhoto, match=r"^a{5000}: expected a file that can be read, got: "):
        read(path, Settings())


def test_what_no_shell_has_spelt_out_we_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("b.JPG", "a.jpg", "c[1].jpg"):
        Path(name).touch()
    given = ["*.jpg", "c[1].jpg", "*.png", "plain"]
    assert names.spelt_out(given) == ["a.jpg", "b.JPG", "c[1].jpg", "c[1].jpg", "*.png", "plain"]


def test_a_pattern_stands_for_results_only_where_there_is_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.jpg", "a.opened.jpg", "a.faces.jpg"):
        Path(name).touch()
    assert names.photos_of(["*.jpg", "*.opened.*"]) == (Path("a.jpg"), Path("a.opened.jpg"))
    assert names.spelt_out(["*.jpg"]) == ["a.faces.jpg", "a.jpg", "a.opened.jpg"]
