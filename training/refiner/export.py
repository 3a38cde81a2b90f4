"""The trained network as ONNX, for frames of any size."""

from __future__ import annotations

from pathlib import Path

import torch

from .network import GEOMETRY, Refiner

INPUTS = {"guess": 3, "mask": 1, "geometry": GEOMETRY, "noise": 1}


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
