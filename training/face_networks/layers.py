"""TensorFlow Lite's layers as ONNX's: the same arithmetic, on pictures that lie channel by channel.

TensorFlow Lite's pictures are (1, height, width, channels), ONNX's (1, channels, height, width); so that nothing has to
be turned about on the way, every picture of a network is kept ONNX's way from the input on, and is turned back only
where it becomes a list of numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from .onnx_graph import GraphMaker
from .tflite_file import Network, Operation

RELU: Final = 1
SAME: Final = 0
TO_CHANNELS_FIRST: Final = (0, 3, 1, 2)
TO_CHANNELS_LAST: Final = (0, 2, 3, 1)


class Layers:
    """Adds a network's operations to a graph, one by one.

    Args:
        picture: the graph's name of the input, (1, 3, height, width).
    """

    def __init__(self, graph: GraphMaker, network: Network, picture: str) -> None:
        self.graph: Final = graph
        self.network: Final = network
        self._names: Final = {network.input: picture}
        self._kinds: Final[dict[str, Callable[[Operation], str]]] = {
            "ADD": self._added,
            "CONV_2D": self._convolved,
            "DEPTHWISE_CONV_2D": self._convolved_by_channel,
            "DEPTH_TO_SPACE": self._spread,
            "MAX_POOL_2D": self._pooled,
            "MUL": self._multiplied,
            "PAD": self._padded,
            "PRELU": self._bent,
            "RESHAPE": self._reshaped,
            "RESIZE_BILINEAR": self._enlarged,
            "STRIDED_SLICE": self._whole,
        }

    def add(self, operation: Operation) -> None:
        """Adds the operation's layers.

        Raises:
            KeyError: of a kind that no face network of MediaPipe's has.
        """
        self.give(operation, self._kinds[operation.kind](operation))

    def give(self, operation: Operation, name: str) -> None:
        """Whoever needs the operation's output finds it under that name."""
        self._names[operation.outputs[0]] = name

    def name(self, tensor: int) -> str:
        """The graph's name of a tensor that is calculated."""
        return self._names[tensor]

    def constant(self, tensor: int) -> Any:
        """The numbers of one that is not."""
        return self.network.constants[tensor]

    def _is_picture(self, tensor: int) -> bool:
        return len(self.network.shapes[tensor]) == 4

    def _finished(self, name: str, operation: Operation) -> str:
        return self.graph.add("Relu", name) if operation.options["FusedActivationFunction"] == RELU else name

    def _added(self, operation: Operation) -> str:
        return self._finished(self.graph.add("Add", *(self.name(one) for one in operation.inputs)), operation)

    def _multiplied(self, operation: Operation) -> str:
        value, factor = operation.inputs
        return self.graph.add("Mul", self.name(value), self.graph.constant(self.constant(factor)))

    def _convolved(self, operation: Operation) -> str:
        value, kernel, bias = operation.inputs
        turned = self.constant(kernel).transpose(TO_CHANNELS_FIRST)  # from (out, height, width, in)
        weights = (self.graph.weights(turned), self.graph.weights(self.constant(bias)))
        window = self._window(operation, (turned.shape[2], turned.shape[3]))
        return self._finished(self.graph.add("Conv", self.name(value), *weights, **window), operation)

    def _convolved_by_channel(self, operation: Operation) -> str:
        value, kernel, bias = operation.inputs
        if operation.options["DepthMultiplier"] != 1:
            raise ValueError("depthwise convolution: expected one output a channel.")
        turned = self.constant(kernel).transpose(3, 0, 1, 2)  # from (1, height, width, channels)
        weights = (self.graph.weights(turned), self.graph.weights(self.constant(bias)))
        window = self._window(operation, (turned.shape[2], turned.shape[3]))
        convolved = self.graph.add("Conv", self.name(value), *weights, group=turned.shape[0], **window)
        return self._finished(convolved, operation)

    def _pooled(self, operation: Operation) -> str:
        size = (operation.options["FilterHeight"], operation.options["FilterWidth"])
        window = self._window(operation, size)
        return self._finished(self.graph.add("MaxPool", self.name(operation.inputs[0]), **window), operation)

    def _window(self, operation: Operation, size: tuple[int, int]) -> dict[str, Any]:
        """Where a window of that size goes; TensorFlow pads so that it fits, and puts the odd pixel at the end."""
        strides = (operation.options["StrideH"], operation.options["StrideW"])
        before, after = [0, 0], [0, 0]
        if operation.options["Padding"] == SAME:
            for axis in (0, 1):
                length = self.network.shapes[operation.inputs[0]][1 + axis]
                lacking = max(0, (-(-length // strides[axis]) - 1) * strides[axis] + size[axis] - length)
                before[axis], after[axis] = lacking // 2, lacking - lacking // 2
        return {"kernel_shape": size, "strides": strides, "pads": [*before, *after]}

    def _padded(self, operation: Operation) -> str:
        value, widths = operation.inputs
        turned = self.constant(widths)[list(TO_CHANNELS_FIRST)]
        return self.graph.add("Pad", self.name(value), self.graph.constant(turned.T.ravel(), np.int64))

    def _bent(self, operation: Operation) -> str:
        """max(x, 0) + s min(x, 0), as s x + (1 - s) max(x, 0) of two convolutions by channel.

        For its own PRelu onnxruntime leaves the layout that it convolves in; without, the mesh takes half the time.
        """
        value, slopes = operation.inputs
        slope = self.constant(slopes).astype(np.float32).reshape(-1, 1, 1, 1)  # from (1, 1, channels)
        by_channel: dict[str, Any] = {"group": len(slope), "kernel_shape": (1, 1)}
        straight = self.graph.add("Conv", self.name(value), self.graph.weights(slope), **by_channel)
        upper = self.graph.add("Relu", self.name(value))
        upper = self.graph.add("Conv", upper, self.graph.constant(1 - slope), **by_channel)
        return self.graph.add("Add", straight, upper)

    def _enlarged(self, operation: Operation) -> str:
        value, size = operation.inputs
        if operation.options["AlignCorners"] or not operation.options["HalfPixelCenters"]:
            raise ValueError("enlarging: expected pixels to be known by their centres.")
        shape = self.network.shapes[value]
        height, width = (int(n) for n in self.constant(size))
        factors = self.graph.constant([1, 1, height / shape[1], width / shape[2]])
        return self.graph.add(
            "Resize", self.name(value), "", factors, mode="linear", coordinate_transformation_mode="half_pixel"
        )

    def _spread(self, operation: Operation) -> str:
        return self.graph.add(
            "DepthToSpace", self.name(operation.inputs[0]), blocksize=operation.options["BlockSize"], mode="DCR"
        )

    def _reshaped(self, operation: Operation) -> str:
        value = self.name(operation.inputs[0])
        if self._is_picture(operation.inputs[0]):
            value = self.graph.add("Transpose", value, perm=TO_CHANNELS_LAST)
        shape = self.network.shapes[operation.outputs[0]]
        value = self.graph.add("Reshape", value, self.graph.constant(shape, np.int64))
        if len(shape) == 4:
            value = self.graph.add("Transpose", value, perm=TO_CHANNELS_FIRST)
        return value

    def _whole(self, operation: Operation) -> str:
        shapes = self.network.shapes
        if shapes[operation.inputs[0]] != shapes[operation.outputs[0]]:
            raise ValueError("slice: expected the whole.")
        return self.name(operation.inputs[0])
