"""The training loop: L1, energy, feature matching and a hinge critic; resumable, with sample sheets as it goes."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - torch's own convention

from open_the_eyes.imaging.arrays import to_levels

from .harden import hardened
from .network import Critic, Refiner


@dataclass(frozen=True, slots=True)
class Plan:
    """What a training run is; a resumed run must have the same one, but for its length.

    Args:
        batch: faces a step; both eyes of each are shown.
        l1, energy, alike, faithful, matching, adversarial: weights of the losses.
        warm_up: steps before the critic starts.
    """

    batch: int = 5
    rate: float = 4e-4
    critic_rate: float = 3e-4
    l1: float = 1.5
    energy: float = 12.0
    alike: float = 0.5
    faithful: float = 2.0
    matching: float = 2.0
    adversarial: float = 0.3
    warm_up: int = 150
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
        accidents = np.repeat(rng.integers(2**32, size=len(faces)), 2) if rng is not None else rows
        guesses, truths = [], []
        for row, accident in zip(rows, accidents, strict=True):
            guess, truth = self.guess[row].astype(np.float32), self.truth[row].astype(np.float32)
            if rng is not None:
                cover = self.mask[row].astype(np.float32) / 255
                guess, truth = hardened(guess, truth, cover, np.random.default_rng(accident))
            guesses.append(guess)
            truths.append(truth)
        mask = torch.from_numpy(self.mask[rows].astype(np.float32) / 255)[:, None]
        return _unit(guesses), _unit(truths), mask, torch.from_numpy(self.geometry[rows].astype(np.float32))


def _unit(pictures: list[NDArray[np.float32]]) -> Tensor:
    stacked = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2) / 127.5 - 1
    return stacked.contiguous(memory_format=torch.channels_last)


def _over(values: Tensor, mask: Tensor) -> Tensor:
    """The mean of (n, c, h, w) values where the mask, reduced to their size, lies; the rest is the same in both."""
    weight = F.adaptive_avg_pool2d(mask, values.shape[2:])
    return (values * weight).sum() / (weight.sum() * values.shape[1])


def _energy(picture: Tensor) -> Tensor:
    """(n, 3, h, w) -> (n, 1, h - 4, w - 4): how much light changes from pixel to pixel around each; where it changes
    does not matter, so that a lash a pixel beside the true one costs nothing."""
    light = picture.mean(dim=1, keepdim=True)
    dx, dy = light[..., 1:, 1:] - light[..., 1:, :-1], light[..., 1:, 1:] - light[..., :-1, 1:]
    return torch.sqrt(F.avg_pool2d(dx**2 + dy**2, 4, 1) + 1e-5)


def _recoloured(made: Tensor, guess: Tensor, mask: Tensor) -> Tensor:
    """How far colours, not light, have moved from the guess's in every patch of 4 x 4 pixels: whose they are is for the
    appearance model and the person who chose an eye colour to say."""
    moved = F.avg_pool2d((made - guess) * mask, 4)
    return _over((moved - moved.mean(dim=1, keepdim=True)).abs(), mask)


def _unlike(wrong: Tensor, mask: Tensor, geometry: Tensor) -> Tensor:
    """How differently the irises of a face are off their true colours; eyes of one face follow each other."""
    iris = mask * (geometry[:, :1] < 0) * (geometry[:, 1:2] > 0) * (geometry[:, 2:3] > 0)
    off = (wrong * iris).sum(dim=(2, 3)) / iris.sum(dim=(2, 3)).clamp(min=1)
    return (off[0::2] - off[1::2]).abs().mean()


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
        then, now = state["plan"], asdict(self.plan)
        if then != now:
            others = [name for name in {**now, **then} if then.get(name) != now.get(name)]
            was, came = (", ".join(f"{name} {plan.get(name)}" for name in others) for plan in (then, now))
            raise ValueError(f"{path} was begun with {was}, expected {came}. Give the same, or name another -o.")
        for name in self._PARTS:
            getattr(self, name).load_state_dict(state[name])
        self.step, self.seconds = state["step"], state["seconds"]

    def advance(self, guess: Tensor, truth: Tensor, mask: Tensor, geometry: Tensor) -> dict[str, float]:
        """One step for the critic and one for the network."""
        plan = self.plan
        made = self._ran(self.net, guess, mask, geometry, torch.randn_like(mask))
        l1 = _over((made - truth).abs(), mask)
        energy = _over((_energy(made) - _energy(truth)).abs(), mask[..., 2:-2, 2:-2])
        loss = plan.l1 * l1 + plan.energy * energy + plan.alike * _unlike(made - truth, mask, geometry)
        loss = loss + plan.faithful * _recoloured(made, guess, mask)
        losses = {"l1": float(l1.detach()), "energy": float(energy.detach())}
        if self.step > plan.warm_up:
            real = self._ran(self.critic, truth, guess, mask, geometry)[0]
            fake = self._ran(self.critic, made.detach(), guess, mask, geometry)[0]
            hinge = sum(
                _over(F.relu(1 - r), mask) + _over(F.relu(1 + f), mask) for r, f in zip(real, fake, strict=True)
            )
            self.for_critic.zero_grad(set_to_none=True)
            hinge.backward()
            self.for_critic.step()
            fake, of_made = self._ran(self.critic, made, guess, mask, geometry)
            with torch.no_grad():
                of_truth = self._ran(self.critic, truth, guess, mask, geometry)[1]
            matching = sum(_over((a - b).abs(), mask) for a, b in zip(of_made, of_truth, strict=True))
            pleasing = sum(_over(f, mask) for f in fake)
            loss = loss - plan.adversarial * pleasing + plan.matching * matching
            losses |= {"critic": float(hinge.detach()), "matching": float(matching.detach())}
        self.for_net.zero_grad(set_to_none=True)
        loss.backward()
        self.for_net.step()
        self._follow()
        self.step += 1
        return losses

    def _ran(self, network: Refiner | Critic, *given: Tensor) -> Any:
        """In half the bits where they suffice: twice as fast on a GPU, or on a CPU that knows bfloat16. One without
        AVX-512 has to emulate it, and takes ten times as long."""
        knows = self.device != "cpu" or torch.backends.cpu.get_cpu_capability() == "AVX512"
        with torch.autocast(self.device, dtype=torch.bfloat16, enabled=knows):
            return network(*given)

    @torch.no_grad()
    def _follow(self) -> None:
        rate = 0.003 if self.step > 1000 else 0.02
        for slow, quick in zip(self.steady.parameters(), self.net.parameters(), strict=True):
            slow.lerp_(quick, rate)


def train(
    data: Stored,
    held: Stored,
    out: Path,
    seconds: float,
    plan: Plan,
    device: str,
    start: Mapping[str, Tensor] | None = None,
) -> Training:
    """Trains for `seconds`, or goes on from `out/state.pt`; writes state, log.jsonl and sample sheets into `out`.

    A run without a state begins with the weights of `start`, if there are any.

    Raises:
        SystemExit: there is a state, and a `start` that it would leave unused, or the state is of another plan.
    """
    training, state = Training(plan, device), out / "state.pt"
    if state.exists() and start is not None:
        raise SystemExit(f"--start: {state} has weights to go on from. Leave --start out, or name another -o.")
    if state.exists():
        try:
            training.load(state)
        except ValueError as error:
            raise SystemExit(str(error)) from error
    elif start is not None:
        training.net.load_state_dict(start)
        training.steady.load_state_dict(start)
    began, so_far = time.time(), training.seconds
    while training.seconds < seconds:
        rng = np.random.default_rng([plan.seed, training.step])
        faces = rng.integers(0, data.faces, plan.batch)
        losses = training.advance(*(t.to(device) for t in data.batch(faces, rng)))
        training.seconds = so_far + time.time() - began
        if training.step % 50 == 0:
            with (out / "log.jsonl").open("a") as log:
                log.write(json.dumps({"step": training.step, "seconds": round(training.seconds), **losses}) + "\n")
        if training.step % 250 == 0:
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
    levels = to_levels((triples + 1) * 127.5)
    columns = [np.vstack(list(levels[k::2])) for k in range(2)]
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.hstack(columns)[..., ::-1])
