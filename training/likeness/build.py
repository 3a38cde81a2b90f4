"""`python -m training.likeness.build FACES`: learns what makes one face differ from another, for `likeness.npz`.

Takes open-eyed portraits, one a person: their aligned edges' mean and whitened principal components. Nothing of any one
face is kept but its share in means and covariances.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from open_the_eyes.imaging.face.likeness import edges_of
from open_the_eyes.models.reference.likeness import FILE

from ..faces import expect_faces, pictures_in, portraits

COMPONENTS: Final = 200
Rows: TypeAlias = NDArray[np.float32]


def learnt(edges: Rows, components: int = COMPONENTS) -> dict[str, NDArray[Any]]:
    """(n, d) edges of n people -> the arrays of the file; the basis as 8-bit numbers."""
    mean = edges.mean(axis=0)
    _, sizes, rows = np.linalg.svd(edges - mean, full_matrices=False)
    count = min(components, len(sizes))
    basis = (rows[:count] / (sizes[:count, None] / np.sqrt(len(edges)))).T
    step = np.abs(basis).max(axis=0) / 127
    return {
        "mean": mean.astype(np.float32),
        "basis": np.rint(basis / step).astype(np.int8),
        "step": step.astype(np.float32),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path, help="a folder of portraits, one face a picture, each of another person")
    parser.add_argument("--every", type=int, default=2, help="take every so many of them, 2 if not said")
    parser.add_argument("--out", type=Path, default=FILE)
    given = parser.parse_args()
    edges = []
    for number, portrait in enumerate(portraits(pictures_in(given.faces))):
        if number % given.every == 0:
            edges.append(edges_of(portrait.pixels, portrait.landmarks))
    expect_faces(len(edges), 2, given.faces)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = learnt(np.array(edges))
    np.savez_compressed(given.out, **arrays)
    print(f"{given.out}: {len(edges)} faces, {given.out.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
