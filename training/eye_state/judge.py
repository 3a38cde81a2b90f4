"""`python -m training.eye_state.judge FACES [OUT]`: trains a second opinion on eyes, of another kind, into OUT.

It judges results and is never shipped, so nobody marks their own homework. Three minutes of processor, seconds again
on the same FACES. Histograms of oriented gradients and a logistic regression on a grey crop of one eye; it sees neither
the mesh's openness nor the network's crop. From Python: `Judge.load(path).closed_probability(pixels, face)`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.eye_crop import eye_crop
from open_the_eyes.imaging.face.mesh478 import SIDES, Side
from open_the_eyes.roles import Face

from ..kept import fingerprint, made_of, making
from .augment import WIDE_SPAN, WIDE_WH
from .data import FOLDS, SHIPPED_LEAVES_OUT, collect, pictures

SIZE_WH, SPAN = (64, 48), 1.9
DEFAULT = Path("out/judge.npz")
TRAIN_EVERY = 8
"""Of the open-eyed faces, fewer than the network sees."""
_HOG = cv2.HOGDescriptor(SIZE_WH, (16, 16), (8, 8), (8, 8), 9)


def features(crop: Rgb) -> NDArray[np.float32]:
    """(48, 64, 3) eye -> HOG at two scales."""
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    grey = cv2.createCLAHE(2.0, (2, 2)).apply(grey)
    soft = cv2.GaussianBlur(grey, (0, 0), 2)
    return np.concatenate([np.asarray(_HOG.compute(picture), np.float32).ravel() for picture in (grey, soft)])


class Judge:
    """Closed or open, from gradients alone."""

    def __init__(self, weights: NDArray[np.float32], mean: NDArray[np.float32], bias: float) -> None:
        self.weights, self.mean, self.bias = weights, mean, bias

    @classmethod
    def load(cls, path: Path = DEFAULT) -> Judge:
        with np.load(path) as file:
            return cls(file["weights"], file["mean"], float(file["bias"]))

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, weights=self.weights, mean=self.mean, bias=self.bias)

    def of_crop(self, crop: Rgb) -> float:
        """(48, 64, 3) -> probability that this eye is closed."""
        return float(1 / (1 + np.exp(-((features(crop) - self.mean) @ self.weights + self.bias))))

    def closed_probability(self, pixels: Rgb, face: Face) -> dict[Side, float]:
        """Photo and a face in it -> per eye."""
        return {side: self.of_crop(eye_crop(pixels, face.landmarks, side, SIZE_WH, SPAN)) for side in SIDES}


def from_wide(wide: Rgb, rng: np.random.Generator | None) -> Rgb:
    """The judge's crop out of the wider one that is kept, jittered if `rng` is given."""
    scale = (SPAN / SIZE_WH[0]) / (WIDE_SPAN / WIDE_WH[0])
    shift: NDArray[np.float64] = np.zeros(2)
    if rng is not None:
        scale *= float(np.exp(rng.normal(0, 0.06)))
        shift = rng.normal(0, 1.8, 2)
        if rng.random() < 0.6:
            f = rng.uniform(0.15, 0.7)
            small = cv2.resize(wide, None, fx=f, fy=f, interpolation=cv2.INTER_AREA)
            wide = np.asarray(cv2.resize(small, WIDE_WH), np.uint8)
    to_wide = np.array([[scale, 0, 0], [0, scale, 0]])
    to_wide[:, 2] = (np.array(WIDE_WH) - 1) / 2 + shift - scale * (np.array(SIZE_WH) - 1) / 2
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(wide, to_wide, SIZE_WH, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def eyes_beside(out: Path, faces: Path) -> Path:
    """The file beside `out` with the eyes of FACES; those of other pictures are replaced."""
    eyes, of = out.with_name("judge_eyes.npz"), fingerprint(pictures(faces, TRAIN_EVERY))
    if made_of(eyes) != of:
        with making(eyes, of):
            collect(faces, eyes, TRAIN_EVERY)
    return eyes


def trained(faces: Path, out: Path, fold: int = SHIPPED_LEAVES_OUT) -> None:
    """Writes the judge; the eyes that it learns from are kept beside it, and cut anew where the pictures are others."""
    from sklearn.linear_model import LogisticRegression

    with np.load(eyes_beside(out, faces)) as file:
        crops, label, held = file["crops"], file["label"], file["fold"] == fold
    rng = np.random.default_rng(3)
    own = np.flatnonzero(~held)
    rows = np.concatenate([own, own])
    x = np.array([features(from_wide(crops[row], None if n < len(own) else rng)) for n, row in enumerate(rows)])
    mean = x.mean(axis=0)
    model = LogisticRegression(C=0.02, class_weight="balanced", max_iter=400).fit(x - mean, label[rows])
    judge = Judge(model.coef_[0].astype(np.float32), mean.astype(np.float32), float(model.intercept_[0]))
    judge.save(out)
    test = np.flatnonzero(held)
    closed = np.array([judge.of_crop(from_wide(crops[row], None)) for row in test]) > 0.5
    for name, value in (("closed", 1), ("open", 0)):
        chosen = label[test] == value
        print(f"held out, {name}: {np.mean(closed[chosen] != value):.2%} wrong of {chosen.sum()} eyes")
    print(f"-> {out}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path)
    parser.add_argument("out", type=Path, nargs="?", default=DEFAULT)
    parser.add_argument("--leave-out", type=int, choices=range(FOLDS), default=SHIPPED_LEAVES_OUT, help="a fold")
    given = parser.parse_args()
    trained(given.faces, given.out, given.leave_out)


if __name__ == "__main__":
    main()
