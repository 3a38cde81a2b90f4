"""`python -m training.in_the_way PHOTOS ...`: in how many photos what lies over shut eyes, is left of their lashes, or
hides their skin.

Counts photos of a folder with a face whose eyes are to be opened, and those in which each of the crop stage's searches
finds something; `--names` names these. A search that finds more than is there is known by its count.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from open_the_eyes.engine import Engine, load_engine
from open_the_eyes.imaging.arrays import Plane, Rgb
from open_the_eyes.imaging.face import mesh478 as mesh
from open_the_eyes.imaging.face.eye_region import eye_region
from open_the_eyes.imaging.occlusion.frames import frame_mask
from open_the_eyes.imaging.occlusion.nose import nose_mask
from open_the_eyes.imaging.occlusion.occluders import occluder_mask
from open_the_eyes.imaging.occlusion.strands import strand_mask
from open_the_eyes.imaging.occlusion.thin_lines import ReducedEye
from open_the_eyes.models.appearance.light.highlights import ShorterExposure
from open_the_eyes.options import ChooseOptions
from open_the_eyes.roles import Crop
from open_the_eyes.stages.choose import decide
from open_the_eyes.stages.confirm import confirmed
from open_the_eyes.stages.crop import crop
from open_the_eyes.stages.detect import detect

from .faces import pictures_in, read_rgb

SHOWN = 0.1
"""What covers no pixel of the region by more is not counted."""


def crops_of(pixels: Rgb, engine: Engine) -> list[Crop]:
    """Of every face in a photo (H, W, 3) whose eyes are to be opened."""
    decisions = confirmed(pixels, decide(detect(pixels, engine.detector), ChooseOptions()), engine.detector)
    return [crop(pixels, d.face, d.to_open) for d in decisions if d.to_open]


def found_in(one: Crop) -> set[str]:
    """What is in the way of a face's new eyes."""
    found = {
        name for name, plane in (("tails of lashes", one.tails), ("ends of lashes", one.tips)) if plane is not None
    }
    if one.winged:
        found.add("wings of eyeliner")
    if one.cloth is not None:
        found.add("cloth from below")
    if ShorterExposure.of(one) is not None:
        found.add("overexposed skin")
    for side in one.sides:
        ends = one.landmarks[[mesh.OUTER_CORNER[side], mesh.INNER_CORNER[side], mesh.CHIN], :2]
        region = eye_region(one.pixels.shape, ends)
        eye = ReducedEye.of(one.pixels, region, *ends[:2])
        thin = {} if eye is None else {"frames of glasses": frame_mask(eye), "strands of hair": strand_mask(eye)}
        planes: dict[str, Plane] = {
            **thin,
            "hair, caps, the dark": occluder_mask(one.pixels, region, *ends),
            "the nose": nose_mask(one.pixels, region, one.landmarks, side),
        }
        found |= {name for name, plane in planes.items() if float((plane * region).max()) > SHOWN}
    return found


def survey(photos: list[Path], engine: Engine) -> Iterator[tuple[Path, set[str]]]:
    """Each photo with eyes to be opened, and what is in their way."""
    for path in photos:
        pixels = read_rgb(path)
        crops = [] if pixels is None else crops_of(pixels, engine)
        if crops:
            yield path, set[str]().union(*map(found_in, crops))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, nargs="+", help="folders")
    parser.add_argument("--names", action="store_true", help="name the photos as well")
    given = parser.parse_args()
    photos = [path for folder in given.photos for path in pictures_in(folder)]
    found = dict(survey(list(track(photos, "photos")), load_engine()))
    table = Table("what", f"of {len(found)} photos", *(["which"] if given.names else []))
    for name in sorted(set[str]().union(*found.values())):
        those = [path.stem for path, names in found.items() if name in names]
        table.add_row(name, str(len(those)), *([" ".join(those)] if given.names else []))
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
