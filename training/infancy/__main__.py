"""`python -m training.infancy FOLDER... [--ages CSV] [-o FILE]`: learns to tell infants' faces, for `infancy.npz`.

Takes portraits with eyes open or shut, which it does not see, and a table of who in them is no adult. Prints how well
those are told that it has not learnt from: each picture is asked about when it was left out.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from open_the_eyes.imaging.easing import smoothstep
from open_the_eyes.imaging.face.face_view import face_view
from open_the_eyes.models.appearance.infancy import INFANCY_FILE, LOG_ODDS, proportions
from open_the_eyes.models.appearance.traits import FaceTraits

from ..faces import Portrait, expect_faces, pictures_in, portraits
from ..half_hidden import half_hidden

Age: TypeAlias = Literal["infant", "child", "adult"]
Rows: TypeAlias = NDArray[np.float64]

AGES: Final[tuple[Age, ...]] = ("infant", "child", "adult")
TABLE: Final = Path(__file__).with_name("ages.csv")
UNSURE: Final = "unsure"
"""What the table says of pictures that are left out."""
WEIGHTS: Final[dict[Age, tuple[float, float]]] = {"infant": (6.0, 0.0), "child": (1.5, 1.5), "adult": (0.0, 1.0)}
"""How much a face of each age counts as an infant's, and as none: infants are few, and a child is half of each."""
HIDDEN_WEIGHT: Final = 0.5
"""How much a face of which something hides a part counts against the same one in full view."""
VIEW_WEIGHTS: Final = (1.0, 1.0, HIDDEN_WEIGHT, HIDDEN_WEIGHT, HIDDEN_WEIGHT, HIDDEN_WEIGHT)
"""How much each of the views that `features_of` tells of counts."""
RIDGE: Final = 600.0
"""Ridge on the weights of standardised features."""
SHAPE_COUNTS: Final = 3.0
"""How much larger than its traits a face's proportions are made before that, for they are few."""
TRAITS: Final = 768
"""How many of the features are traits."""
FOLDS: Final = 8


@dataclass(frozen=True, slots=True)
class Faces:
    """Faces to learn from: how old each is, and the features (n, 6, d) that `features_of` tells."""

    ages: NDArray[np.str_]
    features: Rows

    def __len__(self) -> int:
        return len(self.ages)

    def only(self, chosen: NDArray[np.bool_]) -> Faces:
        return Faces(self.ages[chosen], self.features[chosen])


def ages_listed(table: Path) -> dict[str, str]:
    """Age of each picture in a table with columns `picture` (its folder's name and its own) and `age`.

    Raises:
        SystemExit: there is no such table, or it names an age that there is not.
    """
    if not table.is_file():
        raise SystemExit(f"{table}: expected a table with columns picture and age, found none.")
    with table.open(encoding="utf-8") as file:
        listed = {row["picture"]: row["age"] for row in csv.DictReader(file)}
    known = (*AGES, UNSURE)
    if unknown := sorted(set(listed.values()) - set(known)):
        raise SystemExit(f"{table}: expected ages {', '.join(known)}, found {', '.join(unknown)}.")
    return listed


def features_of(portrait: Portrait, network: FaceTraits, dice: np.random.Generator) -> Rows:
    """(6, d), what `FaceTraits` says of a face and its `proportions`: of it and of its mirror image in full view, and
    of each twice with something before a part of it."""
    view = face_view(portrait.pixels, portrait.landmarks)
    both = [view, np.ascontiguousarray(view[:, ::-1])]
    views = [*both, *(half_hidden(one, dice) for one in 2 * both)]
    traits = np.array([network.of(one) for one in views], np.float64)
    return np.hstack([traits, np.tile(proportions(portrait.landmarks), (len(views), 1))])


def learnt(faces: Faces) -> NDArray[np.float32]:
    """(d + 1,): weights of the features, and of 1, whose sum is the log-odds of a face being an infant's."""
    from sklearn.linear_model import LogisticRegression

    rows = faces.features.reshape(-1, faces.features.shape[-1])
    mean, sigma = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    sigma[TRAITS:] /= SHAPE_COUNTS
    of_age = np.array([WEIGHTS[age] for age in faces.ages])
    weights = (of_age[:, None] * np.array(VIEW_WEIGHTS)[:, None]).reshape(-1, 2)
    classifier = LogisticRegression(C=1 / RIDGE, max_iter=1000)
    standardised = np.tile((rows - mean) / sigma, (2, 1))
    infant = np.repeat([True, False], len(rows))
    classifier.fit(standardised, infant, sample_weight=weights.T.ravel())
    slope = classifier.coef_[0] / sigma
    return np.asarray(np.append(slope, classifier.intercept_[0] - slope @ mean), np.float32)


def left_out(faces: Faces) -> Rows:
    """(n, 6): log-odds of each view of a face, by what was learnt without it."""
    fold = np.random.default_rng(0).permutation(len(faces)) % FOLDS
    odds = np.zeros(faces.features.shape[:2])
    for number in track(range(FOLDS), "folds"):
        weights = learnt(faces.only(fold != number))
        odds[fold == number] = faces.features[fold == number] @ weights[:-1] + weights[-1]
    return odds


def figures(faces: Faces, odds: Rows, title: str) -> Table:
    """How many of each age get eyes more like an infant's than like an adult's, by these log-odds (n,)."""
    table = Table(title=title)
    for name in ("age", "faces", "half an infant's", "wholly", "ranked below infants"):
        table.add_column(name, justify="right")
    share = np.asarray(smoothstep(odds.astype(np.float32), *LOG_ODDS))
    infants = odds[faces.ages == "infant"]
    for age in AGES:
        of_age = faces.ages == age
        below = "" if age == "infant" else f"{100 * np.mean(infants[:, None] > odds[of_age]):.1f} %"
        parts = [f"{100 * np.mean(share[of_age] >= least):.1f} %" for least in (0.5, 1.0)]
        table.add_row(age, str(of_age.sum()), *parts, below)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+", help="folders of portraits, one face a picture")
    parser.add_argument("--ages", type=Path, default=TABLE, help="a table of who is no adult, instead of the own one")
    parser.add_argument("-o", "--out", type=Path, default=INFANCY_FILE)
    given = parser.parse_args()
    listed, network, dice = ages_listed(given.ages), FaceTraits(), np.random.default_rng(0)
    ages, features = [], []
    for folder in given.folders:
        for portrait in portraits(pictures_in(folder)):
            age = listed.get(f"{folder.name}/{portrait.path.name}", "adult")
            if age != UNSURE:
                ages.append(age)
                features.append(features_of(portrait, network, dice))
    expect_faces(ages.count("infant"), FOLDS, given.folders[0])
    faces = Faces(np.array(ages), np.array(features))
    odds, title = left_out(faces), f"{len(faces)} faces{{}}, each told by what was learnt without it"
    for view, hidden in ((0, ""), (2, ", half hidden")):
        Console().print(figures(faces, odds[:, view], title.format(hidden)))
    given.out.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {"weights": learnt(faces)}
    np.savez_compressed(given.out, **arrays)
    print(f"{given.out}: {len(faces)} faces, {given.out.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
