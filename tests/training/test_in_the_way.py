"""What is in the way of new eyes, counted over a folder."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from open_the_eyes.engine import Engine
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.mesh478 import INNER_CORNER, OUTER_CORNER
from open_the_eyes.roles import Face
from training import in_the_way


@pytest.fixture
def haired(blinked: Rgb, portrait_face: Face) -> Rgb:
    """A strand of hair across the eye on the left."""
    ends = portrait_face.landmarks[[OUTER_CORNER["left"], INNER_CORNER["left"]], :2]
    middle, width = ends.mean(axis=0), float(np.linalg.norm(ends[1] - ends[0]))
    first, last = (tuple(int(v) for v in middle + by * width * np.array([0.12, 1.0])) for by in (-1.2, 1.2))
    out = blinked.copy()
    cv2.line(out, first, last, (30, 20, 15), max(round(0.09 * width), 2), cv2.LINE_AA)
    return out


def test_photos_with_shut_eyes_are_counted_and_what_lies_over_them(
    engine: Engine,
    portrait: Rgb,
    blinked: Rgb,
    haired: Rgb,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, pixels in (("open", portrait), ("plain", blinked), ("hair", haired)):
        Image.fromarray(pixels).resize((1280, 1280)).save(tmp_path / f"{name}.png")
    (tmp_path / "none.png").write_bytes(b"")
    monkeypatch.setattr(in_the_way, "load_engine", lambda: engine)
    monkeypatch.setattr("sys.argv", ["in_the_way", str(tmp_path), "--names"])
    in_the_way.main()
    said = capsys.readouterr().out
    assert "of 2 photos" in said
    (row,) = (line for line in said.splitlines() if "strands of hair" in line)
    assert "hair" in row.split("│")[3]
    assert "plain" not in row
