"""`python -m training.refiner FACES... --held-out FOLDER -o OUT [--minutes 60]`: trains or resumes, then exports."""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch

from open_the_eyes.models.appearance import generator

from ..faces import pictures_in, portraits
from ..kept import fingerprint, made_of, making
from .export import export, weights_in
from .held_out import to_learn_from
from .pairs import Pair, pairs_of
from .train import Plan, Stored, train


def stored(paths: list[Path], folder: Path, model: Path, workers: int) -> Stored:
    """The pairs of some faces, made once.

    Raises:
        SystemExit: the folder has pairs of other faces or of another model, from which the run in OUT has learnt.
    """
    of, before = fingerprint([*paths, model]), made_of(folder)
    if before is None:
        folder.mkdir(parents=True, exist_ok=True)
        with making(folder, of):
            _make(paths, folder, model, workers)
    elif before != of:
        raise SystemExit(
            f"{folder}: expected pairs of these faces and this appearance model, holds those of others. Name the faces "
            f"and the model of before to go on, or another -o to begin anew."
        )
    return Stored.load(folder)


def _make(paths: list[Path], folder: Path, model: Path, workers: int) -> None:
    pairs: list[Pair] = []
    found = portraits(paths, workers)
    # a process forked from one with torch's threads may wait for them for ever
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for made in pool.map(partial(pairs_of, model_path=model), found, chunksize=16):
            pairs += made
    if not pairs:
        raise SystemExit(f"{folder}: expected pairs from pictures of open-eyed faces, found no face; name others.")
    for name in ("guess", "truth", "mask", "geometry"):
        np.save(folder / f"{name}.npy", np.stack([getattr(p, name) for p in pairs]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("faces", type=Path, nargs="+", help="folders of open-eyed faces to learn from")
    parser.add_argument("--held-out", type=Path, required=True, help="other faces, for the sample sheets")
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--model", type=Path, default=generator.MODEL_FILE, help="the appearance model to start from")
    parser.add_argument("--start", type=Path, help="a refiner.onnx to begin with; not where OUT has a run")
    parser.add_argument("--rate", type=float, default=Plan().rate, help="of learning")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    given = parser.parse_args()
    data = stored(to_learn_from(given.faces), given.out / "train", given.model, given.workers)
    held = stored(pictures_in(given.held_out), given.out / "held_out", given.model, given.workers)
    print(f"{len(data.guess)} eyes to learn from, {len(held.guess)} held out", flush=True)
    start = None if given.start is None else weights_in(given.start)
    training = train(data, held, given.out, 60 * given.minutes, Plan(rate=given.rate), given.device, start)
    print(f"{training.step} steps")
    print(export(training.steady, given.out / "refiner.onnx"))


if __name__ == "__main__":
    main()
