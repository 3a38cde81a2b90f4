"""What a photo is known by to have got just what is wanted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from open_the_eyes.batch.spec import BatchSpec, deciding
from open_the_eyes.cli.batch.command import _decided
from open_the_eyes.settings import Settings

SDXL = Settings(sdxl=Path("/models/other"))


def test_another_quality_makes_another_batch() -> None:
    usual, *others = (BatchSpec(engine="auto", painter="appearance", quality=quality) for quality in (None, 80, 90))
    assert len({spec.fingerprint for spec in (usual, *others)}) == 3
    assert [spec.to_json().get("quality") for spec in (usual, *others)] == [None, 80, 90]


def test_what_becomes_of_a_reference_while_a_batch_runs_is_another_batchs(tmp_path: Path) -> None:
    reference = tmp_path / "shot2.jpg"
    reference.write_bytes(b"as it was")
    spec = BatchSpec(engine="auto", painter="appearance", references=(reference,))
    first = spec.fingerprint
    reference.write_bytes(b"with a rating")
    assert spec.fingerprint == first
    assert replace(spec).fingerprint != first
    reference.unlink()
    assert spec.fingerprint == first


@pytest.mark.parametrize(
    ("settings", "painter", "told"),
    [
        pytest.param(Settings(), "sdxl", {}, id="the defaults"),
        pytest.param(Settings(min_face_px=20), "appearance", {"OTE_MIN_FACE_PX": "20"}, id="smaller faces"),
        pytest.param(Settings(detector="insightface"), "sdxl", {"OTE_DETECTOR": "insightface"}, id="a detector"),
        pytest.param(Settings(detector="mediapipe"), "sdxl", {}, id="the usual detector by its name"),
        pytest.param(SDXL, "sdxl", {"OTE_SDXL": "/models/other"}, id="a checkpoint"),
        pytest.param(SDXL, "auto", {"OTE_SDXL": "/models/other"}, id="a checkpoint that others may have"),
        pytest.param(SDXL, "appearance", {}, id="a checkpoint that nobody uses"),
        pytest.param(Settings(device="cpu", gpu_room_mib=9000, compile=False), "sdxl", {}, id="another machine"),
    ],
)
def test_settings_by_which_eyes_are_found_and_painted_tell_batches_apart(
    settings: Settings, painter: str, told: dict[str, str]
) -> None:
    assert deciding(settings, painter) == told
    usual, other = (_decided(BatchSpec(engine=painter, painter=""), one, here=False) for one in (Settings(), settings))
    assert (usual.fingerprint != other.fingerprint) is bool(told)
    assert other.to_json().get("settings", {}) == told
