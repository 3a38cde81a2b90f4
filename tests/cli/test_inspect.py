"""`inspect`, the real thing: the portrait as it is, and with a blink painted on."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from open_the_eyes.cli import main
from open_the_eyes.files.reading import read
from open_the_eyes.naming import is_drawing
from open_the_eyes.settings import Settings

Captured = pytest.CaptureFixture[str]


def test_a_blink_is_called_closed_and_nothing_is_written(blink: Path, capsys: Captured) -> None:
    before = blink.read_bytes(), set(blink.parent.iterdir())
    assert main(["inspect", str(blink)]) == 0
    assert "`open` would change that" in capsys.readouterr().out
    assert (blink.read_bytes(), set(blink.parent.iterdir())) == before


def test_json_is_the_same_schema_with_the_outcome_closed(blink: Path, capsys: Captured) -> None:
    assert main(["inspect", str(blink), "--json"]) == 0
    (face,) = json.loads(capsys.readouterr().out)["faces"]
    assert face["id"] == 1
    assert face["outcome"] == "closed"
    assert all(eye["openness_after"] is None for eye in face["eyes"].values())


@pytest.mark.parametrize("name", ["faces.png", "faces.jpg", "faces.tif", "no-suffix", "faces.2026"])
def test_annotate_draws_on_a_copy_without_the_photos_metadata(blink: Path, tmp_path: Path, name: str) -> None:
    drawing = tmp_path / name
    blink.chmod(0o600)
    assert main(["inspect", str(blink), "--annotate", str(drawing)]) == 0
    assert drawing.stat().st_mode & 0o777 == 0o600, "as private as the photo"
    photo, drawn = read(blink, Settings()), read(drawing, Settings())
    assert drawn.size_wh == photo.size_wh
    assert not np.array_equal(drawn.pixels, photo.pixels)
    assert drawn.file is not None
    assert (drawn.file.exif, drawn.file.xmp) == (None, None)


def test_the_example_names_a_drawing_that_no_batch_takes_for_a_photo(capsys: Captured) -> None:
    assert main(["inspect", "--help"]) == 0
    assert is_drawing(re.findall(r"--annotate (\S+\.jpg)", capsys.readouterr().out)[0])


def test_a_drawing_never_replaces_a_file_unasked(blink: Path, tmp_path: Path, capsys: Captured) -> None:
    drawing = tmp_path / "faces.png"
    drawing.write_text("mine")
    assert main(["inspect", str(blink), "--annotate", str(drawing)]) == 3
    assert "--overwrite replaces it" in capsys.readouterr().err
    assert drawing.read_text() == "mine"
    assert main(["inspect", str(blink), "--annotate", str(drawing), "--overwrite"]) == 0


def test_several_photos_are_drawn_into_a_folder(blink: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.jpg"
    copy.write_bytes(blink.read_bytes())
    assert main(["inspect", str(blink), str(copy), "--annotate", str(tmp_path / "new")]) == 0
    assert {path.name for path in (tmp_path / "new").iterdir()} == {
        f"{blink.stem}.faces{blink.suffix}",
        "copy.faces.jpg",
    }
