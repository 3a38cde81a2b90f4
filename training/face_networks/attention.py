"""The mesh network's looks at lips and eyes, operations of MediaPipe's own, in ONNX's.

From the coarse mesh a square about lips or an eye is laid over the network's features (`Landmarks2TransformMatrix`),
the features are drawn upright from it (`TransformTensorBilinear`), and what is measured there goes back to where it
came from (`TransformLandmarks`). As MediaPipe 0.10.21 does it: Grishchenko et al. 2020, "Attention Mesh" (arXiv
2006.10962), and mediapipe/util/tflite/operations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from flatbuffers import flexbuffers
from onnx import TensorProto

from .layers import Layers
from .tflite_file import Operation

FAR: Final = -3.0
"""In GridSample's terms: outside by more than any pixel's reach."""


def square(layers: Layers, operation: Operation) -> str:
    """(1, 468, 3) mesh, in pixels of the features -> (1, 4, 4): from a square's pixels to the features'.

    The square is turned as the line between two points of the mesh is, and is about some others.
    """
    options = flexbuffers.Loads(operation.custom)
    if options.get("target_rotation_radians", 0):
        raise ValueError("square: expected it upright.")
    add, constant = layers.graph.add, layers.graph.constant
    mesh = add("Squeeze", layers.name(operation.inputs[0]), constant([0], np.int64))

    def coordinate(axis: int, numbers: list[int]) -> str:
        """Of those points, (N,)."""
        return add("Gather", add("Gather", mesh, constant(numbers, np.int64)), constant(axis, np.int64), axis=1)

    def along(axis: int) -> str:
        """From one end of the line to the other."""
        begin, end = (coordinate(axis, [options[name]]) for name in ("left_rotation_idx", "right_rotation_idx"))
        return add("Sub", end, begin)

    run, rise = along(0), along(1)
    length = add("Sqrt", add("Add", add("Mul", run, run), add("Mul", rise, rise)))
    length = add("Max", length, constant([1e-6]))
    cos, sin = add("Div", run, length), add("Div", rise, length)

    def turned(x: str, y: str, sin: str) -> tuple[str, str]:
        """By the angle whose sine that is, from y to x."""
        return add("Add", add("Mul", x, cos), add("Mul", y, sin)), add("Sub", add("Mul", y, cos), add("Mul", x, sin))

    inside = [int(number) for number in options["subset_idxs"]]
    middles, sizes = [], []
    for values in turned(coordinate(0, inside), coordinate(1, inside), sin):
        low, high = (add(kind, values, axes=[0], keepdims=1) for kind in ("ReduceMin", "ReduceMax"))
        middles.append(add("Mul", add("Add", low, high), constant([0.5])))
        sizes.append(add("Sub", high, low))
    centre = turned(middles[0], middles[1], add("Neg", sin))

    pixels = (options["output_width"], options["output_height"])
    factors = (options["scale_x"] / pixels[0], options["scale_y"] / pixels[1])
    right, down = (add("Mul", size, constant([factor])) for size, factor in zip(sizes, factors, strict=True))
    rows = (
        (add("Mul", cos, right), add("Neg", add("Mul", sin, down))),
        (add("Mul", sin, right), add("Mul", cos, down)),
    )
    zero, one = constant([0.0]), constant([1.0])
    cells: list[str] = []
    for row, middle in zip(rows, centre, strict=True):
        to_corner = [add("Mul", step, constant([-count / 2])) for step, count in zip(row, pixels, strict=True)]
        cells += [*row, zero, add("Add", middle, add("Add", *to_corner))]
    cells += [zero, zero, one, zero, zero, zero, zero, one]
    return add("Reshape", add("Concat", *cells, axis=0), constant([1, 4, 4], np.int64))


def drawn(layers: Layers, operation: Operation) -> str:
    """(1, C, H, W) features and a square -> (1, C, h, w), bilinear; 0 beyond the middles of the outermost pixels."""
    features, matrix = operation.inputs
    add, constant = layers.graph.add, layers.graph.constant
    _, height, width, _ = layers.network.shapes[features]
    _, out_height, out_width, _ = layers.network.shapes[operation.outputs[0]]
    y, x = np.mgrid[:out_height, :out_width] + 0.5
    ones = np.ones_like(x)
    places = np.stack([x, y, 0 * ones, ones]).reshape(1, 4, -1)
    sampled_at = add("Sub", add("MatMul", _rows(layers, matrix), constant(places)), constant(0.5))  # (1, 2, h * w)
    last = np.array([width - 1, height - 1]).reshape(1, 2, 1)
    outside = add("Or", add("Less", sampled_at, constant(0.0)), add("Greater", sampled_at, constant(last)))
    either = add("ReduceMax", add("Cast", outside, to=TensorProto.FLOAT), axes=[1], keepdims=1)
    # GridSample counts from the pixels' outer edges, which are -1 and 1
    share = add("Sub", add("Mul", add("Add", sampled_at, constant(0.5)), constant(2 / (last + 1))), constant(1.0))
    share = add("Where", add("Cast", either, to=TensorProto.BOOL), constant(FAR), share)
    grid = add("Reshape", add("Transpose", share, perm=(0, 2, 1)), constant([1, out_height, out_width, 2], np.int64))
    return add("GridSample", layers.name(features), grid, mode="bilinear", padding_mode="zeros", align_corners=0)


def taken_back(layers: Layers, operation: Operation) -> str:
    """(1, N, 2) points in a square and its matrix -> the same in the picture's pixels."""
    points, matrix = operation.inputs
    add = layers.graph.add
    rows = add("Transpose", _rows(layers, matrix), perm=(0, 2, 1))  # (1, 4, 2)
    linear, shift = (_part(layers, rows, *ends, axis=1) for ends in ((0, 2), (3, 4)))
    return add("Add", add("MatMul", layers.name(points), linear), shift)


def _rows(layers: Layers, matrix: int) -> str:
    """The first two, (1, 2, 4)."""
    return _part(layers, layers.name(matrix), 0, 2, axis=1)


def _part(layers: Layers, value: str, begin: int, end: int, axis: int) -> str:
    limits = [layers.graph.constant([n], np.int64) for n in (begin, end, axis)]
    return layers.graph.add("Slice", value, *limits)


KINDS: Final[Mapping[str, Callable[[Layers, Operation], str]]] = {
    "Landmarks2TransformMatrix": square,
    "TransformTensorBilinear": drawn,
    "TransformLandmarks": taken_back,
}
