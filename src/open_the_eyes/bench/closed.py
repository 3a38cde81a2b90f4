"""Photos in which somebody's eyes are closed: how many are found, opened, and open on a second look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ..engine import Engine
from ..errors import OpenTheEyesError
from ..files import read
from ..imaging.arrays import Rgb
from ..imaging.face.mesh478 import SIDES
from ..imaging.geometry import Box
from ..imaging.light.seam import seam_step
from ..options import ChooseOptions, Options
from ..pipeline import open_eyes
from ..results import Opened
from ..roles import Face
from ..stages.choose import Decision, decide
from ..stages.crop import crop
from . import measures
from .album import AFTER, BEFORE, Shot, jpeg
from .engines import because
from .figures import Absent, Figure
from .networks import Networks
from .statistics import figure_of
from .truth import measured_figures

STEPS: Final = ("face found", "detected", "opened", "verified")
"""Steps that all photos are counted at: a face is found; its eyes are known for closed; new eyes were kept; a fresh
look finds them open."""
SIZES: Final = ((0, "below 100 px"), (100, "100 to 250 px"), (250, "above 250 px"))
POSES: Final = ((0, "frontal, below 10°"), (10, "10° to 25°"), (25, "turned, above 25°"))
FACE_PX: Final = 480
SMALLEST_GROUP: Final = 2


@dataclass(slots=True)
class Row:
    """What became of one photo in which somebody's eyes are closed.

    Args:
        name: the file's.
        outcome: of the face.
        steps: how far it came, by step.
        groups: the groups it belongs to, such as {"glasses": "yes"}.
        measured: by measure, where eyes were opened.
        shot: its pictures, for the page.
    """

    name: str
    outcome: str
    steps: dict[str, bool]
    groups: dict[str, str] = field(default_factory=dict)
    measured: dict[str, float] = field(default_factory=dict)
    shot: Shot | None = None


def rows_of(
    photos: Iterable[Path],
    groups: Mapping[str, Mapping[str, str]],
    engine: Engine,
    options: Options,
    networks: Networks,
    tell: Callable[[int], None] = lambda _: None,
) -> tuple[list[Row], list[Absent]]:
    """One row a photo; one that cannot be read is a line of its own."""
    rows, absent = [], []
    for number, path in enumerate(photos):
        tell(number)
        try:
            row = _opened(path, engine, options, networks)
        except OpenTheEyesError as error:
            absent.append(because(error, "success", path.name))
            continue
        row.groups |= groups.get(path.name, {})
        rows.append(row)
    return rows, absent


def figures_of(rows: list[Row], case: str) -> list[Figure]:
    """Shares of all photos and of every group, then what was measured where eyes were opened."""
    figures = []
    for group, members in _grouped(rows):
        for step in STEPS:
            samples = [float(row.steps[step]) for row in members]
            names = [row.name for row in members]
            where = case if not group else f"{case}: {group}"
            figures.append(figure_of("success", where, step, samples, better="high", statistic="share", names=names))
    measured = {row.name: row.measured for row in rows}
    return [*figures, *measured_figures(measured, case, "as photographed, no truth")]


def _grouped(rows: list[Row]) -> Iterator[tuple[str, list[Row]]]:
    yield "", rows
    for kind in sorted({kind for row in rows for kind in row.groups}):
        for value in sorted({row.groups[kind] for row in rows if kind in row.groups}):
            members = [row for row in rows if row.groups.get(kind) == value]
            if len(members) >= SMALLEST_GROUP:
                yield f"{kind} {value}", members


def _opened(path: Path, engine: Engine, options: Options, networks: Networks) -> Row:
    photo = read(path, engine.settings)
    faces = engine.detector.detect(photo.pixels)
    if not faces:
        return Row(path.name, "no face", dict.fromkeys(STEPS, False))
    decisions = decide(faces, ChooseOptions())
    index = max(range(len(faces)), key=lambda k: faces[k].box.area)
    result = open_eyes(photo, options, engine=engine)
    outcome = result.faces[index].outcome
    again = _seen_again(result, faces[index], engine)
    opened = outcome == "opened"
    steps = {
        "face found": True,
        "detected": bool(decisions[index].to_open),
        "opened": opened,
        "verified": opened and again is not None and decide([again], ChooseOptions())[0].outcome == "already_open",
    }
    row = Row(path.name, outcome, steps, _groups(faces[index]))
    if opened:
        row.measured = _measured(photo.pixels, result, decisions, index, again, networks)
    row.shot = _shot(path.name, photo.pixels, result, faces[index], row)
    return row


def _seen_again(result: Opened, face: Face, engine: Engine) -> Face | None:
    """The face in the finished photo, looked for from scratch."""
    found = engine.detector.detect(result.photo.pixels)
    best = max(found, key=lambda one: one.box.intersection_over_union(face.box), default=None)
    return best if best is not None and best.box.intersection_over_union(face.box) > 0.3 else None


def _measured(
    before: Rgb,
    result: Opened,
    decisions: list[Decision],
    index: int,
    again: Face | None,
    networks: Networks,
) -> dict[str, float]:
    after = result.photo.pixels
    crops = [crop(before, one.face, one.to_open) for one in decisions if one.to_open]
    ours = crop(before, decisions[index].face, decisions[index].to_open)
    row = {
        "seam": seam_step(ours.pixels, ours.window.cut(after), ours.mask),
        "outside": measures.outside(before, after, crops),
    }
    ratio = measures.eye_to_skin(after, decisions[index].face, ours)
    if ratio is not None:
        row["eye : skin"] = ratio
    if again is not None:
        row["openness"] = min(again.eyes[side].openness for side in SIDES)
        row["eyes apart"] = measures.gazes_apart(again.landmarks)
        likeness = networks.likeness((before, decisions[index].face.landmarks), (after, again.landmarks))
        if likeness is not None:
            row["identity"] = likeness
    return row


def _groups(face: Face) -> dict[str, str]:
    return {"face": _band(face.box.width, SIZES), "pose": _band(abs(face.yaw_deg), POSES)}


def _band(value: float, bands: tuple[tuple[int, str], ...]) -> str:
    return [name for least, name in bands if value >= least][-1]


def _shot(name: str, before: Rgb, result: Opened, face: Face, row: Row) -> Shot:
    part: Box = measures.around(face.box, result.photo.size_wh)
    pair = ((BEFORE, before), (AFTER, result.photo.pixels))
    reached = sum(row.steps.values())
    score = reached + min(row.measured.get("openness", 0.0), 1.0)
    pictures = tuple((label, jpeg(part.cut(pixels), FACE_PX)) for label, pixels in pair)
    return Shot(name, score, row.outcome.replace("_", " "), pictures)
