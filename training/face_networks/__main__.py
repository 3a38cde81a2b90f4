"""Converts both networks: `python -m training.face_networks --help`."""

from __future__ import annotations

import argparse
from pathlib import Path

import onnx

from open_the_eyes.models.appearance.traits import TRAITS_FILE
from open_the_eyes.models.faces.networks import FINDER_FILE, MESH_FILE

from . import convert
from .tflite_file import read
from .traits import traits

NETWORKS = (
    ("face_detection/face_detection_full_range_sparse.tflite", convert.finder, FINDER_FILE.name),
    ("face_landmark/face_landmark_with_attention.tflite", convert.mesh, MESH_FILE.name),
)
"""Where MediaPipe has them, what converts them, and what the package calls them."""


def main() -> None:
    parser = argparse.ArgumentParser(
        "training.face_networks", description="MediaPipe's face networks as ONNX, and a part of one."
    )
    parser.add_argument("modules", type=Path, help="the folder mediapipe/modules of an unpacked MediaPipe 0.10.21")
    parser.add_argument("-o", "--output", type=Path, default=FINDER_FILE.parent, help="the package's, if left out")
    given = parser.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    for module, made, name in NETWORKS:
        _write(made(read(given.modules / module)), given.output / name)
    mesh = onnx.load(given.output / MESH_FILE.name)
    _write(traits(mesh), given.output / TRAITS_FILE.name)


def _write(model: onnx.ModelProto, path: Path) -> None:
    data = model.SerializeToString(deterministic=True)
    path.write_bytes(data)
    print(f"{path}: {len(data) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
