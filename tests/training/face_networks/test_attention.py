"""A look at an eye in ONNX is what MediaPipe's own operations make of it, written here as plain arithmetic."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import onnxruntime
import pytest
from flatbuffers import flexbuffers
from numpy.typing import NDArray
from onnx import TensorProto, helper

from training.face_networks.attention import drawn, square, taken_back
from training.face_networks.layers import Layers
from training.face_networks.onnx_graph import GraphMaker
from training.face_networks.tflite_file import Network, Operation

Numbers = NDArray[np.float64]

OPTIONS: Final = {
    "left_rotation_idx": 0,
    "right_rotation_idx": 1,
    "output_width": 16,
    "output_height": 8,
    "scale_x": 1.5,
    "scale_y": 1.25,
    "subset_idxs": [2, 3, 4, 5, 6],
}
MESH, MATRIX, FEATURES, LOOK, POINTS, BACK = range(6)
SHAPES: Final = {
    MESH: (1, 7, 3),
    MATRIX: (1, 4, 4),
    FEATURES: (1, 12, 10, 2),
    LOOK: (1, 8, 16, 2),
    POINTS: (1, 3, 2),
    BACK: (1, 3, 2),
}


def square_by_hand(mesh: Numbers) -> Numbers:
    """(N, 3) -> (4, 4)"""
    (left_x, left_y), (right_x, right_y) = mesh[:2, :2]
    angle = -math.atan2(right_y - left_y, right_x - left_x)
    upright = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    inside = mesh[2:, :2] @ upright.T
    low, high = inside.min(axis=0), inside.max(axis=0)
    scale = (high - low) * [1.5, 1.25] / [16, 8]
    matrix = np.eye(4)
    matrix[:2, :2] = upright.T @ np.diag(scale)
    matrix[:2, 3] = upright.T @ ((low + high) / 2) - matrix[:2, :2] @ [8, 4]
    return matrix


def drawn_by_hand(features: Numbers, matrix: Numbers) -> Numbers:
    """(H, W, C) -> (8, 16, C)"""
    height, width, channels = features.shape
    seen = np.zeros((8, 16, channels))
    for row in range(8):
        for column in range(16):
            x, y = (matrix @ [column + 0.5, row + 0.5, 0, 1])[:2] - 0.5
            if 0 <= x <= width - 1 and 0 <= y <= height - 1:
                i, j = min(int(y), height - 2), min(int(x), width - 2)
                v, u = y - i, x - j
                upper = (1 - u) * features[i, j] + u * features[i, j + 1]
                seen[row, column] = (1 - v) * upper + v * ((1 - u) * features[i + 1, j] + u * features[i + 1, j + 1])
    return seen


def looked(mesh: Numbers, features: Numbers, points: Numbers) -> list[Numbers]:
    """Matrix, features in the square and points taken back, as ONNX calculates them."""
    graph = GraphMaker()
    layers = Layers(graph, Network((), {}, SHAPES, MESH, {}), "mesh")
    layers.give(Operation("", (), (FEATURES,), {}, b""), "features")
    layers.give(Operation("", (), (POINTS,), {}, b""), "points")
    steps = (
        (square, Operation("", (MESH,), (MATRIX,), {}, bytes(flexbuffers.Dumps(OPTIONS)))),
        (drawn, Operation("", (FEATURES, MATRIX), (LOOK,), {}, b"")),
        (taken_back, Operation("", (POINTS, MATRIX), (BACK,), {}, b"")),
    )
    for made, operation in steps:
        layers.give(operation, made(layers, operation))
    outputs = [layers.name(n) for n in (MATRIX, LOOK, BACK)]

    def told(name: str, shape: tuple[int, ...]) -> object:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    channels_first = (1, *(SHAPES[LOOK][n] for n in (3, 1, 2)))
    gives = [told(n, s) for n, s in zip(outputs, (SHAPES[MATRIX], channels_first, SHAPES[BACK]), strict=True)]
    takes = [("mesh", mesh[None]), ("features", features.transpose(2, 0, 1)[None]), ("points", points[None])]
    model = graph.model([told(name, value.shape) for name, value in takes], gives, "")
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return [np.asarray(x[0], np.float64) for x in session.run(outputs, {n: v.astype(np.float32) for n, v in takes})]


@pytest.mark.parametrize("degrees", [0.0, 25.0, -70.0, 180.0])
@pytest.mark.parametrize("shift", [0.0, 4.0], ids=["inside", "over the edge"])
def test_a_square_is_laid_drawn_and_left_as_mediapipe_does(degrees: float, shift: float) -> None:
    rng = np.random.default_rng(0)
    turn = math.radians(degrees)
    mesh = rng.uniform(-2, 2, (7, 3))
    mesh[:2, :2] = [[0.0, 0.0], [math.cos(turn), math.sin(turn)]]
    mesh[:, :2] += [5 + shift, 6]
    features, points = rng.normal(size=(12, 10, 2)), rng.uniform(0, 8, (3, 2))
    matrix, look, back = looked(mesh, features, points)
    wanted = square_by_hand(mesh)
    assert np.allclose(matrix, wanted, atol=1e-5)
    assert np.allclose(look.transpose(1, 2, 0), drawn_by_hand(features, wanted), atol=1e-4)
    assert np.allclose(back, points @ wanted[:2, :2].T + wanted[:2, 3], atol=1e-4)


def test_points_that_fall_together_give_a_square_of_numbers() -> None:
    mesh = np.full((7, 3), 5.0)
    assert all(np.isfinite(x).all() for x in looked(mesh, np.ones((12, 10, 2)), np.ones((3, 2))))
