"""`python docs/make_pictures.py`: computes every picture of the documentation from the public-domain portrait."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from open_the_eyes.cli.annotate import annotate
from open_the_eyes.cli.drawing import mark_of
from open_the_eyes.demo.blink import paint_blink
from open_the_eyes.demo.show import side_by_side
from open_the_eyes.engine import load_engine
from open_the_eyes.imaging.arrays import Plane, Points, Rgb, to_levels, to_tones
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.models.appearance import corners, layout
from open_the_eyes.models.appearance.generator import MODEL_FILE
from open_the_eyes.models.appearance.model import AppearanceModel
from open_the_eyes.models.appearance.strip import to_mean_shape
from open_the_eyes.models.appearance.traits import FaceTraits
from open_the_eyes.options import Options
from open_the_eyes.options.attempt import Attempt
from open_the_eyes.photo import Photo
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.portrait import portrait
from open_the_eyes.roles import Crop, Face, Patch
from open_the_eyes.stages.blend import blend
from open_the_eyes.stages.choose import decide
from open_the_eyes.stages.crop import crop
from open_the_eyes.stages.detect import detect
from open_the_eyes.stages.generate import generate

PICTURES: Final = Path(__file__).parent / "pictures"
LARGEST_BYTES: Final = 80_000
HEAD: Final = slice(0, 300), slice(60, 400)
"""Rows and columns of the portrait around the head."""
GAP: Final = 8
SEEN, HIDDEN = (40, 150, 255), (255, 120, 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--out", type=Path, default=PICTURES)
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    engine, original = load_engine(), portrait()
    shut = paint_blink(original, detect(original, engine.detector)[0].landmarks)
    opened = open_eyes(Photo(shut), engine=engine).photo.pixels
    face = detect(shut, engine.detector)[0]
    cut = crop(shut, face, SIDES)
    options = Options().generate
    patch = generate({1: cut}, {1: [Attempt(0)]}, engine.generator, options)[1][0]

    sheet = side_by_side((shut, opened), face.landmarks, ("Before: a painted blink", "After: opened"))
    write(sheet, out / "before-after.jpg")
    write(marked(shut, face), out / "1-detect.jpg")
    write(row([grown(cut.pixels), grown(masked(cut))]), out / "2-crop.jpg")
    write(strips(cut), out / "3-strip.jpg")
    write(row([grown(alone(patch)), grown(to_levels(patch.pixels))]), out / "4-patch.jpg")
    write(row([grown(cut.pixels), grown(blend(cut, patch))]), out / "5-blend.jpg")
    write(marked(opened, engine.detector.measure(opened, face) or face), out / "6-verify.jpg")
    other = another_shot(original)
    own = open_eyes(Photo(shut), engine=engine, references=[Photo(other)]).photo.pixels
    theirs = crop(other, detect(other, engine.detector)[0], SIDES).pixels
    shots = [grown(cut.pixels), as_high(theirs, 4 * cut.pixels.shape[0]), grown(cut.window.cut(own))]
    write(row(shots), out / "7-reference.jpg")


def another_shot(pixels: Rgb) -> Rgb:
    """The same person nearer, the camera tilted, in darker and warmer light."""
    h, w = pixels.shape[:2]
    matrix = np.asarray(cv2.getRotationMatrix2D((w / 2, h / 2), -7, 1.4), np.float64)
    moved = cv2.warpAffine(pixels, matrix, (w, h), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    return to_levels(moved * np.array([0.8, 0.7, 0.55]))


def as_high(picture: Rgb, height: int) -> Rgb:
    return grown(picture, height / picture.shape[0])


def write(picture: Rgb, path: Path) -> None:
    """A JPEG of at most LARGEST_BYTES."""
    for quality in range(92, 40, -4):
        data = BytesIO()
        Image.fromarray(picture).save(data, "JPEG", quality=quality, optimize=True, progressive=True)
        if data.tell() <= LARGEST_BYTES:
            break
    path.write_bytes(data.getvalue())
    print(f"{path}: {picture.shape[1]} x {picture.shape[0]}, {data.tell() / 1e3:.0f} kB")  # noqa: T201 - a command


def marked(picture: Rgb, face: Face) -> Rgb:
    """The head with the face's number, box and mesh, and the openness of its eyes."""
    zoom = 2.0
    (decision,) = decide([face], Options().choose)
    mark = mark_of(1, decision.outcome, face)
    openness = " and ".join(f"{face.eyes[side].openness:.2f}" for side in SIDES)
    canvas = grown(picture, zoom)
    for x, y in face.landmarks[:468, :2] * zoom:
        cv2.circle(canvas, (round(x), round(y)), 1, (235, 235, 235), -1, cv2.LINE_AA)
    box = type(mark.box)(*(zoom * v for v in (mark.box.left, mark.box.top, mark.box.right, mark.box.bottom)))
    rings = tuple(ring * zoom for ring in mark.eye_rings)
    big = type(mark)(box, mark.number, f"{mark.label}: {openness}", mark.kind, rings)
    rows, columns = HEAD
    return annotate(canvas, [big])[: round(rows.stop * zoom), round(columns.start * zoom) : round(columns.stop * zoom)]


def masked(cut: Crop) -> Rgb:
    """The crop with what may change in colour, the rest faded."""
    faded = 0.25 * to_tones(cut.pixels) + 180
    return to_levels(faded + (to_tones(cut.pixels) - faded) * cut.mask[..., None])


def strips(cut: Crop) -> Rgb:
    """The strip three times: aligned; what is seen of it, in the mean shape; with the eyes predicted."""
    model = AppearanceModel.load(MODEL_FILE)
    seen = layout.points_on_strip(cut.landmarks)
    ends = corners.opened(seen, {side: 1 - min(cut.face.eyes[side].openness, 1) for side in cut.sides})
    traits = FaceTraits().of(cut.view)
    points = model.with_shape(ends, model.predict_shape(seen, traits).mean)
    aligned = cv2.warpAffine(cut.pixels, layout.to_strip(cut.landmarks), layout.SIZE_WH, flags=cv2.INTER_CUBIC)
    strip = to_mean_shape(cut.pixels, cut.landmarks, points, model.mean_points)
    skin = model.skin_of(strip)
    relative = model.relative(strip, skin)
    predicted = model.predict_texture(model.texture_features(relative, points, skin, traits))
    painted = model.with_texture(relative, predicted.mean) * skin
    unseen = np.where(model.unseen[..., None], 128, strip)
    mixed = strip + (painted - strip) * soft(model.soft)
    pictures = [grown(to_levels(p), 2.0) for p in (aligned, unseen, mixed)]
    dots(pictures[1], model.mean_points[layout.SEEN_AT], SEEN)
    dots(pictures[2], model.mean_points[layout.HIDDEN_AT], HIDDEN)
    return row(pictures, across=False)


def dots(canvas: Rgb, points: Points, colour: tuple[int, int, int]) -> None:
    for x, y in points * 2.0:
        cv2.circle(canvas, (round(x), round(y)), 2, colour, -1, cv2.LINE_AA)


def alone(patch: Patch) -> Rgb:
    """What was painted, without the photo around it."""
    return to_levels(200 + (patch.pixels - 200) * soft(patch.mask))


def soft(mask: Plane) -> NDArray[np.float32]:
    return np.clip(mask, 0, 1)[..., None]


def grown(picture: Rgb, zoom: float = 4.0) -> Rgb:
    size_wh = round(picture.shape[1] * zoom), round(picture.shape[0] * zoom)
    return np.asarray(cv2.resize(picture, size_wh, interpolation=cv2.INTER_CUBIC), np.uint8)


def row(pictures: Sequence[Rgb], across: bool = True) -> Rgb:
    """Pictures side by side, or one under the other."""
    axis = 1 if across else 0
    shape = list(pictures[0].shape)
    shape[axis] = GAP
    gap = np.full(shape, 255, np.uint8)
    parts = [part for picture in pictures for part in (gap, picture)][1:]
    return np.concatenate(parts, axis=axis)


if __name__ == "__main__":
    main()
