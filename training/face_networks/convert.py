"""MediaPipe's two face networks as ONNX, from their own files to the package's.

What comes before and after them in MediaPipe's graphs, and is the same for every picture, is in the networks as well:
they take the pixels of a crop, and the mesh comes out whole.
"""

from __future__ import annotations

from typing import Final

import onnx
from onnx import TensorProto, helper

from . import attention, refinement
from .layers import TO_CHANNELS_FIRST, Layers
from .onnx_graph import GraphMaker
from .tflite_file import Network

WINDOW_PX: Final = 192
FLOAT: Final = TensorProto.FLOAT
PIXELS: Final = helper.make_tensor_value_info("pixels", TensorProto.UINT8, (1, WINDOW_PX, WINDOW_PX, 3))
NOTICE: Final = (
    "Converted from a network of MediaPipe 0.10.21, Copyright 2020 The MediaPipe Authors, Apache License 2.0."
)


def finder(network: Network) -> onnx.ModelProto:
    """Where faces are: (1, 192, 192, 3) levels -> (1, 2304, 16) places and (1, 2304, 1) logits, a cell of 4 x 4 pixels
    each, row by row."""
    graph, layers = _begun(network, scale=2 / 255, shift=-1.0)
    for operation in network.operations:
        layers.add(operation)
    names = {network.shapes[tensor][-1]: layers.name(tensor) for tensor in network.outputs.values()}
    graph.add("Identity", names[16], name="places")
    graph.add("Identity", names[1], name="logits")
    gives = [_gives("places", (1, 2304, 16)), _gives("logits", (1, 2304, 1))]
    return graph.model([PIXELS], gives, NOTICE)


def mesh(network: Network) -> onnx.ModelProto:
    """A face: (1, 192, 192, 3) levels -> (478, 3) points in the crop's pixels, and (1,) how likely there is a face."""
    graph, layers = _begun(network, scale=1 / 255, shift=0.0)
    for operation in network.operations:
        if operation.kind in attention.KINDS:
            layers.give(operation, attention.KINDS[operation.kind](layers, operation))
        else:
            layers.add(operation)
    constant, add = graph.constant, graph.add

    def listed(output: str, columns: int) -> str:
        shape = constant([-1, columns], "int64")
        return add("Reshape", layers.name(network.outputs[output]), shape)

    coarse = listed("output_mesh_identity", 3)
    flat, depth = (add("Slice", coarse, *(constant([n], "int64") for n in (*ends, 1))) for ends in ((0, 2), (2, 3)))
    measured = add("Concat", flat, *(listed(name, 2) for name, _ in refinement.PARTS), axis=0)
    points = add("Gather", measured, constant(refinement.sources(), "int64"), axis=0)
    rims = [constant(rim, "int64") for rim in (refinement.LEFT_RIM, refinement.RIGHT_RIM)]
    means = [add("ReduceMean", add("Gather", depth, rim), axes=[0]) for rim in rims]
    irises = [add("Expand", mean, constant([5, 1], "int64")) for mean in means]
    add("Concat", points, add("Concat", depth, *irises, axis=0), axis=1, name="points")
    seen = add("Reshape", layers.name(network.outputs["conv_faceflag"]), constant([1], "int64"))
    add("Sigmoid", seen, name="presence")
    return graph.model([PIXELS], [_gives("points", (478, 3)), _gives("presence", (1,))], NOTICE)


def _begun(network: Network, scale: float, shift: float) -> tuple[GraphMaker, Layers]:
    """The graph so far: levels are scaled as the network wants them, and turned channels first."""
    graph = GraphMaker()
    levels = graph.add("Transpose", graph.add("Cast", "pixels", to=FLOAT), perm=TO_CHANNELS_FIRST)
    picture = graph.add("Add", graph.add("Mul", levels, graph.constant(scale)), graph.constant(shift))
    return graph, Layers(graph, network, picture)


def _gives(name: str, shape: tuple[int, ...]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, FLOAT, shape)
