"""From portraits to an `AppearanceModel`: landmarks, warp to the mean shape, principal components, ridge regression."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from scipy.optimize import linear_sum_assignment
from sklearn.utils.extmath import randomized_svd

from open_the_eyes.imaging.arrays import Points, Rgb
from open_the_eyes.imaging.face.face_view import face_view
from open_the_eyes.imaging.warp import ThinPlate
from open_the_eyes.models.appearance import layout
from open_the_eyes.models.appearance.irises import colour as iris
from open_the_eyes.models.appearance.model import AppearanceModel, Components
from open_the_eyes.models.appearance.traits import FaceTraits

from ..faces import Portrait
from .blinks import EVERY, Blink, blinks, features_of
from .irises import GROUPS, colour_groups

TEXTURE, AROUND, EYE_SHAPE, FACE_SHAPE, TRAITS = 300, 60, 30, 40, 60
"""Components kept of each kind."""
RIDGE = 60.0
BLINK_WEIGHT = 6.0
"""How much a painted blink counts against an open face: together they count about as much."""
_W, _H = layout.SIZE_WH


@dataclass(frozen=True, slots=True)
class Strip:
    """One face on the strip, not yet in the mean shape."""

    pixels: NDArray[np.uint8]
    points: Points
    view: Rgb


@dataclass(frozen=True, slots=True)
class Figures:
    """How much of the variance of held-in faces the regressions explain."""

    faces: int
    texture_explained: float
    shape_explained: float


def strip_of(portrait: Portrait) -> Strip:
    """A portrait aligned by its outer eye corners."""
    to_strip = layout.to_strip(portrait.landmarks)
    shrinks = abs(np.linalg.det(to_strip[:, :2])) < 0.64
    pixels = cv2.warpAffine(
        portrait.pixels,
        to_strip,
        layout.SIZE_WH,
        flags=cv2.INTER_LINEAR if shrinks else cv2.INTER_CUBIC,  # warpAffine knows no INTER_AREA
        borderMode=cv2.BORDER_REFLECT_101,
    )
    view = face_view(portrait.pixels, portrait.landmarks)
    return Strip(np.asarray(pixels, np.uint8), layout.points_on_strip(portrait.landmarks), view)


def partners(points: NDArray[np.float64]) -> NDArray[np.intp]:
    """For each model point, the one on the other side of the face, found from the mean of (n, points, 2) faces."""
    mean = points.mean(axis=0)
    mirrored = mean * [-1, 1] + [_W, 0]
    distance = ((mean[:, None] - mirrored[None]) ** 2).sum(axis=2)
    partner = np.asarray(linear_sum_assignment(distance + distance.T)[1], np.intp)
    if not np.array_equal(partner[partner], np.arange(len(mean))):
        raise ValueError("the mean face is not symmetric: too few faces, or all of them turned the same way")
    return partner


def mirrored(strip: Strip, partner: NDArray[np.intp]) -> Strip:
    """The same face in a mirror. The strip's middle lies on a whole column, hence the shift by one."""
    pixels = np.roll(strip.pixels[:, ::-1], 1, axis=1)
    points = (strip.points * [-1, 1] + [_W, 0])[partner]
    return Strip(np.ascontiguousarray(pixels), points, np.ascontiguousarray(strip.view[:, ::-1]))


def in_mean_shape(strip: Strip, mean_points: Points) -> NDArray[np.uint8]:
    x, y = ThinPlate.between(layout.framed(mean_points), layout.framed(strip.points)).field((_H, _W))
    return np.asarray(cv2.remap(strip.pixels, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101), np.uint8)


def components(rows: NDArray[np.float32], count: int) -> Components:
    """The first principal components, always the same for the same rows."""
    mean = rows.mean(axis=0)
    _, singular, vt = randomized_svd(rows - mean, count, random_state=0, n_iter=2)
    sigma = (singular / np.sqrt(len(rows))).astype(np.float32)
    return Components(mean, np.ascontiguousarray(vt.T, np.float32), sigma)


def ridge(
    features: NDArray[np.float64], targets: NDArray[np.float64], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Coefficients with the bias as the last row; `weight` (n,) says how much each row counts."""
    x = _with_one(features)
    weighted = x * weight[:, None]
    return np.asarray(np.linalg.solve(weighted.T @ x + RIDGE * np.eye(x.shape[1]), weighted.T @ targets), np.float64)


def _with_one(features: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([features, np.ones(len(features))])


def build(found: Iterable[Portrait], workers: int = 2) -> tuple[AppearanceModel, Figures]:
    """The model of all portraits and their mirror images; blinks of some of them teach the regressions.

    Raises:
        SystemExit: there are fewer of them than groups of eye colours.
    """
    strips, some = [], []
    for k, portrait in enumerate(found):
        strips.append(strip_of(portrait))
        if k % EVERY == 0:
            some.append(portrait)
    if len(strips) < GROUPS:
        raise SystemExit(f"expected pictures of open-eyed faces, at least {GROUPS}, found {len(strips)}; name more.")
    shut = dict(zip(range(0, len(strips), EVERY), blinks(some, workers), strict=True))
    partner = partners(np.array([s.points for s in strips]))
    strips += [mirrored(s, partner) for s in strips]
    points = np.array([s.points for s in strips])
    mean_points = points.mean(axis=0)
    traits = traits_of([s.view for s in strips], workers)
    with ProcessPoolExecutor(workers) as pool:
        warped = pool.map(partial(in_mean_shape, mean_points=mean_points), strips, chunksize=32)
        textures = [t.astype(np.float32) for t in track(warped, "mean shape", total=len(strips))]
    known = {k: b for k, b in shut.items() if b is not None}
    return _fitted(_frame(mean_points, partner), textures, points, traits, known, workers)


def traits_of(views: Sequence[Rgb], workers: int) -> NDArray[np.float32]:
    """(n, 768), what the network says of each face."""
    with ProcessPoolExecutor(workers) as pool:
        return np.array(list(track(pool.map(_traits_of, views, chunksize=64), "traits", total=len(views))))


def _traits_of(view: Rgb) -> NDArray[np.float32] | None:
    return _traits().of(view)


@cache
def _traits() -> FaceTraits:
    """One network a process."""
    return FaceTraits()


def _frame(mean_points: Points, partner: NDArray[np.intp]) -> AppearanceModel:
    """A model that knows where things are but has learnt nothing yet."""
    nothing = Components(np.zeros(0, np.float32), np.zeros((0, 0), np.float32), np.zeros(0, np.float32))
    none = np.zeros(0, np.float32)
    return AppearanceModel(
        mean_points, partner, nothing, nothing, nothing, nothing, nothing, none, none, none, none, none, none, none
    )


def _fitted(
    model: AppearanceModel,
    textures: list[NDArray[np.float32]],
    points: NDArray[np.float64],
    traits: NDArray[np.float32],
    shut: dict[int, Blink],
    workers: int,
) -> tuple[AppearanceModel, Figures]:
    skins = [model.skin_of(t) for t in textures]
    relative = [model.relative(t, s).astype(np.float16) for t, s in zip(textures, skins, strict=True)]
    irises = np.array([iris.colour_ratio(model, t) for t in textures])
    del textures
    inside = np.array([r[model.inside].ravel() for r in relative], np.float32)
    around = np.array([model.surroundings(r.astype(np.float32)) for r in relative], np.float32)
    eye_shapes = points[:, layout.HIDDEN_AT].reshape(len(points), -1).astype(np.float32)
    face_shapes = points[:, layout.SEEN_AT].reshape(len(points), -1).astype(np.float32)
    scale = np.asarray(1 / np.maximum(traits.std(axis=0), 1e-6), np.float32)  # maps differ in their size
    model = replace(
        model,
        texture=components(inside, TEXTURE),
        around=components(around, AROUND),
        eye_shape=components(eye_shapes, EYE_SHAPE),
        face_shape=components(face_shapes, FACE_SHAPE),
        traits=components(traits * scale, TRAITS),
        traits_scale=scale,
    )
    by_shape = np.array([model.shape_features(p, t) for p, t in zip(points, traits, strict=True)])
    by_all = np.array(
        [
            model.texture_features(r.astype(np.float32), p, s, t)
            for r, p, s, t in track(zip(relative, points, skins, traits, strict=True), "features", total=len(points))
        ]
    )
    z_texture = np.asarray((inside - model.texture.mean) @ model.texture.basis, np.float64)
    z_shape = np.asarray((eye_shapes - model.eye_shape.mean) @ model.eye_shape.basis, np.float64)
    centres, member = colour_groups(irises)
    z_iris = np.eye(len(centres))[member]
    at = np.array(sorted(shut), np.intp)
    views = [face_view(shut[k].shut.pixels, shut[k].shut.landmarks) for k in at]
    blinked = [features_of(model, shut[k], t) for k, t in zip(at, traits_of(views, workers), strict=True)]
    by_all = np.vstack([by_all, *(f[0][None] for f in blinked)])
    by_shape = np.vstack([by_shape, *(f[1][None] for f in blinked)])
    z_texture, z_shape, z_iris = (np.vstack([z, z[at]]) for z in (z_texture, z_shape, z_iris))
    weight = np.where(np.arange(len(by_all)) < len(points), 1.0, BLINK_WEIGHT)
    texture_weights, shape_weights = ridge(by_all, z_texture, weight), ridge(by_shape, z_shape, weight)
    texture_residual = z_texture - _with_one(by_all) @ texture_weights
    shape_residual = z_shape - _with_one(by_shape) @ shape_weights
    model = replace(
        model,
        texture_weights=texture_weights.astype(np.float32),
        texture_residual=texture_residual.std(axis=0).astype(np.float32),
        shape_weights=shape_weights.astype(np.float32),
        shape_residual=shape_residual.std(axis=0).astype(np.float32),
        iris_ratios=centres.astype(np.float32),
        iris_weights=ridge(by_all, z_iris, weight).astype(np.float32),
    )
    figures = Figures(
        faces=len(points) // 2,
        texture_explained=1 - float((texture_residual**2).sum() / (z_texture**2).sum()),
        shape_explained=1 - float((shape_residual**2).sum() / ((z_shape - z_shape.mean(axis=0)) ** 2).sum()),
    )
    return model, figures
