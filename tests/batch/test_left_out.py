"""Files that are no photos to do are told apart, and the first of each kind named."""

from __future__ import annotations

from open_the_eyes.batch import left_out
from open_the_eyes.batch.left_out import LeftOut


def test_what_is_left_out_is_told_by_kind_and_raw_files_come_first() -> None:
    found = LeftOut()
    assert str(found) == "none"
    for name in ("a/notes.md", "a/x.opened.CR2", "x.CR2", "y.nef", "b/clip.MOV", "price.pdf", "x.xmp"):
        found.add(name)
    said = "2 camera raw files: develop them to JPEG or TIFF first; 1 PDF; 1 film; 1 result of ours; 2 other files"
    assert str(found) == left_out.in_words(found.to_json()) == said
    assert found.to_json()["camera raw file"] == {"files": 2, "first": ["x.CR2", "y.nef"]}


def test_of_a_million_files_a_hundred_are_named() -> None:
    found = LeftOut()
    for number in range(250):
        found.add(f"{number}.dng")
    assert found.to_json()["camera raw file"]["files"] == 250
    assert len(found.paths["camera raw file"]) == left_out.NAMED
