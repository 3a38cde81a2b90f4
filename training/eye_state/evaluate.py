"""`python -m training.eye_state.evaluate FACES [--mistakes FOLDER]`: how often the whole detector mistakes an eye.

FACES holds `val`, `identity`, `groups`, `closed` and `eye_state`, of which only the held-out fifth is looked at; if it
has `closed/open_refs` too, those count as open. Pictures of `groups` named `group_*` hold people who blink; the open
figure uses the others. With --mistakes, each mistaken or unsure face is written there as a PNG to be looked at: keep
that folder out of the repository.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.face_crop import place_around, warped
from open_the_eyes.roles import Face
from open_the_eyes.stages.choose import EyeState, face_states

from ..faces import detector, pictures_in, read_rgb
from .data import SHIPPED_LEAVES_OUT, fold_of

SIZES_PX = (56, 70, 100)
"""Widths of faces at which the sets are looked at again."""


@dataclass(frozen=True, slots=True)
class Set:
    """Pictures whose eyes are all open, or all closed.

    Args:
        largest_only: whether only the largest face of a picture counts.
        face_px: pictures are reduced until their largest face is so wide; 0 leaves them.
    """

    name: str
    paths: list[Path]
    truth: EyeState
    largest_only: bool = True
    face_px: int = 0


@dataclass(slots=True)
class Count:
    """What was seen in a set."""

    photos: int = 0
    without_face: int = 0
    faces: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    eyes: Counter[EyeState] = field(default_factory=Counter)

    def __add__(self, other: Count) -> Count:
        return Count(
            self.photos + other.photos,
            self.without_face + other.without_face,
            self.faces + other.faces,
            self.refused + other.refused,
            self.eyes + other.eyes,
        )

    def share(self, state: EyeState) -> float:
        return self.eyes[state] / max(self.eyes.total(), 1)


def shrunk(pixels: Rgb, face_px: int) -> Rgb:
    """The picture reduced until its largest face is `face_px` wide."""
    width = max((face.box.width for face in detector().detect(pixels)), default=0)
    if width <= face_px:
        return pixels
    f = face_px / width
    return np.asarray(cv2.resize(pixels, None, fx=f, fy=f, interpolation=cv2.INTER_AREA), np.uint8)


def faces_of(pixels: Rgb, largest_only: bool) -> list[Face]:
    faces = detector().detect(pixels)
    return [max(faces, key=lambda face: face.box.area)] if largest_only and faces else faces


def counted(given: Set, mistakes: Path | None) -> Count:
    """Counts over a set of pictures; prints one line."""
    count, started = Count(), time.time()
    for path in given.paths:
        pixels = read_rgb(path)
        if pixels is None:
            continue
        pixels = shrunk(pixels, given.face_px) if given.face_px else pixels
        found = faces_of(pixels, given.largest_only)
        count.photos += 1
        count.without_face += not found
        for number, face in enumerate(found):
            states = list(face_states(face).values())
            count.faces += 1
            left = face.refusal or ("too_small" if face.doubt else None)
            if left:
                count.refused[left] += 1
            else:
                count.eyes.update(states)
            if mistakes is not None and (left or any(state != given.truth for state in states)):
                chances = [f"{round(100 * eye.closed_probability):02d}" for eye in face.eyes.values()]
                label = left or "-".join([*states, *chances])
                crop = warped(pixels, place_around(face.landmarks).to_photo(256), (256, 256))
                Image.fromarray(crop).save(mistakes / f"{given.name}.{label}.{path.stem}.{number}.png")
    print(line_of(given, count, time.time() - started), flush=True)
    return count


def line_of(given: Set, count: Count, seconds: float) -> str:
    refused = ", ".join(f"{n} {why.replace('_', ' ')}" for why, n in sorted(count.refused.items())) or "none refused"
    eyes = ", ".join(f"{count.eyes[state]} {state}" for state in ("open", "unsure", "closed"))
    return (
        f"{given.name:16} {count.photos:4} photos, {count.without_face} without a face; {count.faces} faces, "
        f"{refused}; {count.eyes.total()} eyes: {eyes}; wrong {count.share(_opposite(given.truth)):.2%} "
        f"({seconds / max(count.photos, 1) * 1e3:.0f} ms a photo)"
    )


def _opposite(truth: EyeState) -> EyeState:
    return "open" if truth == "closed" else "closed"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path)
    parser.add_argument("--mistakes", type=Path)
    given = parser.parse_args()
    root, mistakes = given.faces, given.mistakes
    if mistakes is not None:
        mistakes.mkdir(parents=True, exist_ok=True)
    groups, refs = pictures_in(root / "groups"), root / "closed" / "open_refs"
    blinks, identity = pictures_in(root / "closed"), pictures_in(root / "identity")
    closed = counted(Set("closed", blinks, "closed"), mistakes)
    opened = counted(Set("open groups", [p for p in groups if p.name.startswith("open")], "open", False), mistakes)
    counted(Set("blinking groups", [p for p in groups if p.name.startswith("group")], "open", False), mistakes)
    counted(Set("open refs", pictures_in(refs) if refs.is_dir() else [], "open"), mistakes)
    opened += counted(Set("identity", identity, "open"), mistakes)
    opened += counted(Set("val", pictures_in(root / "val"), "open"), mistakes)
    truths: tuple[EyeState, EyeState] = ("closed", "open")
    for truth in truths:
        held = [path for path in pictures_in(root / "eye_state" / truth) if fold_of(path) == SHIPPED_LEAVES_OUT]
        counted(Set(f"held-out {truth}", held, truth), mistakes)
    for size in SIZES_PX:
        for truth, paths in zip(truths, (blinks, identity), strict=True):
            counted(Set(f"{truth}, {size} px", paths, truth, face_px=size), mistakes)
    for words, count, state, most in (
        ("open eyes called closed", opened, truths[0], "1 %"),
        ("closed eyes called open", closed, truths[1], "3 %"),
    ):
        print(f"{words}: {count.share(state):.2%} of {count.eyes.total()} (wanted: at most {most})")


if __name__ == "__main__":
    main()
