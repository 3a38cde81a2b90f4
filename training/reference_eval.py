"""`python -m training.reference_eval FACES`: the reference engine held against the truth, and against strangers.

Tables, and sheets to look at. Blinks: real closed eyes (rows of `closed.csv` with `same_person_open`) opened from the
open frame, beside the appearance engine alone. Portraits: of each person of `identity/` one photo gets its eyes painted
shut, the other one is the reference, both ways; figures are taken where the eyes were hidden, against what was there.
Strangers: every portrait with references of up to three other people, one by one, through the whole pipeline;
`training.likeness.evaluate` takes all pairs at once. The sheets show the folder's people: keep them private.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table
from skimage.color import rgb2lab

from open_the_eyes.bench.measures import COVERED, ssim_map
from open_the_eyes.demo.blink import paint_blink
from open_the_eyes.engine import Engine, load_engine
from open_the_eyes.files import read
from open_the_eyes.imaging.arrays import Points, Rgb
from open_the_eyes.imaging.face.lids import lid_distances
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.imaging.geometry import Box, inverted, transformed
from open_the_eyes.models.appearance import layout
from open_the_eyes.models.appearance.irises.colour import eye_shape
from open_the_eyes.options import Options
from open_the_eyes.photo import Photo
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.results import Opened
from open_the_eyes.roles import Crop, Face
from open_the_eyes.stages.crop import crop

from .appearance.evaluate import crop_of, hidden_of, mean_with_interval, measures
from .faces import Portrait, blinks_listed, pictures_in
from .iris_colour import irises_off
from .sheet import eyes_of, labelled, write_sheets

REACH: Final = 0.75
"""Where figures are taken, as a fraction of the mask's ellipse (`training.appearance.evaluate`)."""
LID_SKIN: Final = (0.04, 0.2)
"""Skin over and under an eye: so far from the true lids, in eye widths."""
SHIFTS: Final = (1, 7, 23)
"""Whose photo stands in as the stranger's: that of the person so many further on."""

WAYS: Final = ("by itself", "told with --match", "leads the painter")
"""How a blink may come by eyes: laid in, laid in where somebody says who it is, or painted after the reference's."""


@dataclass(frozen=True, slots=True)
class Engines:
    """Both ways that are compared."""

    reference: Engine
    appearance: Engine


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo and the largest face in it."""

    path: Path
    pixels: Rgb
    face: Face


def shot(path: Path, engine: Engine) -> Shot:
    """One photo, read and looked at."""
    pixels = read(path, engine.settings).pixels
    faces = engine.detector.detect(pixels)
    if not faces:
        raise SystemExit(f"{path}: expected a face, found none.")
    return Shot(path, pixels, max(faces, key=lambda face: face.box.area))


def of_face(result: Opened, face: Face) -> tuple[str, str]:
    """Outcome and source of the report on one face."""
    ours = min(result.faces, key=lambda f: abs(f.box.left - face.box.left) + abs(f.box.top - face.box.top))
    return ours.outcome, ours.source or ours.reason


def blinks(folder: Path, engines: Engines) -> Iterator[tuple[list[str], list[float], list[float], NDArray[np.uint8]]]:
    """For each real blink with an open frame: cells of the table, figures of both ways, and the sheet's row."""
    for row in track(blinks_listed(folder), "blinks"):
        shut, true = (shot(folder / row[key], engines.reference) for key in ("file", "same_person_open"))
        result = open_eyes(Photo(shut.pixels), engine=engines.reference, references=[Photo(true.pixels)])
        outcome, source = of_face(result, shut.face)
        how = WAYS[0]
        options = Options.of(match=((number_of(shut, engines), 1, number_of(true, engines)),))
        for engine, way in zip((engines.reference, engines.appearance), WAYS[1:], strict=True):
            if outcome != "opened":
                result = open_eyes(Photo(shut.pixels), options, engine=engine, references=[Photo(true.pixels)])
                (outcome, source), how = of_face(result, shut.face), way
        alone = open_eyes(Photo(shut.pixels), engine=engines.appearance)
        figures = [against(r.photo.pixels, shut, true) for r in (result, alone)]
        cells = [row["file"].removeprefix("closed/")[:28], outcome, how, source[:60]]
        pictures = (shut.pixels, result.photo.pixels, alone.photo.pixels)
        tiles = [eyes_of(p, shut.face) for p in pictures] + [eyes_of(true.pixels, true.face)]
        yield cells, figures[0], figures[1], labelled(tiles, f"{cells[0]} {outcome} {how}")


def number_of(one: Shot, engines: Engines) -> int:
    """The number of a shot's largest face."""
    faces = engines.reference.detector.detect(one.pixels)
    return 1 + int(np.argmax([face.box.area for face in faces]))


def against(result: Rgb, shut: Shot, true: Shot) -> list[float]:
    """`irises_off`, SSIM in the mask, `lid_hue`: against the open frame brought over by an affine map."""
    held = [layout.MESH[k] for k in layout.SEEN_AT]
    rows = np.column_stack([true.face.landmarks[held, :2], np.ones(len(held))])
    matrix = np.asarray(np.linalg.lstsq(rows, shut.face.landmarks[held, :2], rcond=None)[0].T, np.float64)
    size_wh = (shut.pixels.shape[1], shut.pixels.shape[0])
    truth = np.asarray(cv2.warpAffine(true.pixels, matrix, size_wh, flags=cv2.INTER_CUBIC), np.uint8)
    marks = true.face.landmarks.copy()
    marks[:, :2] = transformed(marks, matrix)
    mask = crop(shut.pixels, shut.face, SIDES)
    alike = ssim_map(mask.window.cut(truth), mask.window.cut(result))[mask.mask >= COVERED]
    return [irises_off(result, truth, marks), float(alike.mean()), lid_hue(result, truth, marks, mask)]


def lid_hue(result: Rgb, truth: Rgb, marks: Points, around: Crop) -> float:
    """How far the hue of the skin over and under the eyes is from the true one: distance in CIELAB's a*b* plane."""
    seen = replace(around, landmarks=marks - around.window.offset)
    pictures = [
        rgb2lab(cv2.GaussianBlur(around.window.cut(p), (0, 0), max(0.04 * seen.landmarks[:, 0].std(), 0.5)))
        for p in (result, truth)
    ]
    apart = []
    points = layout.points_on_strip(seen.landmarks)
    in_crop = transformed(points, inverted(layout.to_strip(seen.landmarks)))
    for side in SIDES:
        shape = eye_shape(in_crop, side)
        lids = lid_distances(shape, Box.of(around.mask))
        between = (lids.along > 0.05 * shape.width) & (lids.along < 0.95 * shape.width) & (around.mask > 0.3)
        for inside in (lids.below_upper, lids.above_lower):
            away = -inside / shape.width
            skin = between & (away > LID_SKIN[0]) & (away < LID_SKIN[1])
            ours, true = (picture[skin][:, 1:].mean(axis=0) for picture in pictures)
            apart.append(float(np.linalg.norm(ours - true)) if skin.any() else np.nan)
    return float(np.nanmean(apart))


def people(folder: Path, count: int | None, least: int) -> list[tuple[Path, Path]]:
    """Everybody of `identity/`, or the first `count` of them: neutral and smiling.

    Raises:
        SystemExit: there are fewer than `least`.
    """
    paths = pictures_in(folder / "identity")
    neutral = [p for p in paths if p.stem.endswith("_neutral")]
    pairs = [(p, p.with_name(p.name.replace("_neutral", "_smiling"))) for p in neutral]
    chosen = [pair for pair in pairs if pair[1] in paths][:count]
    if len(chosen) < least:
        came = "found" if count is None else f"of which --people {count} takes"
        raise SystemExit(
            f"{folder / 'identity'}: expected people, at least {least}, as NAME_neutral and NAME_smiling, "
            f"{came} {len(chosen)}."
        )
    return chosen


def swapped(
    target: Shot, other: Shot, engines: Engines
) -> tuple[str, list[float] | None, list[float] | None, NDArray[np.uint8]]:
    """One portrait, its eyes painted shut, opened from the other: outcome, figures of both ways, the sheet's row."""
    whole = crop_of(Portrait(target.path, target.pixels, target.face.landmarks))
    region = hidden_of(whole, REACH)
    blink = paint_blink(target.pixels, target.face.landmarks)
    given = open_eyes(Photo(blink), engine=engines.reference, references=[Photo(other.pixels)])
    alone = open_eyes(Photo(blink), engine=engines.appearance)
    outcome, source = of_face(given, target.face)
    figures: list[list[float] | None] = []
    for result in (given, alone):
        found = measures(np.asarray(whole.window.cut(result.photo.pixels), np.uint8), whole, region)
        figures.append([found.l1, found.ssim, found.iris])
    opened = outcome == "opened"
    tiles = [eyes_of(p, target.face) for p in (blink, given.photo.pixels, alone.photo.pixels, target.pixels)]
    row = labelled(tiles, f"{target.path.stem} {outcome} {source}"[:70])
    return outcome, figures[0] if opened else None, figures[1] if opened else None, row


def strangers_of(k: int, count: int) -> list[int]:
    """The others of `count` people whose photos person `k` is tried with: fewer than SHIFTS where they are few."""
    return [other for other in dict.fromkeys((k + shift) % count for shift in SHIFTS) if other != k]


def strangers(pairs: list[tuple[Shot, Shot]], engines: Engines) -> tuple[int, int]:
    """Opened and tried with somebody else's photo."""
    opened = tried = 0
    for k, (target, _) in enumerate(track(pairs, "strangers")):
        blink = Photo(paint_blink(target.pixels, target.face.landmarks))
        for stranger in strangers_of(k, len(pairs)):
            other = pairs[stranger][k % 2]
            result = open_eyes(blink, engine=engines.reference, references=[Photo(other.pixels)])
            opened, tried = opened + int(result.changed), tried + 1
    return opened, tried


def blink_table(found: list[tuple[list[str], list[float], list[float], NDArray[np.uint8]]]) -> Table:
    figures = [name for kind in ("iris, levels", "SSIM", "lid hue, a*b*") for name in (kind, "appearance")]
    table = Table("blink", "outcome", "donor found", "eyes from", *figures)
    for cells, ours, alone, _ in found:
        table.add_row(*cells, *figure_cells(ours, alone))
    if found:
        ours = list(np.nanmean([one for _, one, _, _ in found], axis=0))
        alone = list(np.nanmean([one for _, _, one, _ in found], axis=0))
        table.add_row(
            "mean", "", counted_ways([cells for cells, *_ in found]), "", *figure_cells(ours, alone), style="bold"
        )
    return table


def counted_ways(rows: Sequence[list[str]]) -> str:
    """Of how many blinks the reference's eyes were laid in by themselves, of how many only when told, and of how many
    the painter was led by them; a blink that none of these opened is counted as that."""
    ways = Counter(how if outcome == "opened" else "not opened" for _, outcome, how, _ in rows)
    return f"of {len(rows)}: " + ", ".join(
        f"{ways[way]} {way}" for way in (*WAYS, "not opened") if way in WAYS or ways[way]
    )


def figure_cells(ours: Sequence[float], alone: Sequence[float]) -> list[str]:
    """`against` of both ways, side by side."""
    return [f"{way[k]:.{digits}f}" for k, digits in enumerate((1, 3, 1)) for way in (ours, alone)]


def swap_table(name: str, found: list[tuple[str, list[float] | None, list[float] | None, NDArray[np.uint8]]]) -> Table:
    used = [(ours, alone) for _, ours, alone, _ in found if ours is not None and alone is not None]
    table = Table(
        "where eyes were hidden", "reference", "appearance", title=f"{name}: {len(used)} of {len(found)} opened"
    )
    for k, (label, digits) in enumerate((("L1", 4), ("SSIM", 3), ("iris, levels", 1)) if used else ()):
        cells = []
        for way in (0, 1):
            mean, low, high = mean_with_interval([pair[way][k] for pair in used])
            cells.append(f"{mean:.{digits}f}  [{low:.{digits}f}, {high:.{digits}f}]")
        table.add_row(label, *cells)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path, help="a folder with closed.csv, closed/ and identity/")
    parser.add_argument("--out", type=Path, default=Path("out/reference"), help="where the sheets go")
    parser.add_argument("--people", type=int, help="so many people of identity/, all if not said")
    parser.add_argument("--only", choices=("blinks", "portraits", "strangers"), help="one part of it")
    given = parser.parse_args()
    paths = [] if given.only == "blinks" else people(given.faces, given.people, 1 if given.only == "portraits" else 2)
    engines, console = Engines(load_engine("reference"), load_engine("appearance")), Console(width=170)
    if given.only in (None, "blinks"):
        rows = list(blinks(given.faces, engines))
        console.print(blink_table(rows))
        console.print(*write_sheets([row for *_, row in rows], given.out / "blinks"))
    if given.only == "blinks":
        return
    pairs = [(shot(a, engines.reference), shot(b, engines.reference)) for a, b in track(paths, "portraits")]
    if given.only in (None, "portraits"):
        for name, turn in (("neutral, eyes from smiling", 1), ("smiling, eyes from neutral", -1)):
            ordered = [(b, a) if turn < 0 else (a, b) for a, b in pairs]
            found = [swapped(target, other, engines) for target, other in track(ordered, name)]
            console.print(swap_table(name, found))
            console.print(*write_sheets([row for *_, row in found], given.out / name.split(",")[0]))
    if given.only in (None, "strangers"):
        opened, tried = strangers(pairs, engines)
        console.print(f"references of strangers only: {opened} of {tried} photos got a stranger's eyes")


if __name__ == "__main__":
    main()
