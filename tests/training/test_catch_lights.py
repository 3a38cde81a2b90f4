"""Lights in irises, counted."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from open_the_eyes.engine import Engine
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.mesh478 import IRIS, SIDES
from open_the_eyes.roles import Face
from training import catch_lights


def with_lights(portrait: Rgb, face: Face, *places: tuple[float, float]) -> Rgb:
    """Irises of one brown and round lights in both, radii across and down from their centres."""
    out = portrait.copy()
    for side in SIDES:
        iris = face.landmarks[IRIS[side], :2]
        radius = float(np.linalg.norm(iris[1:] - iris[0], axis=1).mean())
        disc = np.zeros(out.shape[:2], np.uint8)
        cv2.circle(disc, tuple(np.rint(iris[0]).astype(int).tolist()), round(0.95 * radius), 255, -1, cv2.LINE_AA)
        out[(disc > 128) & (out.max(axis=2) > 0)] = (70, 50, 40)
        for place in places:
            at = np.rint(iris[0] + radius * np.array(place)).astype(int).tolist()
            cv2.circle(out, tuple(at), max(round(0.12 * radius), 1), (250, 250, 250), -1, cv2.LINE_AA)
    return out


@pytest.fixture(scope="module")
def large(portrait: Rgb) -> Rgb:
    return np.asarray(cv2.resize(portrait, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC), np.uint8)


@pytest.fixture(scope="module")
def face(engine: Engine, large: Rgb) -> Face:
    (face,) = engine.detector.detect(large)
    return face


@pytest.mark.parametrize(
    ("places", "shares"),
    [
        ([], ["100.0 %", "0.0 %", "0.0 %"]),
        ([(0.2, -0.1)], ["0.0 %", "100.0 %", "0.0 %"]),
        ([(0.3, -0.1), (-0.3, 0.1)], ["0.0 %", "0.0 %", "100.0 %"]),
    ],
)
def test_lights_are_counted(
    places: list[tuple[float, float]],
    shares: list[str],
    engine: Engine,
    large: Rgb,
    face: Face,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Image.fromarray(with_lights(large, face, *places)).save(tmp_path / "one.png")
    monkeypatch.setattr(catch_lights, "load_engine", lambda: engine)
    monkeypatch.setattr("sys.argv", ["catch_lights", str(tmp_path), "--as-they-are"])
    catch_lights.main()
    (row,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("│"))
    assert [cell.strip() for cell in row.split("│")[1:5]] == ["2", *shares]


def test_opened_eyes_have_one_light_each(
    engine: Engine, blinked: Rgb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(blinked).resize((1280, 1280)).save(tmp_path / "one.png")
    monkeypatch.setattr(catch_lights, "load_engine", lambda: engine)
    monkeypatch.setattr("sys.argv", ["catch_lights", str(tmp_path)])
    catch_lights.main()
    (row,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("│"))
    assert [cell.strip() for cell in row.split("│")[1:5]] == ["2", "0.0 %", "100.0 %", "0.0 %"]
