"""The training loop: what `losses` ask for, feature matching and a hinge critic; resumable, with sample sheets."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - torch's own convention

from . import losses
from .harden import hardened
from .network import Critic, Refiner

SHOWN_WH = (104, 72)
"""What is learnt from of a frame, pixels."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a training run is; a resumed run must have the same one, but for its length.

    Args:
        batch: faces a step; both eyes of each are shown.
        apart, energy, texture, alike, faithful, matching, adversarial: weights of the losses.
        warm_up: steps before the critic has a say; it learns from the first on.
    """

    batch: int = 3
    rate: float = 3e-4
    critic_rate: float = 4e-4
    apart: float = 1.0
    energy: float = 10.0
    texture: float = 0.25
    alike: float = 0.5
    faithful: float = 2.0
    matching: float = 1.0
    adversarial: float = 0.5
    warm_up: int = 60
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Stored:
    """All pairs of a set as memory-mapped arrays, see `pairs.Pair`."""

    guess: NDArray[np.uint8]
    truth: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    geometry: NDArray[np.float16]

    @classmethod
    def load(cls, folder: Path) -> Stored:
        return cls(*(np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("guess", "truth", "mask", "geometry")))

    @property
    def faces(self) -> int:
        """Rows 2 k and 2 k + 1 are the eyes of one face."""
        return len(self.guess) // 2

    def batch(self, faces: NDArray[np.intp], rng: np.random.Generator | None) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Guess, truth, mask and geometry of both eyes of some faces; hardened when a generator is given."""
        rows = np.stack([2 * faces, 2 * faces + 1], axis=1).ravel()
        part = np.s_[:, :] if rng is None else _part(self.mask.shape[1:], rng)
        accidents = np.repeat(rng.integers(2**32, size=len(faces)), 2) if rng is not None else rows
        guesses, truths, masks = [], [], []
        for row, accident in zip(rows, accidents, strict=True):
            guess, truth, mask = (plane[row][part].astype(np.float32) for plane in (self.guess, self.truth, self.mask))
            if rng is not None:
                guess, truth = hardened(guess, truth, mask / 255, np.random.default_rng(accident))
            guesses.append(guess)
            truths.append(truth)
            masks.append(mask / 255)
        geometry = self.geometry[rows][(slice(None), slice(None), *part)].astype(np.float32)
        return _unit(guesses), _unit(truths), torch.from_numpy(np.stack(masks))[:, None], torch.from_numpy(geometry)


def _part(shape_hw: tuple[int, ...], rng: np.random.Generator) -> tuple[slice, slice]:
    """A part of SHOWN_WH around a frame's middle, where the eye is; the rest costs time and teaches little."""
    sizes = [min(shown, whole) for shown, whole in zip(SHOWN_WH[::-1], shape_hw, strict=True)]
    firsts = [
        round((1 + rng.uniform(-0.5, 0.5)) / 2 * (whole - size)) for size, whole in zip(sizes, shape_hw, strict=True)
    ]
    return slice(firsts[0], firsts[0] + sizes[0]), slice(firsts[1], firsts[1] + sizes[1])


def _unit(pictures: list[NDArray[np.float32]]) -> Tensor:
    stacked = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2) / 127.5 - 1
    return stacked.contiguous(memory_format=torch.channels_last)


def _pairs(planes: Tensor) -> Tensor:
    """(2 n, 1, h, w) of both eyes -> (n, 1, h, w), the mean of each face's."""
    return (planes[0::2] + planes[1::2]) / 2


class Training:
    """Networks, optimisers and the step count, with their way to a file and back."""

    def __init__(self, plan: Plan, device: str) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.device, self.step, self.seconds = plan, device, 0, 0.0
        self.net, self.steady, self.critic = Refiner().to(device), Refiner().to(device), Critic().to(device)
        for network in (self.net, self.steady, self.critic):
            network.to(memory_format=torch.channels_last)
        self.steady.load_state_dict(self.net.state_dict())
        self.for_net = torch.optim.Adam(self.net.parameters(), plan.rate, betas=(0.5, 0.99))
        self.for_critic = torch.optim.Adam(self.critic.parameters(), plan.critic_rate, betas=(0.5, 0.99))

    _PARTS = ("net", "steady", "critic", "for_net", "for_critic")

    def save(self, path: Path) -> None:
        state = {name: getattr(self, name).state_dict() for name in self._PARTS}
        state |= {"step": self.step, "seconds": self.seconds, "plan": asdict(self.plan)}
        torch.save(state, path.with_suffix(".new"))
        path.with_suffix(".new").replace(path)

    def load(self, path: Path) -> None:
        """Goes on from where `save` left off.

        Raises:
            ValueError: the file is of a run with another plan.
        """
        state = torch.load(path, weights_only=True, map_location=self.device)
        if state["plan"] != asdict(self.plan):
            raise ValueError(f"{path} was begun with {state['plan']}, not {asdict(self.plan)}")
        for name in self._PARTS:
            getattr(self, name).load_state_dict(state[name])
        self.step, self.seconds = state["step"], state["seconds"]

    def advance(self, guess: Tensor, truth: Tensor, mask: Tensor, geometry: Tensor) -> dict[str, float]:
        """One step for the critic and one for the network."""
        plan = self.plan
        made = self._ran(self.net, guess, mask, geometry, torch.randn_like(mask))
        loss, told = self._asked(made, guess, truth, mask, geometry)
        real, of_truth = self._ran(self.critic, truth, guess, mask, geometry)
        fake = self._ran(self.critic, made.detach(), guess, mask, geometry)[0]
        both = _pairs(mask)
        hinge = sum(
            losses.over(F.relu(1 - r), both) + losses.over(F.relu(1 + f), both) for r, f in zip(real, fake, strict=True)
        )
        self.for_critic.zero_grad(set_to_none=True)
        hinge.backward()
        self.for_critic.step()
        told["critic"] = float(hinge.detach())
        if self.step >= plan.warm_up:
            self.critic.requires_grad_(False)
            fake, of_made = self._ran(self.critic, made, guess, mask, geometry)
            self.critic.requires_grad_(True)
            matching = sum(losses.over((a - b.detach()).abs(), both) for a, b in zip(of_made, of_truth, strict=True))
            pleasing = sum(losses.over(f, both) for f in fake)
            loss = loss - plan.adversarial * pleasing + plan.matching * matching
            told |= {"pleasing": float(pleasing.detach()), "matching": float(matching.detach())}
        self.for_net.zero_grad(set_to_none=True)
        loss.backward()
        self.for_net.step()
        self._follow()
        self.step += 1
        return told

    def _asked(
        self, made: Tensor, guess: Tensor, truth: Tensor, mask: Tensor, geometry: Tensor
    ) -> tuple[Tensor, dict[str, float]]:
        """All losses but the critic's, weighed, and what to log."""
        plan = self.plan
        parts = {
            "apart": losses.apart(made, truth, mask),
            "energy": losses.over((losses.energy(made) - losses.energy(truth)).abs(), mask[..., 2:-2, 2:-2]),
            "texture": losses.texture(made, truth, mask, geometry),
            "alike": losses.unlike(made - truth, mask, geometry),
            "faithful": losses.recoloured(made, guess, mask),
        }
        loss = torch.stack([getattr(plan, name) * part for name, part in parts.items()]).sum()
        return loss, {name: round(float(part.detach()), 4) for name, part in parts.items()}

    def _ran(self, network: Refiner | Critic, *given: Tensor) -> Any:
        """In half the bits on a GPU. Not on a CPU: one that must emulate bfloat16 takes ten times as long."""
        with torch.autocast(self.device, dtype=torch.bfloat16, enabled=self.device != "cpu"):
            return network(*given)

    @torch.no_grad()
    def _follow(self) -> None:
        rate = 0.003 if self.step > 1000 else 0.02
        for slow, quick in zip(self.steady.parameters(), self.net.parameters(), strict=True):
            slow.lerp_(quick, rate)


def train(data: Stored, held: Stored, out: Path, seconds: float, plan: Plan, device: str) -> Training:
    """Trains for `seconds`, or goes on from `out/state.pt`; writes state, log.jsonl and sample sheets into `out`."""
    training, state = Training(plan, device), out / "state.pt"
    if state.exists():
        training.load(state)
    began, so_far = time.time(), training.seconds
    while training.seconds < seconds:
        rng = np.random.default_rng([plan.seed, training.step])
        faces = rng.integers(0, data.faces, plan.batch)
        told = training.advance(*(t.to(device) for t in data.batch(faces, rng)))
        training.seconds = so_far + time.time() - began
        if training.step % 50 == 0:
            with (out / "log.jsonl").open("a") as log:
                log.write(json.dumps({"step": training.step, "seconds": round(training.seconds), **told}) + "\n")
        if training.step % 100 == 0:
            training.save(state)
            _sheet(training, held, out / "samples" / f"{training.step:06d}.png")
    training.save(state)
    return training


@torch.no_grad()
def _sheet(training: Training, held: Stored, path: Path) -> None:
    """Guess, refined and truth of both eyes of twelve held-out faces."""
    faces = np.linspace(0, held.faces - 1, 12).astype(np.intp)
    guess, truth, mask, geometry = (t.to(training.device) for t in held.batch(faces, None))
    made = training.steady(guess, mask, geometry, torch.zeros_like(mask))
    triples = torch.cat([guess, made, truth], dim=3).permute(0, 2, 3, 1).cpu().numpy()
    levels = np.clip((triples + 1) * 127.5, 0, 255).astype(np.uint8)
    columns = [np.vstack(list(levels[k::2])) for k in range(2)]
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.hstack(columns)[..., ::-1])
