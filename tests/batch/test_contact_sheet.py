"""The contact sheet and the small pictures on it."""

from __future__ import annotations

import base64
import os
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

from open_the_eyes.batch import contact_sheet
from open_the_eyes.batch.contact_sheet import write_sheet
from open_the_eyes.batch.record import Output, Record
from open_the_eyes.batch.thumbnails import FACE_WH, SIDE_WH, eye_comparison, face_picture, jpeg_base64
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.photo import Photo
from open_the_eyes.results import Opened

HOSTILE = '"><script>alert(1)</script>&#.jpg'


class Page(HTMLParser):
    """What a browser would make of a page: tags, and the addresses it would ask for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.pictures: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        values = dict(attrs)
        if tag == "a":
            self.links.append(values.get("href") or "")
        if tag == "img":
            self.pictures.append(values.get("src") or "")


def opened(name: str) -> Record:
    output = Output(name.replace(".jpg", ".opened.jpg"), 10, "00")
    return Record(name, 1, 1, "", "mark", "opened", ("opened",), (output,), eyes=("AAAA",), more_faces=2)


def told(**counts: int) -> dict[str, object]:
    return {"in": "shoot", "engine": "appearance", "photos": 0, "opened": 0, "unchanged": 0, "failed": 0} | {
        "kept": 0,
        "to_look_at": 0,
        "not_done": 0,
        **counts,
    }


@pytest.mark.parametrize(
    ("root", "called"),
    [
        (".", "shoot"),
        ("raw/..", "shoot"),
        ("../shoot", "shoot"),
        ("s3://bucket/day", "s3://bucket/day"),
        ("/", "/"),
    ],
)
def test_a_sheet_is_headed_by_the_name_of_the_folder_however_it_was_named(
    root: str, called: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shoot/raw").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "shoot")
    (page,) = write_sheet(tmp_path, {}, told() | {"in": root})
    assert re.findall(r"<(?:h1|title)>(.*?)<", page.read_text()) == [f"Open The Eyes: {called}"] * 2


def test_a_picture_shows_what_changed_before_and_after(blinked: Rgb, opened_blink: Opened) -> None:
    (face,) = opened_blink.faces
    picture = eye_comparison(Photo(blinked), opened_blink.photo, face.box)
    assert picture is not None
    left, right = picture[:, : SIDE_WH[0]], picture[:, -SIDE_WH[0] :]
    assert left.shape == right.shape == (SIDE_WH[1], SIDE_WH[0], 3)
    dark_before, dark_after = (int((half[20:55, 30:140].mean(axis=2) < 60).sum()) for half in (left, right))
    assert dark_after > dark_before + 50  # open eyes have pupils
    assert cv2.imdecode(np.frombuffer(base64.b64decode(jpeg_base64(picture)), np.uint8), cv2.IMREAD_COLOR) is not None


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(Box(0, 0, 1, 1), id="one pixel in the corner"),
        pytest.param(Box(0, 5, 90, 6), id="a line"),
        pytest.param(Box(40, 0, 41, 60), id="a column"),
        pytest.param(Box(0, 0, 90, 60), id="everything"),
    ],
)
def test_whatever_changed_fits_the_picture(changed: Box) -> None:
    before = np.full((60, 90, 3), 90, np.uint8)
    after = before.copy()
    changed.cut(after)[...] = 20
    picture = eye_comparison(Photo(before), Photo(after), Box(-5, -5, 100, 100))
    assert picture is not None
    assert picture.shape == (SIDE_WH[1], 2 * SIDE_WH[0] + 4, 3)


def test_where_nothing_changed_there_is_nothing_to_show(blinked: Rgb) -> None:
    assert eye_comparison(Photo(blinked), Photo(blinked), Box(0, 0, 512, 512)) is None


def test_pages_are_bounded_and_linked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact_sheet, "PER_PAGE", 10)
    records = (opened(f"a/{n}.jpg") for n in range(25))
    pages = write_sheet(tmp_path, {"opened": records}, told(photos=25, opened=25))
    assert [path.name for path in pages] == ["sheet.html", "sheet-2.html", "sheet-3.html"]
    shown = [Page(path.read_text()) for path in pages]
    assert [len(page.pictures) for page in shown] == [10, 10, 5]
    assert "sheet-3.html" in shown[0].links
    assert "../a/0.opened.jpg" in shown[0].links


def test_pages_of_a_longer_batch_before_do_not_stay(tmp_path: Path) -> None:
    (tmp_path / "sheet-9.html").write_text("old")
    write_sheet(tmp_path, {}, told())
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.html"]


def test_a_page_asks_nobody_for_anything(tmp_path: Path) -> None:
    (path,) = write_sheet(tmp_path, {"opened": [opened("a.jpg")]}, told(photos=1, opened=1))
    page = Page(path.read_text())
    assert all(source.startswith("data:image/jpeg;base64,") for source in page.pictures)
    assert not {"script", "link", "iframe"} & set(page.tags)
    assert "default-src 'none'" in path.read_text()


@pytest.mark.parametrize("name", [HOSTILE, os.fsdecode(b"\xff\n.jpg")])
def test_a_hostile_name_stays_a_name(tmp_path: Path, name: str) -> None:
    bad = Record(name, 1, 1, "", "mark", "failed", error=f"{HOSTILE}: expected a photo", exit_code=3)
    (path,) = write_sheet(tmp_path, {"failed": [bad], "opened": [opened(name)]}, told(photos=2, opened=1, failed=1))
    page = Page(path.read_text(encoding="utf-8"))
    assert "script" not in page.tags
    (link,) = page.links
    assert "<" not in link
    assert '"' not in link


def test_faces_to_look_at_have_their_number_their_picture_and_why(tmp_path: Path) -> None:
    outcomes = ("unsure", "already_open", "kept_original")
    reasons = ("One eye may be <narrow>.", "Both eyes are open.", "Left as it was: no.")
    group = replace(opened(HOSTILE), state="unchanged", faces=outcomes, reasons=reasons, crops=("AAAA",), outputs=())
    shown = {"to_look_at": [group], "opened": [opened("a.jpg")]}
    (path,) = write_sheet(tmp_path, shown, told(photos=2, opened=1, unchanged=1, to_look_at=1))  # type: ignore[arg-type]
    text, page = path.read_text(), Page(path.read_text())
    assert "<b>face 1 of 3</b> One eye may be &lt;narrow&gt;." in text
    assert "<b>face 3 of 3</b> Left as it was" in text
    assert "face 2 of 3" not in text
    assert len(page.pictures) == 2, "the first has a picture, as has the opened face"
    assert "script" not in page.tags


@pytest.mark.parametrize("face", [Box(10, 10, 50, 60), Box(-9, -9, 20, 20), Box(0, 0, 90, 60)])
def test_a_face_is_shown_as_it_is_wherever_it_is(face: Box) -> None:
    photo = Photo(np.full((60, 90, 3), 90, np.uint8))
    picture = face_picture(photo, face)
    assert picture.shape == (FACE_WH[1], FACE_WH[0], 3)
    assert (picture[60, 60] == 90).all()


def test_what_was_kept_is_named_under_a_heading_of_its_own(tmp_path: Path) -> None:
    kept = replace(opened("mum.jpg"), state="kept", eyes=())
    (path,) = write_sheet(tmp_path, {"kept": [kept], "opened": [opened("a.jpg")]}, told(photos=2, opened=1, kept=1))
    text = path.read_text()
    assert text.index("<h2>Kept: changed since") < text.index("mum.opened.jpg") < text.index("<h2>Opened")
    assert "<b>1</b>kept" in text
