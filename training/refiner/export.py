"""The trained network as ONNX, for frames of any size, and the way back."""

from __future__ import annotations

from pathlib import Path

import torch

from .network import GEOMETRY, Refiner

INPUTS = {"guess": 3, "mask": 1, "geometry": GEOMETRY, "noise": 1}


def weights_in(path: Path) -> dict[str, torch.Tensor]:
    """The weights of a network that `export` wrote, under the names that `Refiner.load_state_dict` takes."""
    import onnx
    from onnx import numpy_helper

    stored = onnx.load(str(path)).graph.initializer
    return {one.name: torch.from_numpy(numpy_helper.to_array(one).copy()) for one in stored}


def export(network: Refiner, path: Path) -> str:
    """Writes `path`; returns a line that says how large it is."""
    network = network.cpu().float().eval()
    example = tuple(torch.zeros(2, n, 112, 144) for n in INPUTS.values())
    axes = {name: {0: "n", 2: "h", 3: "w"} for name in (*INPUTS, "refined")}
    torch.onnx.export(
        network,
        example,
        str(path),
        input_names=list(INPUTS),
        output_names=["refined"],
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )
    return f"{path}: {path.stat().st_size / 1e6:.1f} MB, {sum(p.numel() for p in network.parameters()):,} parameters"
