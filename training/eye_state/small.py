"""`python -m training.eye_state.small FACES [--opened FOLDER]`: whose eyes are opened unasked among small faces.

FACES holds `eye_state`, `identity`, `val`, `train`, `groups` and `closed/open_refs`; of `train` those are taken that
the eye-state network never saw. Faces that are small in their pictures are counted as they are, all others as they
come out once they are reduced to a few widths and stored as JPEG. With --opened, each face of the open-eyed ones and
of the groups that would be opened is written there as a PNG to be looked at: keep that folder out of the repository.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from PIL import Image
from rich.console import Console
from rich.progress import track
from rich.table import Table

from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face.face_crop import place_around, warped
from open_the_eyes.options import ChooseOptions
from open_the_eyes.roles import Face
from open_the_eyes.stages.choose import decide

from ..faces import detector, pictures_in, read_rgb
from .data import SHIPPED_LEAVES_OUT, TRAIN_EVERY, fold_of

WIDTHS_PX: Final = (34, 38, 42, 46)
"""To these, faces are reduced."""
LARGER: Final = 1.5
"""Only faces so many times as wide are: what is hardly larger gains sharpness by it."""
QUALITY: Final = 85
"""Of the JPEG that a reduced face is stored as, like a photo that came by messenger."""
AS_IT_IS: Final = 0


@dataclass(frozen=True, slots=True)
class Sighting:
    """A small face.

    Args:
        number: which of its picture's faces it is.
        width: that it was reduced to, or AS_IT_IS.
        view: of the face where its eyes would be opened without anybody asking, else None.
    """

    path: Path
    number: int
    width: int
    view: Rgb | None


def seen_in(path: Path, largest_only: bool = True) -> list[Sighting]:
    """The small faces of a picture, and its larger ones as they are seen small."""
    pixels = read_rgb(path)
    if pixels is None:
        return []
    faces = list(enumerate(detector().detect(pixels), start=1))
    if largest_only and faces:
        faces = [max(faces, key=lambda one: one[1].box.area)]
    return [
        Sighting(path, number, width, _view(small, again) if opened_unasked(again) else None)
        for number, face in faces
        for width, small, again in [(AS_IT_IS, pixels, face), *reduced(pixels, face)]
        if again.doubt and again.refusal is None
    ]


def opened_unasked(face: Face) -> bool:
    return bool(decide([face], ChooseOptions())[0].to_open)


def reduced(pixels: Rgb, face: Face) -> Iterator[tuple[int, Rgb, Face]]:
    """A width, pixels and the face in them, for each of WIDTHS_PX that is much below its own, if it is still seen."""
    part = face.box.grown(0.8).within(pixels)
    for width in WIDTHS_PX if face.refusal is None else ():
        scale = width / face.box.width
        if scale * LARGER > 1:
            continue
        small = _stored(part.cut(pixels), scale)
        again = detector().measure(small, replace(face, landmarks=(face.landmarks - part.offset) * scale))
        if again is not None:
            yield width, small, again


def _stored(pixels: Rgb, scale: float) -> Rgb:
    """Reduced, as it comes back from a JPEG."""
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    stored = io.BytesIO()
    Image.fromarray(np.asarray(small, np.uint8)).save(stored, "JPEG", quality=QUALITY)
    return np.asarray(Image.open(stored).convert("RGB"), np.uint8)


def _view(pixels: Rgb, face: Face) -> Rgb:
    return warped(pixels, place_around(face.landmarks).to_photo(256), (256, 256))


def rows_of(name: str, seen: Sequence[Sighting]) -> Iterator[tuple[str, ...]]:
    """Rows of the table: those that are small as they are, and the reduced ones; none where there are none."""
    for words, is_reduced in (("as they are", False), ("reduced", True)):
        kind = [one for one in seen if (one.width != AS_IT_IS) is is_reduced]
        if kind:
            opened = [one for one in kind if one.view is not None]
            counts = (len(kind), len(opened), len({(one.path, one.number) for one in opened}))
            yield (f"{name}, {words}", *map(str, counts))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path)
    parser.add_argument("--opened", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    root = given.faces
    shut = pictures_in(root / "eye_state" / "closed")
    unseen = pictures_in(root / "train")[1::TRAIN_EVERY]
    usual = [path for name in ("eye_state/open", "identity", "val") for path in pictures_in(root / name)]
    sets = {
        "shut, held out": [path for path in shut if fold_of(path) == SHIPPED_LEAVES_OUT],
        "shut, trained on": [path for path in shut if fold_of(path) != SHIPPED_LEAVES_OUT],
        "open": usual + unseen,
        "groups": pictures_in(root / "groups") + pictures_in(root / "closed" / "open_refs"),
    }
    table = Table("small faces", "seen", "opened unasked", "people")
    with ProcessPoolExecutor(given.workers) as pool:
        for name, paths in sets.items():
            look = partial(seen_in, largest_only=name != "groups")
            found = track(pool.map(look, paths, chunksize=4), name, total=len(paths))
            seen = [one for many in found for one in many]
            for row in rows_of(name, seen):
                table.add_row(*row)
            if given.opened is not None and not name.startswith("shut"):
                write_opened(seen, given.opened)
    Console().print(table)


def write_opened(seen: Sequence[Sighting], folder: Path) -> None:
    """Each view as a PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in seen:
        if one.view is not None:
            Image.fromarray(one.view).save(folder / f"{one.path.stem}.{one.number}.{one.width}.png")


if __name__ == "__main__":
    main()
