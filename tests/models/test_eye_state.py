"""The eye-state network as it is shipped."""

from __future__ import annotations

import re
from math import prod
from pathlib import Path

import numpy as np
import onnx
import pytest

from open_the_eyes.errors import WeightsMissing
from open_the_eyes.imaging.face.eye_crop import SIZE_WH
from open_the_eyes.models.eye_state import MODEL_FILE, EyeStateNetwork, standardised
from open_the_eyes.system.installed import RESTORE


def test_the_model_file_is_small() -> None:
    assert 10_000 < MODEL_FILE.stat().st_size < 2_000_000


def test_the_model_card_tells_how_many_parameters_the_file_has() -> None:
    graph = onnx.load(MODEL_FILE).graph
    card = Path(__file__).parents[2] / "training/eye_state/MODEL_CARD.md"
    assert f"{sum(prod(one.dims) for one in graph.initializer):,} parameters" in card.read_text(encoding="utf-8")


def test_no_eyes_no_readings() -> None:
    assert EyeStateNetwork().read([], []) == []


def test_an_eye_reads_the_same_alone_and_in_company() -> None:
    rng = np.random.default_rng(2)
    crops = [rng.integers(0, 256, (SIZE_WH[1], SIZE_WH[0], 3), dtype=np.uint8) for _ in range(3)]
    network = EyeStateNetwork()
    together = network.read(crops, [0.2, 0.9, 1.1])
    assert together == [network.read([crop], [o])[0] for crop, o in zip(crops, [0.2, 0.9, 1.1], strict=True)]
    assert all(0 <= one.closed <= 1 and 0 <= one.covered <= 1 for one in together)


def test_brightness_does_not_matter() -> None:
    crop = np.random.default_rng(3).integers(60, 180, (40, 56, 3), dtype=np.uint8)
    assert np.abs(standardised(crop) - standardised(crop + np.uint8(50))).max() < 1e-4
    assert np.isfinite(standardised(np.zeros((40, 56, 3), np.uint8))).all()


def test_a_network_that_is_gone_is_named_with_what_mends_it(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=rf"gone\.onnx.*{re.escape(RESTORE)}"):
        EyeStateNetwork(tmp_path / "gone.onnx").read([np.zeros((48, 64, 3), np.uint8)], [1.0])
