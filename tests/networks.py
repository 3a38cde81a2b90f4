"""Tiny ONNX networks with the inputs and outputs of real ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Nodes = tuple[list[Any], dict[str, NDArray[Any]]]
"""Nodes from "input" to "output", and their constants by name."""

FACE = [1, 3, 512, 512]


def identity() -> Nodes:
    return [helper.make_node("Identity", ["input"], ["output"])], {}


def blurred(reach: int = 9) -> Nodes:
    kernel = np.full((3, 1, reach, reach), 1 / reach**2, np.float32)
    pads = [reach // 2] * 4
    padded = helper.make_node("Pad", ["input", "pads"], ["padded"], mode="edge")
    node = helper.make_node("Conv", ["padded", "kernel"], ["output"], group=3)
    return [padded, node], {"kernel": kernel, "pads": np.array([0, 0, *pads[:2], 0, 0, *pads[2:]], np.int64)}


def sharpened(strength: float = 0.6, reach: int = 9) -> Nodes:
    """What a good restorer does to a soft face, without knowing faces."""
    nodes, constants = blurred(reach)
    nodes[-1].output[0] = "soft"
    mixed = [
        helper.make_node("Sub", ["input", "soft"], ["detail"]),
        helper.make_node("Mul", ["detail", "strength"], ["more"]),
        helper.make_node("Add", ["input", "more"], ["output"]),
    ]
    return [*nodes, *mixed], {**constants, "strength": np.array(strength, np.float32)}


def painting(picture: NDArray[Any], cover: NDArray[Any]) -> Nodes:
    """Lays a picture (512, 512, 3) 0..255 over the face where `cover` (512, 512) is 1."""
    shown = np.asarray(picture, np.float32).transpose(2, 0, 1)[None] / 127.5 - 1
    over = np.asarray(cover, np.float32)[None, None]
    nodes = [
        helper.make_node("Mul", ["input", "keep"], ["kept"]),
        helper.make_node("Add", ["kept", "paint"], ["output"]),
    ]
    return nodes, {"keep": 1 - over, "paint": shown * over}


def weighted() -> Nodes:
    """The face darkened as fidelity falls, like CodeFormer in that it takes one: output = input + (w - 1)."""
    nodes = [
        helper.make_node("Cast", ["weight"], ["w"], to=TensorProto.FLOAT),
        helper.make_node("Sub", ["w", "one"], ["less"]),
        helper.make_node("Add", ["input", "less"], ["output"]),
    ]
    return nodes, {"one": np.array(1, np.float32)}


def write(
    path: Path,
    made: Nodes,
    *,
    fidelity: int | None = None,
    shape: Sequence[int | str] = FACE,
    out: Sequence[int | str] | None = None,
) -> Path:
    """An ONNX file; `fidelity` is the type of a second input "weight" of shape (1,)."""
    inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)]
    if fidelity is not None:
        inputs.append(helper.make_tensor_value_info("weight", fidelity, [1]))
    output = helper.make_tensor_value_info("output", TensorProto.FLOAT, out or shape)
    constants = [numpy_helper.from_array(value, name) for name, value in made[1].items()]
    graph = helper.make_graph(made[0], "tiny", inputs, [output], constants)
    return saved(path, graph)


def saved(path: Path, graph: Any) -> Path:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)
    return path


def halved() -> Nodes:
    """The upper half of the face alone."""
    node = helper.make_node("Slice", ["input", "starts", "ends", "axes"], ["output"])
    return [node], {name: np.array([value], np.int64) for name, value in (("starts", 0), ("ends", 256), ("axes", 2))}


def scrfd(path: Path, boxes: Sequence[tuple[float, float, float, float]], *, points: bool = True) -> Path:
    """SCRFD's inputs and outputs; it "sees" faces at these boxes of its square, wherever it looks."""
    constants = scrfd_answers(boxes, points=points)
    inputs = [helper.make_tensor_value_info("input.1", TensorProto.FLOAT, [1, 3, "?", "?"])]
    nodes = [helper.make_node("Identity", [f"c{k}"], [f"o{k}"]) for k in range(len(constants))]
    outputs = [helper.make_tensor_value_info(f"o{k}", TensorProto.FLOAT, c.shape) for k, c in enumerate(constants)]
    initial = [numpy_helper.from_array(c, f"c{k}") for k, c in enumerate(constants)]
    return saved(path, helper.make_graph(nodes, "scrfd", inputs, outputs, initial))


def scrfd_answers(
    boxes: Sequence[tuple[float, float, float, float]], *, points: bool = True
) -> list[NDArray[np.float32]]:
    """What SCRFD would answer for boxes (left, top, right, bottom) of its 640 pixels, said by an anchor inside each.

    Eyes lie at a third and two thirds of a box, two fifths down.
    """
    widths = (1, 4, 10) if points else (1, 4)
    answers: list[NDArray[np.float32]] = [
        np.zeros((2 * (640 // s) ** 2, width), np.float32) for width in widths for s in (8, 16, 32)
    ]
    for number, (left, top, right, bottom) in enumerate(boxes):
        level = number % 3
        stride = (8, 16, 32)[level]
        x, y = round((left + right) / 2 / stride), round((top + bottom) / 2 / stride)
        anchor = 2 * (y * (640 // stride) + x) + number % 2
        here = np.array([x, y], np.float32) * stride
        third, down = (right - left) / 3, top + 0.4 * (bottom - top)
        five = [[left + third, down], [right - third, down], *[[(left + right) / 2, bottom]] * 3]
        answers[level][anchor] = 0.95 - 0.01 * number
        sides = [here[0] - left, here[1] - top, right - here[0], bottom - here[1]]
        answers[3 + level][anchor] = np.array(sides) / stride
        if points:
            answers[6 + level][anchor] = ((np.array(five) - here) / stride).ravel()
    return answers


def arcface(path: Path) -> Path:
    """ArcFace's inputs and outputs: a random projection of a coarse look at the face."""
    project = np.random.default_rng(0).normal(0, 1, (192, 512)).astype(np.float32)
    nodes = [
        helper.make_node("AveragePool", ["input.1"], ["small"], kernel_shape=[14, 14], strides=[14, 14]),
        helper.make_node("Flatten", ["small"], ["flat"]),
        helper.make_node("MatMul", ["flat", "project"], ["683"]),
    ]
    inputs = [helper.make_tensor_value_info("input.1", TensorProto.FLOAT, ["None", 3, 112, 112])]
    outputs = [helper.make_tensor_value_info("683", TensorProto.FLOAT, [1, 512])]
    return saved(
        path, helper.make_graph(nodes, "arcface", inputs, outputs, [numpy_helper.from_array(project, "project")])
    )
