"""`python -m training.eye_state.train EYES.npz OUT.onnx`: trains the eye-state network and writes it as ONNX.

EYES.npz comes from `training.eye_state.data`. Needs torch and onnx; two cores take about ten minutes.
"""

from __future__ import annotations

import argparse
import os
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

os.environ.setdefault("GOMP_SPINCOUNT", "0")

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn import functional

from open_the_eyes.models.eye_state import standardised

from .augment import NET_EYE, NET_WH, camera, cover, cut, glasses, narrowed
from .data import FOLDS, SHIPPED_LEAVES_OUT

Eyes = dict[str, NDArray[Any]]
"""The arrays of EYES.npz, see `data.Row`."""

CHANNELS = (20, 32, 48, 64)
COVERED_SHARE = 0.2


class EyeState(nn.Module):
    """Crop and openness -> two logits: closed, covered."""

    def __init__(self) -> None:
        super().__init__()
        sizes = (3, *CHANNELS)
        self.convs = nn.ModuleList(nn.Conv2d(i, o, 3, padding=1) for i, o in pairwise(sizes))
        self.norms = nn.ModuleList(nn.BatchNorm2d(o) for o in CHANNELS)
        self.pooled = nn.Linear(CHANNELS[-1] * 2 * 3, 48)
        self.measured = nn.Linear(2, 12)
        self.out = nn.Linear(60, 2)

    def forward(self, crop: torch.Tensor, measured: torch.Tensor) -> torch.Tensor:
        x = crop
        for number, (conv, norm) in enumerate(zip(self.convs, self.norms, strict=True)):
            x = functional.relu(norm(conv(x)))
            x = functional.max_pool2d(x, 2) if number < 3 else functional.avg_pool2d(x, (2, 2))
        x = functional.dropout(x.flatten(1), 0.3, self.training)
        x = torch.cat([functional.relu(self.pooled(x)), functional.relu(self.measured(measured))], 1)
        return self.out(functional.dropout(x, 0.2, self.training))


def to_onnx(net: EyeState, path: Path) -> None:
    """Written node by node: convolution and its normalisation folded into one."""
    net = net.eval()
    nodes, weights = [], []

    def weight(name: str, value: torch.Tensor) -> str:
        weights.append(numpy_helper.from_array(value.detach().numpy().astype(np.float32), name))
        return name

    x = "crop"
    for n, (conv, norm) in enumerate(zip(net.convs, net.norms, strict=True)):
        gain = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        w = weight(f"w{n}", conv.weight * gain[:, None, None, None])
        b = weight(f"b{n}", (conv.bias - norm.running_mean) * gain + norm.bias)
        nodes.append(helper.make_node("Conv", [x, w, b], [f"c{n}"], pads=[1, 1, 1, 1]))
        nodes.append(helper.make_node("Relu", [f"c{n}"], [f"r{n}"]))
        pool = "MaxPool" if n < 3 else "AveragePool"
        nodes.append(helper.make_node(pool, [f"r{n}"], [f"p{n}"], kernel_shape=[2, 2], strides=[2, 2]))
        x = f"p{n}"
    nodes.append(helper.make_node("Flatten", [x], ["flat"]))
    for name, layer, source in (("pooled", net.pooled, "flat"), ("measured", net.measured, "measure")):
        ins = [source, weight(f"{name}_w", layer.weight), weight(f"{name}_b", layer.bias)]
        nodes.append(helper.make_node("Gemm", ins, [f"{name}_g"], transB=1))
        nodes.append(helper.make_node("Relu", [f"{name}_g"], [name]))
    nodes.append(helper.make_node("Concat", ["pooled", "measured"], ["both"], axis=1))
    ins = ["both", weight("out_w", net.out.weight), weight("out_b", net.out.bias)]
    nodes.append(helper.make_node("Gemm", ins, ["logits"], transB=1))
    graph = helper.make_graph(
        nodes,
        "eye_state",
        [
            helper.make_tensor_value_info("crop", TensorProto.FLOAT, ["n", 3, NET_WH[1], NET_WH[0]]),
            helper.make_tensor_value_info("measure", TensorProto.FLOAT, ["n", 2]),
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 2])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString())


def batch(eyes: Eyes, rows: NDArray[np.intp], rng: np.random.Generator) -> tuple[torch.Tensor, ...]:
    """Augmented crops, measures and targets of some eyes."""
    crops, measures, closed, covered, counts = [], [], [], [], []
    for row in rows:
        wide = eyes["crops"][row]
        other = eyes["crops"][rng.integers(len(eyes["crops"]))]
        openness = eyes["openness"][row]
        if not eyes["label"][row] and rng.random() < 0.25:
            by = rng.uniform(0.55, 0.95)
            wide, openness = narrowed(wide, by), openness * by
        hidden = rng.random() < COVERED_SHARE
        if rng.random() < 0.25:
            wide = glasses(wide, other, rng)
        if hidden:
            wide, openness = cover(wide, other, rng), rng.uniform(0, 1.2)
        crop, eye_px = camera(cut(wide, rng, 1.0), rng)
        openness = max(0.0, openness + rng.normal(0, 0.12 + 0.35 * (1 - eye_px / NET_EYE) ** 2))
        known = rng.random() < 0.6
        crops.append(standardised(crop))
        measures.append([openness * known, float(known)])
        closed.append(eyes["label"][row])
        covered.append(hidden)
        counts.append(not hidden)
    return tuple(torch.tensor(np.array(values, np.float32)) for values in (crops, measures, closed, covered, counts))


def plain(eyes: Eyes, rows: NDArray[np.intp]) -> tuple[torch.Tensor, torch.Tensor]:
    """Crops and measures as they are."""
    rng = np.random.default_rng(0)
    crops = np.array([standardised(cut(eyes["crops"][row], rng, 0.0)) for row in rows])
    measures = np.stack([eyes["openness"][rows], np.ones(len(rows))], 1).astype(np.float32)
    return torch.tensor(crops), torch.tensor(measures)


def train(source: Path, out: Path, epochs: int, fold: int) -> None:
    """Writes `out` every five epochs and at the end; prints how it does on the eyes of the fold that is left out."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    with np.load(source) as file:
        eyes = {name: file[name] for name in file.files}
    mine = eyes["fold"] != fold
    groups = [
        np.flatnonzero(mine & (eyes["label"] == 1)),
        np.flatnonzero(mine & (eyes["label"] == 0) & (eyes["source"] == "eye_state")),
        np.flatnonzero(mine & (eyes["label"] == 0) & (eyes["source"] == "train")),
    ]
    print("closed, open, open (train):", [len(g) for g in groups], flush=True)
    share = np.array([0.5, 0.25, 0.25])
    net = EyeState()
    print(sum(p.numel() for p in net.parameters()), "parameters")
    per_epoch = 90
    optimiser = torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, epochs * per_epoch)
    held = np.flatnonzero(~mine)
    held_inputs = plain(eyes, held)
    truth = eyes["label"][held]
    started = time.time()

    rng = np.random.default_rng(1)
    for epoch in range(epochs):
        net.train()
        total = 0.0
        for _ in range(per_epoch):
            rows = np.concatenate([rng.choice(g, round(64 * s)) for g, s in zip(groups, share, strict=True)])
            crop, measure, closed, covered, counts = batch(eyes, rows, rng)
            logits = net(crop, measure)
            soft = closed * 0.96 + 0.02
            loss = functional.binary_cross_entropy_with_logits(logits[:, 0], soft, counts)
            loss = loss + functional.binary_cross_entropy_with_logits(logits[:, 1], covered * 0.98 + 0.01)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        net.eval()
        with torch.no_grad():
            both = net(*held_inputs)
            alone = net(held_inputs[0], torch.zeros(len(held), 2))[:, 0].numpy() > 0
        wrong = (both[:, 0].numpy() > 0) != truth
        print(
            f"epoch {epoch + 1}: loss {total / per_epoch:.3f}, held out: closed called open "
            f"{wrong[truth == 1].mean():.2%}, open called closed {wrong[truth == 0].mean():.2%}, without openness "
            f"{(alone != truth).mean():.2%} wrong, called covered {(both[:, 1] > 0).float().mean():.2%} "
            f"({time.time() - started:.0f} s)",
            flush=True,
        )
        if epoch % 5 == 4 or epoch == epochs - 1:
            to_onnx(net, out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("eyes", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--leave-out", type=int, choices=range(FOLDS), default=SHIPPED_LEAVES_OUT, help="a fold")
    given = parser.parse_args()
    train(given.eyes, given.out, given.epochs, given.leave_out)


if __name__ == "__main__":
    main()
