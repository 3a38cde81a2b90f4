"""TensorFlow Lite's layers give in ONNX what TensorFlow defines; torch, which pads by hand, is the judge."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper
from torch.nn import functional

from training.face_networks.layers import RELU, SAME, Layers
from training.face_networks.onnx_graph import GraphMaker
from training.face_networks.tflite_file import Network, Operation

VALID: Final = 1
IN, OUT, KERNEL, BIAS = range(4)


def calculated(operation: Operation, picture: NDArray[Any], constants: dict[int, NDArray[Any]]) -> NDArray[Any]:
    """(1, H, W, C) through one layer, channels last."""
    graph = GraphMaker()
    layers = Layers(graph, Network((operation,), constants, {IN: picture.shape, OUT: picture.shape}, IN, {}), "in")
    layers.add(operation)
    turned = picture.transpose(0, 3, 1, 2).astype(np.float32)
    takes = helper.make_tensor_value_info("in", TensorProto.FLOAT, turned.shape)
    gives = helper.make_tensor_value_info(layers.name(OUT), TensorProto.FLOAT, (None, None, None, None))
    data = graph.model([takes], [gives], "").SerializeToString()
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"in": turned})[0].transpose(0, 2, 3, 1))


def same(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """How TensorFlow pads: the output has size / stride, rounded up, and the odd pixel comes last."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


@pytest.mark.parametrize("by_channel", [False, True], ids=["all channels", "each channel"])
@pytest.mark.parametrize("padding", [SAME, VALID], ids=["same", "valid"])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("size", [(9, 8), (7, 12)])
def test_a_convolution_is_tensorflows(size: tuple[int, int], stride: int, padding: int, by_channel: bool) -> None:
    rng = np.random.default_rng(1)
    picture, bias = rng.normal(size=(1, *size, 4)), rng.normal(size=4).astype(np.float16)
    kernel = rng.normal(size=(1, 3, 3, 4) if by_channel else (4, 3, 3, 4)).astype(np.float16)
    options = {"Padding": padding, "StrideH": stride, "StrideW": stride, "FusedActivationFunction": RELU}
    options |= {"DepthMultiplier": 1} if by_channel else {}
    kind = "DEPTHWISE_CONV_2D" if by_channel else "CONV_2D"
    ours = calculated(Operation(kind, (IN, KERNEL, BIAS), (OUT,), options, b""), picture, {KERNEL: kernel, BIAS: bias})

    value = torch.from_numpy(picture.transpose(0, 3, 1, 2))
    if padding == SAME:
        value = functional.pad(value, (*same(size[1], 3, stride), *same(size[0], 3, stride)))
    weights = torch.from_numpy(kernel.astype(np.float64).transpose((3, 0, 1, 2) if by_channel else (0, 3, 1, 2)).copy())
    shift = torch.from_numpy(bias.astype(np.float64))
    theirs = functional.conv2d(value, weights, shift, stride=stride, groups=4 if by_channel else 1).relu()
    assert np.allclose(ours, theirs.numpy().transpose(0, 2, 3, 1), atol=1e-4)


def test_slopes_bend_each_channel_below_nought() -> None:
    rng = np.random.default_rng(3)
    picture, slopes = rng.normal(size=(1, 5, 6, 4)), np.array([0.25, -0.5, 1.0, 1.75], np.float16).reshape(1, 1, 4)
    ours = calculated(Operation("PRELU", (IN, KERNEL), (OUT,), {}, b""), picture, {KERNEL: slopes})
    assert np.allclose(ours, np.where(picture > 0, picture, picture * slopes[0]), atol=1e-5)


def test_channels_become_pixels_row_by_row() -> None:
    picture = np.arange(2 * 2 * 8, dtype=np.float32).reshape(1, 2, 2, 8)
    spread = calculated(Operation("DEPTH_TO_SPACE", (IN,), (OUT,), {"BlockSize": 2}, b""), picture, {})
    assert spread.shape == (1, 4, 4, 2)
    assert np.array_equal(spread[0, :2, :2].reshape(-1), picture[0, 0, 0])


def test_enlarging_knows_pixels_by_their_centres() -> None:
    picture = np.random.default_rng(2).normal(size=(1, 3, 4, 2))
    options = {"AlignCorners": 0, "HalfPixelCenters": 1}
    operation = Operation("RESIZE_BILINEAR", (IN, KERNEL), (OUT,), options, b"")
    ours = calculated(operation, picture, {KERNEL: np.array([6, 8], np.int32)})
    value = torch.from_numpy(picture.transpose(0, 3, 1, 2))
    theirs = functional.interpolate(value, scale_factor=2, mode="bilinear", align_corners=False)
    assert np.allclose(ours, theirs.numpy().transpose(0, 2, 3, 1), atol=1e-5)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        pytest.param("RESIZE_BILINEAR", {"AlignCorners": 1, "HalfPixelCenters": 0}, id="corners"),
        pytest.param("DEPTHWISE_CONV_2D", {"DepthMultiplier": 2}, id="more channels"),
        pytest.param("SOFTMAX", {}, id="another layer"),
    ],
)
def test_what_no_face_network_has_is_refused(kind: str, options: dict[str, int]) -> None:
    operation = Operation(kind, (IN, KERNEL, BIAS)[: 2 if kind.startswith("RES") else 3], (OUT,), options, b"")
    with pytest.raises((KeyError, ValueError)):
        calculated(operation, np.ones((1, 4, 4, 2)), {KERNEL: np.ones((1, 3, 3, 2)), BIAS: np.ones(2)})
