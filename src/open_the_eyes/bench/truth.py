"""Open eyes hidden by a painted blink, opened by every contender, and held against what was there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from ..demo.blink import paint_blink
from ..engine import Engine
from ..errors import OpenTheEyesError
from ..imaging.arrays import Rgb
from ..imaging.face.mesh478 import SIDES
from ..imaging.light.seam import seam_step
from ..options import ChooseOptions
from ..roles import Crop, Face
from ..stages.choose import decide
from ..stages.crop import crop
from . import measures
from .album import BLINK, TRUTH, Shot, jpeg
from .contenders import SHUT, Contender, Product, Scene
from .engines import because
from .figures import Absent, Better, Figure
from .measures import KINDS
from .networks import Networks, fid
from .pictures import largest_face
from .statistics import figure_of

STRIP_PX: Final = 480
"""Width of the pictures on the page, pixels."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """A portrait before and after its eyes were painted shut.

    Args:
        truth: the eyes as they are, with the mask of what counts.
        scene: what contenders get.
        editable: all that the product may change, other faces in the photo included.
    """

    name: str
    pixels: Rgb
    face: Face
    truth: Crop
    scene: Scene
    editable: tuple[Crop, ...]


@dataclass(slots=True)
class Findings:
    """What was measured so far: way -> photo -> measure -> value."""

    rows: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    strips: dict[str, list[tuple[Rgb, Rgb]]] = field(default_factory=dict)
    shots: list[Shot] = field(default_factory=list)
    false_alarms: dict[str, bool] = field(default_factory=dict)
    blinks_found: dict[str, bool] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    failed: list[Absent] = field(default_factory=list)

    def add(self, turn: Findings) -> None:
        """Adds what other contenders made of the same photos; changes this one."""
        self.rows |= turn.rows
        self.strips |= turn.strips
        self.failed += turn.failed
        more = {one.name: [p for p in one.pictures if p[0] not in (TRUTH, BLINK)] for one in turn.shots}
        self.shots = [replace(one, pictures=(*one.pictures, *more.get(one.name, ()))) for one in self.shots]


def hidden(name: str, pixels: Rgb, engine: Engine, findings: Findings) -> Hidden | None:
    """The largest face with its eyes painted shut; None where no face is open and fit to be edited."""
    face = largest_face(pixels, engine.detector)
    if face is None or not face.is_reliable:
        findings.left_out.append(name)
        return None
    (decision,) = decide([face], ChooseOptions())
    findings.false_alarms[name] = decision.outcome == "closed"
    if decision.outcome != "already_open":
        findings.left_out.append(name)
        return None
    shut = paint_blink(pixels, face.landmarks)
    decisions = decide(engine.detector.detect(shut), ChooseOptions())
    again = max(decisions, key=lambda one: one.face.box.intersection_over_union(face.box), default=None)
    findings.blinks_found[name] = again is not None and again.outcome == "closed"
    if again is None:
        findings.left_out.append(name)
        return None
    eyes = crop(shut, again.face, again.to_open or SIDES)
    editable = (eyes, *(crop(shut, one.face, one.to_open) for one in decisions if one.to_open and one is not again))
    return Hidden(name, pixels, face, crop(pixels, face, SIDES), Scene(shut, again.face, eyes), editable)


def measured(
    photos: Iterable[tuple[str, Rgb]],
    contenders: Sequence[Contender],
    engine: Engine,
    networks: Networks,
    tell: Callable[[int], None] = lambda _: None,
) -> Findings:
    """Every contender on every photo whose eyes can be hidden.

    One that fails is a row among `failed`, and the others go on: those that are not ours raise whatever their libraries
    raise.
    """
    findings = Findings()
    for number, (name, pixels) in enumerate(photos):
        tell(number)
        one = hidden(name, pixels, engine, findings)
        if one is None:
            continue
        shown = [(TRUTH, one.truth.pixels), (BLINK, one.truth.window.cut(one.scene.pixels))]
        for contender in contenders:
            if any(contender.name == failure.what for failure in findings.failed):
                continue
            try:
                made = contender.open(one.scene)
                row = _row(one, made, engine, networks)
            except Exception as error:
                if isinstance(contender, Product) and not isinstance(error, OpenTheEyesError):
                    raise
                findings.failed.append(because(error, "quality", contender.name))
                continue
            findings.rows.setdefault(contender.name, {})[name] = row
            inner = one.truth.window.cut(made)
            strips = measures.strip(measures.framed(inner, one.truth)), measures.strip(one.truth.pixels)
            if networks.fid:
                findings.strips.setdefault(contender.name, []).append(strips)
            if contender.name != SHUT:  # that is the blink, shown already
                shown.append((contender.name, inner))
        if name in findings.rows.get(contenders[0].name, {}):
            findings.shots.append(_shot(one, shown, findings.rows[contenders[0].name][name]))
    return findings


def figures_of(findings: Findings, case: str, networks: Networks) -> list[Figure]:
    """A figure a contender and measure, with intervals over photos; then alarms and blinks found."""
    figures: list[Figure] = []
    for way, rows in findings.rows.items():
        figures += measured_figures(rows, case, way)
        if networks.fid and len(findings.strips.get(way, ())) > 1:
            made, true = zip(*findings.strips[way], strict=True)
            distance = fid(made, true)
            figures.append(figure_of("quality", case, "FID", [distance], way=way, statistic="peak"))
    shares = {"open eyes taken for closed": findings.false_alarms, "painted blinks found": findings.blinks_found}
    for what, told_of in shares.items():
        if told_of:
            samples = [float(value) for value in told_of.values()]
            better: Better = "low" if told_of is findings.false_alarms else "high"
            names = list(told_of)
            figures.append(figure_of("alarms", case, what, samples, better=better, statistic="share", names=names))
    return figures


def measured_figures(rows: Mapping[str, Mapping[str, float]], case: str, way: str) -> Iterator[Figure]:
    """Measures by photo, `rows[photo][measure]`, as one figure a measure."""
    for what, kind in KINDS.items():
        by_photo = {name: row[what] for name, row in rows.items() if what in row}
        if by_photo:
            yield figure_of(
                "quality",
                case,
                what,
                list(by_photo.values()),
                unit=kind.unit,
                better=kind.better,
                statistic="peak" if what == "outside" else "mean",
                way=way,
                names=list(by_photo),
            )


def _row(blink: Hidden, made: Rgb, engine: Engine, networks: Networks) -> dict[str, float]:
    window, truth = blink.truth.window, blink.truth
    inner = np.asarray(window.cut(made), np.uint8)
    row = measures.against_truth(inner, truth)
    row |= networks.pair(measures.strip(measures.framed(inner, truth)), measures.strip(truth.pixels))
    row["seam"] = seam_step(blink.scene.crop.pixels, blink.scene.crop.window.cut(made), blink.scene.crop.mask)
    row["outside"] = measures.outside(blink.scene.pixels, made, blink.editable)
    again = engine.detector.measure(made, blink.face)
    if again is not None:
        row["gaze"] = measures.gaze_error(blink.face.landmarks, again.landmarks)
        row["eyes apart"] = measures.gazes_apart(again.landmarks, blink.face.landmarks)
        row["openness"] = min(again.eyes[side].openness for side in SIDES)
        likeness = networks.likeness((blink.pixels, blink.face.landmarks), (made, again.landmarks))
        if likeness is not None:
            row["identity"] = likeness
    ratio, true_ratio = (measures.eye_to_skin(picture, blink.face, truth) for picture in (made, blink.pixels))
    if ratio is not None and true_ratio:
        row["sharpness"], row["eye : skin"] = ratio / true_ratio, ratio
    return row


def _shot(blink: Hidden, shown: Sequence[tuple[str, Rgb]], row: dict[str, float]) -> Shot:
    caption = f"SSIM {row['SSIM']:.3f}, iris colour off by {row['iris colour']:.1f}"
    return Shot(blink.name, row["SSIM"], caption, tuple((label, jpeg(picture, STRIP_PX)) for label, picture in shown))
