"""A network in TensorFlow Lite's format, read: what it calculates, in order, and with which numbers.

Only what MediaPipe's two face networks are made of is understood. Weights come as they are stored, in half precision;
those that are stored sparsely come whole.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import tflite
from numpy.typing import NDArray

Numbers = NDArray[Any]

DTYPES: Final = {
    tflite.TensorType.FLOAT32: np.float32,
    tflite.TensorType.FLOAT16: np.float16,
    tflite.TensorType.INT32: np.int32,
}
OPTIONS: Final = {
    "CONV_2D": (tflite.Conv2DOptions, ("Padding", "StrideH", "StrideW", "FusedActivationFunction")),
    "DEPTHWISE_CONV_2D": (
        tflite.DepthwiseConv2DOptions,
        ("Padding", "StrideH", "StrideW", "FusedActivationFunction", "DepthMultiplier"),
    ),
    "MAX_POOL_2D": (
        tflite.Pool2DOptions,
        ("Padding", "StrideH", "StrideW", "FilterHeight", "FilterWidth", "FusedActivationFunction"),
    ),
    "ADD": (tflite.AddOptions, ("FusedActivationFunction",)),
    "MUL": (tflite.MulOptions, ("FusedActivationFunction",)),
    "RESIZE_BILINEAR": (tflite.ResizeBilinearOptions, ("AlignCorners", "HalfPixelCenters")),
    "DEPTH_TO_SPACE": (tflite.DepthToSpaceOptions, ("BlockSize",)),
}
"""Of each kind of operation: where the file keeps its options, and those that count."""

_KINDS: Final = {number: name for name, number in vars(tflite.BuiltinOperator).items() if isinstance(number, int)}
_STORED: Final = ("DENSIFY", "DEQUANTIZE")
"""Operations that only say how weights are stored."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One step.

    Args:
        kind: TensorFlow Lite's name of it, or the name of an operation of MediaPipe's own.
        inputs: numbers of tensors.
        outputs: numbers of tensors.
        options: by TensorFlow Lite's names.
        custom: the options of an operation of MediaPipe's own, a FlexBuffer.
    """

    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Mapping[str, int]
    custom: bytes


@dataclass(frozen=True, slots=True)
class Network:
    """What a file holds.

    Args:
        operations: in an order in which they can be done.
        constants: of tensors that do not depend on the input.
        shapes: of all tensors; pictures are (1, height, width, channels).
        outputs: numbers of tensors, by their names.
    """

    operations: tuple[Operation, ...]
    constants: Mapping[int, Numbers]
    shapes: Mapping[int, tuple[int, ...]]
    input: int
    outputs: Mapping[str, int]


def read(path: Path) -> Network:
    """The network in a file.

    Raises:
        OSError: it cannot be read.
        KeyError, ValueError: it holds what no face network of MediaPipe's holds.
    """
    model = tflite.Model.GetRootAs(path.read_bytes(), 0)
    graph = model.Subgraphs(0)
    constants = {n: numbers for n in range(graph.TensorsLength()) if (numbers := _stored(model, graph.Tensors(n))).size}
    operations = []
    for step in (graph.Operators(n) for n in range(graph.OperatorsLength())):
        operation = _operation(model, step)
        if operation.kind in _STORED:
            constants[operation.outputs[0]] = constants[operation.inputs[0]]
        else:
            operations.append(operation)
    shapes = {n: _shape(graph.Tensors(n)) for n in range(graph.TensorsLength())}
    outputs = {graph.Tensors(n).Name().decode(): int(n) for n in graph.OutputsAsNumpy()}
    return Network(tuple(operations), constants, shapes, graph.Inputs(0), outputs)


def _operation(model: Any, step: Any) -> Operation:
    code = model.OperatorCodes(step.OpcodeIndex())
    kind = _KINDS[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]  # files of before 2020 have but the latter
    options: dict[str, int] = {}
    custom = b""
    if kind == "CUSTOM":
        kind = code.CustomCode().decode()
        custom = bytes(step.CustomOptionsAsNumpy()) if step.CustomOptionsLength() else b""
    elif kind in OPTIONS:
        table, names = OPTIONS[kind]
        builtin = table()
        builtin.Init(step.BuiltinOptions().Bytes, step.BuiltinOptions().Pos)
        options = {name: int(getattr(builtin, name)()) for name in names}
    return Operation(kind, tuple(step.InputsAsNumpy()), tuple(step.OutputsAsNumpy()), options, custom)


def _shape(tensor: Any) -> tuple[int, ...]:
    return tuple(int(n) for n in tensor.ShapeAsNumpy()) if tensor.ShapeLength() else ()


def _stored(model: Any, tensor: Any) -> Numbers:
    """The numbers of a tensor, of which those that are calculated have none."""
    buffer = model.Buffers(tensor.Buffer())
    if not buffer.DataLength():
        return np.empty(0, np.float32)
    flat = buffer.DataAsNumpy().view(DTYPES[tensor.Type()])
    sparsity = tensor.Sparsity()
    return flat.reshape(_shape(tensor)) if sparsity is None else dense(flat, _shape(tensor), sparsity)


def dense(values: Numbers, shape: tuple[int, ...], sparsity: Any) -> Numbers:
    """Sparse weights made whole: TensorFlow Lite's schema says how they are stored (`SparsityParameters`).

    Dimensions are walked through in a stored order; those past the tensor's own number the cells of a block, in which
    one of its own is cut up (the block map says which). A dimension is dense, or the places that hold something are
    listed.

    Args:
        values: (N,) that are stored, in the order of the walk.

    Raises:
        ValueError: not all of them have a place.
    """
    order = sparsity.TraversalOrderAsNumpy().tolist()
    blocks = sparsity.BlockMapAsNumpy().tolist() if sparsity.BlockMapLength() else []
    levels = [_Level(sparsity.DimMetadata(n)) for n in range(sparsity.DimMetadataLength())]
    cells = {blocks[d - len(shape)]: level.size for d, level in zip(order, levels, strict=True) if d >= len(shape)}
    whole = np.zeros(shape, values.dtype)
    walk = _walk(levels)
    for value, places in itertools.zip_longest(values, walk):
        if value is None or places is None:
            raise ValueError(f"sparse weights: expected {values.size} places, got another number.")
        at = dict(zip(order, places, strict=True))
        inside = {blocks[d - len(shape)]: place for d, place in at.items() if d >= len(shape)}
        whole[tuple(at[d] * cells.get(d, 1) + inside.get(d, 0) for d in range(len(shape)))] = value
    return whole


class _Level:
    """One dimension of the walk."""

    def __init__(self, stored: Any) -> None:
        self.size: int = stored.DenseSize()
        self._sparse = stored.Format() == tflite.DimensionType.SPARSE_CSR
        if self._sparse:
            self._segments = _vector(stored.ArraySegments(), stored.ArraySegmentsType())
            self._indices = _vector(stored.ArrayIndices(), stored.ArrayIndicesType())

    def places(self, parent: int) -> Iterator[tuple[int, int]]:
        """For the `parent`th place of the level above: number and index of each place that holds something."""
        if not self._sparse:
            return ((parent * self.size + n, n) for n in range(self.size))
        return ((n, int(self._indices[n])) for n in range(self._segments[parent], self._segments[parent + 1]))


def _walk(levels: list[_Level], parent: int = 0) -> Iterator[tuple[int, ...]]:
    if not levels:
        yield ()
        return
    for number, index in levels[0].places(parent):
        for rest in _walk(levels[1:], number):
            yield (index, *rest)


def _vector(table: Any, kind: int) -> Numbers:
    held = {
        tflite.SparseIndexVector.Int32Vector: tflite.Int32Vector,
        tflite.SparseIndexVector.Uint16Vector: tflite.Uint16Vector,
        tflite.SparseIndexVector.Uint8Vector: tflite.Uint8Vector,
    }[kind]()
    held.Init(table.Bytes, table.Pos)
    return np.asarray(held.ValuesAsNumpy(), np.int64)
