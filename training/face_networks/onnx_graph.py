"""An ONNX graph in the making: nodes and constants are added, names are given."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET: Final = 17
IR_VERSION: Final = 8
"""Of ONNX 1.12, so that every onnxruntime that the package allows opens it."""


class GraphMaker:
    """Values are known by their names."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._known: dict[tuple[str, tuple[int, ...], bytes], str] = {}

    def constant(self, numbers: Any, dtype: Any = np.float32) -> str:
        """A constant as it is; equal ones are one."""
        array = np.array(numbers, dtype, order="C")
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._known:
            self._known[key] = f"c{len(self._constants)}"
            self._constants.append(numpy_helper.from_array(array, self._known[key]))
        return self._known[key]

    def weights(self, numbers: NDArray[Any]) -> str:
        """Weights kept in half the room if half precision is what they have; calculated with in single precision."""
        half = numbers.astype(np.float16)
        if numbers.size > 1 and np.array_equal(half.astype(np.float32), numbers.astype(np.float32)):
            return self.add("Cast", self.constant(half, np.float16), to=TensorProto.FLOAT)
        return self.constant(numbers)

    def add(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        """Appends a node of one output; -> the output's name."""
        output = name or f"v{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def model(self, takes: list[onnx.ValueInfoProto], gives: list[onnx.ValueInfoProto], says: str) -> onnx.ModelProto:
        """The whole, checked.

        Raises:
            onnx.checker.ValidationError: it is no graph.
        """
        graph = helper.make_graph(self._nodes, "faces", takes, gives, self._constants, doc_string=says)
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        onnx.checker.check_model(made, full_check=True)
        return made
