"""`python -m training.appearance.evaluate FACES`: the eyes of portraits hidden, opened and held against the truth.

Twice: once from a painted blink (`paint_blink`), as the product meets it, and once with nothing to go by. There, hidden
are the lids, irises and lashes: the inner part of each eye's mask (--reach 1: the whole mask, which cuts into
the brows). The generator is given a picture in which those pixels are filled from their rim (Telea 2004), and landmarks
whose lids are shut and whose irises lie in the middle: what it paints comes from the rest of the face, and the four
corners of the eyes, alone. Beside them stand that filling itself, and the eyes left shut. All figures are
taken where pixels were hidden; means over portraits with 95 % intervals.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from open_the_eyes.models.refusals import MAX_YAW_DEG
from rich.console import Console
from rich.progress import track
from rich.table import Table

from open_the_eyes.bench.measures import gradient, ssim_map
from open_the_eyes.bench.statistics import interval
from open_the_eyes.demo.blink import paint_blink
from open_the_eyes.imaging.arrays import Points, Rgb, to_tones
from open_the_eyes.imaging.face.eye_region import MASK_WH
from open_the_eyes.imaging.face.mesh478 import EYE_RING, FACE_OVAL, IRIS, SIDES
from open_the_eyes.imaging.face.openness import opennesses
from open_the_eyes.imaging.face.pose import pose_of
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.models.appearance.generator import AppearanceGenerator
from open_the_eyes.options import GenerateOptions
from open_the_eyes.roles import Crop, Eye, Face, Request
from open_the_eyes.stages.blend import blend, lay
from open_the_eyes.stages.crop import crop

from ..faces import Portrait, detector, pictures_in, portraits, sample_of
from ..iris_colour import irises_off

WAYS: Final = ("a blink opened", "hidden eyes opened", "Telea inpainting", "left closed")
OPEN_FROM: Final = 0.6
"""Portraits with an eye less open than this have no truth to compare with."""
REACH: Final = 0.75
"""What is hidden, as a fraction of the mask's ellipse: from above the crease to below the lower lashes."""


@dataclass(frozen=True, slots=True)
class Measures:
    """One result against the true eyes, where they were hidden.

    Args:
        l1: mean absolute difference, levels as 0..1.
        ssim: Wang et al. 2004, Gaussian window of 1.5 pixels.
        psnr: decibels.
        iris: how far the irises are off, levels (`irises_off`).
        sharpness: mean gradient, as a multiple of the truth's; 1 is as sharp as the photo. The bench's divides both by
            that of their cheeks first.
    """

    l1: float
    ssim: float
    psnr: float
    iris: float
    sharpness: float


def crop_of(portrait: Portrait) -> Crop:
    """Both eyes of a portrait, as the pipeline cuts them."""
    marks = portrait.landmarks
    pose, openness = pose_of(marks), opennesses(marks)
    eyes = {side: Eye(openness[side], 0.0) for side in SIDES}
    face = Face(Box.around(marks[FACE_OVAL]), marks, eyes, pose.yaw_deg, pose.roll_deg, 1.0)
    return crop(portrait.pixels, face, SIDES)


def usable(portrait: Portrait) -> bool:
    """Whether both eyes are open and the pipeline would take the pose."""
    lowest = min(opennesses(portrait.landmarks).values())
    return lowest >= OPEN_FROM and abs(pose_of(portrait.landmarks).yaw_deg) <= MAX_YAW_DEG


def hidden_of(whole: Crop, reach: float) -> NDArray[np.bool_]:
    """(h, w): both eyes' mask ellipses, `reach` times as large."""
    h, w = whole.mask.shape
    region = np.zeros((h, w), np.bool_)
    for side in SIDES:
        outer, inner = (whole.landmarks[EYE_RING[side][k], :2] for k in (0, 8))
        axis, centre = inner - outer, (inner + outer) / 2
        width = float(np.hypot(*axis))
        x, y = np.arange(w) - centre[0], np.arange(h)[:, None] - centre[1]
        along, across = (x * axis[0] + y * axis[1]) / width, (y * axis[0] - x * axis[1]) / width
        half = reach * width * np.array(MASK_WH)
        region |= (along / half[0]) ** 2 + (across / half[1]) ** 2 < 1
    return np.asarray(region & (whole.mask > 0), np.bool_)


def filled(whole: Crop, region: NDArray[np.bool_]) -> Rgb:
    """The crop's pixels with the region's replaced by what its rim suggests."""
    return np.asarray(cv2.inpaint(whole.pixels, region.astype(np.uint8), 5, cv2.INPAINT_TELEA), np.uint8)


def shut(landmarks: Points) -> Points:
    """The landmarks with both lids on the line between the corners, and irises in its middle."""
    marks = landmarks.copy()
    along = np.concatenate([np.linspace(0, 1, 9), np.linspace(1, 0, 9)[1:-1]])[:, None]
    for side in SIDES:
        outer, inner = (landmarks[EYE_RING[side][k]] for k in (0, 8))
        marks[EYE_RING[side]] = outer + (inner - outer) * along
        marks[IRIS[side]] = (outer + inner) / 2
    return marks


def opened(whole: Crop, region: NDArray[np.bool_], generator: AppearanceGenerator) -> Rgb:
    """The likeliest eyes, painted and blended without a look at the true ones."""
    marks = shut(whole.landmarks)
    face = replace(whole.face, landmarks=marks + whole.window.offset)
    blind = replace(whole, face=face, pixels=filled(whole, region), landmarks=marks)
    (patch,) = generator.generate([Request(blind, seed=0)], GenerateOptions())
    return blend(blind, patch)


def blink_opened(blink: Rgb, whole: Crop, generator: AppearanceGenerator) -> Rgb:
    """What the product makes of the portrait with its eyes painted shut: landmarks found anew, the likeliest eyes."""
    face = detector().measure(blink, whole.face)
    if face is None:
        return np.asarray(whole.window.cut(blink), np.uint8)
    shut_crop = crop(blink, face, SIDES)
    (patch,) = generator.generate([Request(shut_crop, seed=0)], GenerateOptions())
    return np.asarray(whole.window.cut(lay(blink, shut_crop, blend(shut_crop, patch))), np.uint8)


def results_of(
    portrait: Portrait, whole: Crop, region: NDArray[np.bool_], generator: AppearanceGenerator
) -> dict[str, Rgb]:
    """The crop in each of WAYS, the true pixels outside the region."""
    blink = paint_blink(portrait.pixels, portrait.landmarks)
    made = (
        blink_opened(blink, whole, generator),
        opened(whole, region, generator),
        filled(whole, region),
        whole.window.cut(blink),
    )
    return {way: np.where(region[..., None], result, whole.pixels) for way, result in zip(WAYS, made, strict=True)}


def measures(result: Rgb, whole: Crop, inside: NDArray[np.bool_]) -> Measures:
    """A result in the crop's frame against the crop's own pixels."""
    apart = (to_tones(result) - to_tones(whole.pixels))[inside] / 255
    edges = [float(gradient(picture)[inside].mean()) for picture in (result, whole.pixels)]
    return Measures(
        l1=float(np.abs(apart).mean()),
        ssim=float(ssim_map(whole.pixels, result)[inside].mean()),
        psnr=float(-10 * np.log10(max(float((apart**2).mean()), 1e-8))),
        iris=irises_off(result, whole.pixels, whole.landmarks),
        sharpness=edges[0] / max(edges[1], 1e-6),
    )


def mean_with_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean, and the ends of its 95 % bootstrap interval."""
    return (float(np.mean(values)), *interval(values, "mean"))


def evaluated(
    found: Iterable[Portrait], reach: float, generator: AppearanceGenerator
) -> dict[str, dict[str, Measures]]:
    """Name of the picture -> way -> measures."""
    rows = {}
    for portrait in found:
        if usable(portrait):
            whole = crop_of(portrait)
            region = hidden_of(whole, reach)
            results = results_of(portrait, whole, region, generator)
            rows[portrait.path.name] = {way: measures(result, whole, region) for way, result in results.items()}
    return rows


def table_of(rows: dict[str, dict[str, Measures]], title: str) -> Table:
    """Means and intervals, a line a measure, a column a way."""
    table = Table("where eyes were hidden", "wanted", *WAYS, title=title)
    wanted = {"l1": "low", "ssim": "high", "psnr": "high", "iris": "low", "sharpness": "1"}
    digits = {"l1": 4, "ssim": 3, "psnr": 2, "iris": 1, "sharpness": 2}
    for name in (f.name for f in fields(Measures)):
        cells = []
        for way in WAYS:
            mean, low, high = (
                f"{v:.{digits[name]}f}" for v in mean_with_interval([getattr(r[way], name) for r in rows.values()])
            )
            cells.append(f"{mean}  [{low}, {high}]")
        table.add_row(name, wanted[name], *cells)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path, help="a folder of open-eyed portraits, one face a picture")
    parser.add_argument("--sample", type=int, help="so many of them, always the same ones")
    parser.add_argument(
        "--reach", type=float, default=REACH, help=f"how much of the mask is hidden, {REACH} if not said"
    )
    parser.add_argument("--json", type=Path, help="the figures of every portrait go here")
    given = parser.parse_args()
    paths = sample_of(pictures_in(given.faces), given.sample)
    found = track(portraits(paths), "eyes", total=len(paths))
    rows = evaluated(found, given.reach, AppearanceGenerator())
    if not rows:
        raise SystemExit(f"{given.faces}: expected pictures of open-eyed faces, found none.")
    Console(width=130).print(table_of(rows, f"{given.faces.name}: {len(rows)} portraits, eyes hidden"))
    if given.json is not None:
        plain = {name: {way: asdict(m) for way, m in row.items()} for name, row in rows.items()}
        given.json.write_text(json.dumps(plain, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
