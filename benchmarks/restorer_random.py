"""A face restorer of CodeFormer's size with random weights, as ONNX: nothing has to be downloaded to time one.

The shape is CodeFormer's (Zhou et al. 2022): an encoder from 512 x 512 down to 16 x 16, a transformer over those 256
places, a decoder back up. There are more blocks and wider layers than there, so that it weighs about the 377 MB of the
published file. What it paints is noise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

FACE_PX: Final = 512


@dataclass(frozen=True, slots=True)
class Sizes:
    """Channels and blocks of each level, the first at 512 x 512; then the transformer's widths and depth."""

    channels: tuple[int, ...]
    blocks: int
    width: int
    inner: int
    depth: int
    heads: int


FULL: Final = Sizes((64, 128, 128, 256, 256, 512), blocks=4, width=512, inner=2048, depth=9, heads=8)
TINY: Final = Sizes((4, 4, 8, 8, 8, 8), blocks=1, width=8, inner=16, depth=1, heads=2)


def write_restorer(path: Path, sizes: Sizes = FULL) -> Path:
    """The file, with the inputs and the output that FaceFusion's CodeFormer has: "input", "weight" -> "output"."""
    net = _Graph()
    x = net.conv("input", 3, sizes.channels[0])
    x = _coder(net, x, sizes.channels, sizes.blocks, down=True)
    x = net.conv(x, sizes.channels[-1], sizes.width, 1)
    x = _transformer(net, x, sizes)
    x = net.add(x, _faithful(net))
    x = net.conv(x, sizes.width, sizes.channels[-1], 1)
    x = _coder(net, x, sizes.channels[::-1], sizes.blocks, down=False)
    x = net.conv(x, sizes.channels[0], 3)
    net.node("Tanh", [x], "output")
    face = [1, 3, FACE_PX, FACE_PX]
    graph = helper.make_graph(
        net.nodes,
        "restorer",
        [
            helper.make_tensor_value_info("input", TensorProto.FLOAT, face),
            helper.make_tensor_value_info("weight", TensorProto.DOUBLE, [1]),
        ],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, face)],
        [numpy_helper.from_array(value, name) for name, value in net.constants.items()],
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


@dataclass
class _Graph:
    """Nodes and constants as they are added; each method returns the name of its result."""

    nodes: list[Any] = field(default_factory=list)
    constants: dict[str, NDArray[Any]] = field(default_factory=dict)
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))

    def node(self, kind: str, inputs: list[str], name: str = "", **facts: Any) -> str:
        name = name or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **facts))
        return name

    def constant(self, value: NDArray[Any]) -> str:
        name = f"c{len(self.constants)}"
        self.constants[name] = value
        return name

    def drawn(self, *shape: int) -> str:
        """Weights that keep the size of what goes through them."""
        deviation = (1 / np.prod(shape[1:])) ** 0.5
        return self.constant((self.random.standard_normal(shape, np.float32) * deviation).astype(np.float32))

    def conv(self, x: str, before: int, after: int, reach: int = 3, stride: int = 1) -> str:
        pads = [reach // 2] * 4
        return self.node("Conv", [x, self.drawn(after, before, reach, reach)], pads=pads, strides=[stride] * 2)

    def linear(self, x: str, before: int, after: int) -> str:
        weights = self.node("Transpose", [self.drawn(after, before)], perm=[1, 0])
        return self.node("MatMul", [x, weights])

    def add(self, one: str, other: str) -> str:
        return self.node("Add", [one, other])

    def swish(self, x: str) -> str:
        return self.node("Mul", [x, self.node("Sigmoid", [x])])

    def shaped(self, x: str, *shape: int) -> str:
        return self.node("Reshape", [x, self.constant(np.array(shape, np.int64))])


def _coder(net: _Graph, x: str, channels: tuple[int, ...], blocks: int, *, down: bool) -> str:
    """Residual blocks level by level, half or twice the size between two levels."""
    for level, width in enumerate(channels):
        before = channels[max(level - 1, 0)]
        if level and down:
            x = net.conv(x, before, before, stride=2)
        elif level:
            scales = net.constant(np.array([1, 1, 2, 2], np.float32))
            x = net.conv(net.node("Resize", [x, "", scales], mode="nearest"), before, before)
        for number in range(blocks):
            came = before if number == 0 else width
            inner = net.conv(net.swish(net.conv(net.swish(x), came, width)), width, width)
            x = net.add(x if came == width else net.conv(x, came, width, 1), inner)
    return x


def _transformer(net: _Graph, x: str, sizes: Sizes) -> str:
    """Self-attention and a wide layer, `depth` times, over the places of the coarsest level."""
    places, width, heads = (FACE_PX // 2 ** (len(sizes.channels) - 1)) ** 2, sizes.width, sizes.heads
    each = width // heads
    x = net.node("Transpose", [net.shaped(x, 1, width, places)], perm=[0, 2, 1])
    for _ in range(sizes.depth):
        query, key, value = (
            net.node("Transpose", [net.shaped(net.linear(x, width, width), 1, places, heads, each)], perm=perm)
            for perm in ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3])
        )
        scale = net.constant(np.array(each**-0.5, np.float32))
        share = net.node("Softmax", [net.node("Mul", [net.node("MatMul", [query, key]), scale])], axis=-1)
        seen = net.node("Transpose", [net.node("MatMul", [share, value])], perm=[0, 2, 1, 3])
        x = net.add(x, net.linear(net.shaped(seen, 1, places, width), width, width))
        x = net.add(x, net.linear(net.swish(net.linear(x, width, sizes.inner)), sizes.inner, width))
    side = int(places**0.5)
    return net.shaped(net.node("Transpose", [x], perm=[0, 2, 1]), 1, width, side, side)


def _faithful(net: _Graph) -> str:
    """The fidelity, so that the file has the input that CodeFormer has."""
    weight = net.node("Cast", ["weight"], to=TensorProto.FLOAT)
    return net.node("Mul", [weight, net.constant(np.array(0.01, np.float32))])
