"""What the whole face tells."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import onnx
import pytest

from open_the_eyes.demo.blink import paint_blink
from open_the_eyes.errors import WeightsMissing
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.face_view import face_view
from open_the_eyes.models.appearance.traits import TRAITS_FILE, FaceTraits
from open_the_eyes.models.faces.networks import MESH_FILE
from open_the_eyes.roles import Crop, Face
from training.face_networks.traits import TRAITS, last_maps, traits


def test_the_network_is_a_part_of_the_meshs_byte_for_byte() -> None:
    made = traits(onnx.load(MESH_FILE))
    assert made.SerializeToString(deterministic=True) == TRAITS_FILE.read_bytes()
    assert "MediaPipe" in made.graph.doc_string


def test_it_gives_mean_and_deviation_of_each_channel(portrait: Rgb, portrait_face: Face) -> None:
    import onnxruntime

    view = face_view(portrait, portrait_face.landmarks)
    inferred = onnx.shape_inference.infer_shapes(onnx.load(MESH_FILE))
    maps = onnx.utils.Extractor(inferred).extract_model(["pixels"], last_maps(inferred))
    session = onnxruntime.InferenceSession(maps.SerializeToString())
    found = session.run(None, {"pixels": view[None]})
    wanted = np.concatenate([f(one[0], axis=(1, 2)) for one in found for f in (np.mean, np.std)])
    given = FaceTraits().of(view)
    assert given is not None
    assert given.shape == (TRAITS,)
    assert given == pytest.approx(wanted, rel=1e-3, abs=1e-4)


def test_with_the_eyes_covered_a_blink_changes_less(
    portrait: Rgb, portrait_face: Face, blinked_face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, shut = FaceTraits(), paint_blink(portrait, portrait_face.landmarks)

    def change() -> float:
        pair = ((portrait, portrait_face), (shut, blinked_face))
        before, after = (network.of(face_view(pixels, face.landmarks)) for pixels, face in pair)
        assert before is not None
        assert after is not None
        return float(np.abs(after - before).mean())

    covered = change()
    monkeypatch.setattr("open_the_eyes.imaging.face.face_view.COVER_WH", (0.0, 0.0))
    assert covered < 0.8 * change()


def test_of_a_face_that_was_not_looked_at_nothing_is_told_and_no_network_is_read(tmp_path: Path) -> None:
    assert FaceTraits(tmp_path / "none.onnx").of(None) is None


def test_a_file_that_is_gone_is_said(tmp_path: Path, closed_crop: Crop) -> None:
    assert closed_crop.view is not None
    with pytest.raises(WeightsMissing, match=r"none\.onnx: expected in the package"):
        FaceTraits(tmp_path / "none.onnx").of(closed_crop.view)


def test_it_goes_to_another_process_as_the_name_of_its_file(closed_crop: Crop) -> None:
    network = FaceTraits()
    before = network.of(closed_crop.view)
    assert before is not None
    assert len(pickle.dumps(network)) < 1000
    assert np.array_equal(pickle.loads(pickle.dumps(network)).of(closed_crop.view), before)
