"""Converts both networks: `python -m training.face_networks --help`."""

from __future__ import annotations

import argparse
from pathlib import Path

from open_the_eyes.models.face_networks import FINDER_FILE, MESH_FILE

from . import convert
from .tflite_file import read

NETWORKS = (
    ("face_detection/face_detection_full_range_sparse.tflite", convert.finder, FINDER_FILE.name),
    ("face_landmark/face_landmark_with_attention.tflite", convert.mesh, MESH_FILE.name),
)
"""Where MediaPipe has them, what converts them, and what the package calls them."""


def main() -> None:
    parser = argparse.ArgumentParser("training.face_networks", description="MediaPipe's face networks as ONNX.")
    parser.add_argument("modules", type=Path, help="the folder mediapipe/modules of an unpacked MediaPipe 0.10.21")
    parser.add_argument("-o", "--output", type=Path, default=FINDER_FILE.parent, help="the package's, if left out")
    given = parser.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    for there, made, name in NETWORKS:
        data = made(read(given.modules / there)).SerializeToString(deterministic=True)
        (given.output / name).write_bytes(data)
        print(f"{given.output / name}: {len(data) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
