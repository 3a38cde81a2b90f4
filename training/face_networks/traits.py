"""What the mesh network's trunk makes of a face, as numbers: the mesh network cut short.

Networks learn what many tasks can use in their first layers (Yosinski et al. 2014): what tells this one where a face's
points lie tells about the face's kind as well, such as the part of the world its forebears lived in, sex and age.
"""

from __future__ import annotations

from typing import Final

import onnx
from onnx import TensorProto, helper, shape_inference, utils

GRIDS: Final = (12, 6, 3)
CHANNELS: Final = 128
"""The trunk's last maps, finest first."""
TRAITS: Final = 2 * len(GRIDS) * CHANNELS
"""How many numbers there are."""
_STEPS: Final = ("mean", "off", "square", "variance", "deviation")
NOTICE: Final = (
    "A part of a network of MediaPipe 0.10.21, Copyright 2020 The MediaPipe Authors, Apache License 2.0; changed."
)


def traits(mesh: onnx.ModelProto) -> onnx.ModelProto:
    """(1, 192, 192, 3) levels of a face -> (768,): of each of the trunk's last maps each channel's mean, then each
    channel's standard deviation."""
    inferred = shape_inference.infer_shapes(mesh)
    maps = last_maps(inferred)
    cut = utils.Extractor(inferred).extract_model(["pixels"], maps)
    graph = cut.graph
    parts = []
    for number, name in enumerate(maps):
        mean, off, square, variance, deviation = (f"{what}{number}" for what in _STEPS)
        graph.node.extend(
            [
                helper.make_node("GlobalAveragePool", [name], [mean]),
                helper.make_node("Sub", [name, mean], [off]),
                helper.make_node("Mul", [off, off], [square]),
                helper.make_node("GlobalAveragePool", [square], [variance]),
                helper.make_node("Sqrt", [variance], [deviation]),
            ]
        )
        parts += [mean, deviation]
    flat = helper.make_tensor("flat", TensorProto.INT64, [1], [-1])
    graph.initializer.append(flat)
    graph.node.append(helper.make_node("Concat", parts, ["all"], axis=1))
    graph.node.append(helper.make_node("Reshape", ["all", "flat"], ["traits"]))
    del graph.output[:], graph.value_info[:]
    graph.output.append(helper.make_tensor_value_info("traits", TensorProto.FLOAT, (TRAITS,)))
    graph.name, graph.doc_string = "traits", NOTICE
    onnx.checker.check_model(cut)
    return cut


def last_maps(mesh: onnx.ModelProto) -> list[str]:
    """The last tensor of each grid that the trunk of a network with known shapes gives, by name.

    Raises:
        ValueError: the network has none of one.
    """
    shapes = {one.name: tuple(d.dim_value for d in one.type.tensor_type.shape.dim) for one in mesh.graph.value_info}
    found = {shapes.get(node.output[0]): node.output[0] for node in mesh.graph.node}
    wanted = [(1, CHANNELS, side, side) for side in GRIDS]
    missing = [shape for shape in wanted if shape not in found]
    if missing:
        raise ValueError(f"expected maps of {wanted} in the mesh network, {missing} are not there")
    return [found[shape] for shape in wanted]
