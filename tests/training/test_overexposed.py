"""What painting as a shorter exposure is worth, measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from open_the_eyes.imaging.arrays import Rgb
from training import overexposed


def test_two_stops_are_four_times_the_light() -> None:
    levels = np.array([[[0, 55, 118], [137, 188, 255]]], np.uint8)
    assert overexposed.exposed(levels, 0).tolist() == levels.tolist()
    assert overexposed.exposed(levels, 2).tolist() == [[[0, 109, 221], [255, 255, 255]]]


def test_cut_off_skin_is_told_of_with_and_without(
    portrait: Rgb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(portrait).save(tmp_path / "portrait.png")
    monkeypatch.setattr("training.faces.CACHE", tmp_path / "cache")
    monkeypatch.setattr("sys.argv", ["overexposed", str(tmp_path), "--stops", "0", "1.2"])
    overexposed.main()
    rows = [line.split("│") for line in capsys.readouterr().out.splitlines() if "│" in line]
    (straight, shorter) = ([cell.strip() for cell in row[1:-1]] for row in rows)
    assert [straight[:3], shorter[:3]] == [["1.2", "1", "straight"], ["1.2", "1", "shorter exposure"]]
    assert float(shorter[3]) < float(straight[3])
    assert abs(float(shorter[5])) < abs(float(straight[5]))
