"""The statistical model: from what a blink leaves visible to the eyes it hides.

An active appearance model (Cootes, Edwards & Taylor 1998) of the eye region: principal components of shape (where
lids, irises and creases lie) and of texture (what they look like once all shapes coincide, relative to the person's
skin), and ridge regressions that predict both from brows, nose, cheeks and skin. What the regression leaves open is a
Gaussian: drawing from it gives variations; conditioning it on an open eye gives that eye a partner.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Plane, Points, Tones
from ...imaging.face.mesh478 import RING_INNER, RING_OUTER, SIDES
from ...imaging.geometry import quarter_turned
from . import layout
from .light.cast import without_cast

FORMAT: Final = 2
_KEYS: Final = {
    "texture_weights": "texture_from",
    "texture_residual": "texture_left",
    "shape_weights": "shape_from",
    "shape_residual": "shape_left",
    "iris_weights": "iris_from",
}
"""Names that fields have in the file, where those are others: ten megabytes are not written anew for a name."""
AROUND_WH: Final = (64, 28)
"""Size at which a prediction sees what is around the eyes, pixels."""
_SQUASH: Final = 1.8


@dataclass(frozen=True, slots=True)
class Components:
    """Principal components: rows (n,) ~ mean (n,) + basis (n, k) @ z (k,), z with standard deviations sigma (k,)."""

    mean: NDArray[np.float32]
    basis: NDArray[np.float32]
    sigma: NDArray[np.float32]

    def scores(self, row: NDArray[np.float32]) -> NDArray[np.float64]:
        return np.asarray((row - self.mean) @ self.basis, np.float64)

    def rebuilt(self, z: NDArray[np.float64]) -> NDArray[np.float32]:
        return np.asarray(self.mean + self.basis @ z.astype(np.float32), np.float32)


@dataclass(frozen=True, slots=True)
class Prediction:
    """Means and standard deviations of component scores, (k,) each."""

    mean: NDArray[np.float64]
    sigma: NDArray[np.float64]

    def sample(self, variety: float, rng: np.random.Generator) -> NDArray[np.float64]:
        """The mean, or with variety > 0 a draw around it that never strays past two standard deviations."""
        if variety == 0:
            return self.mean
        return self.mean + variety * self.sigma * np.clip(rng.standard_normal(len(self.mean)), -2, 2)


def squashed(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard scores kept within about two: a blink is unlike anything learnt, and must not throw the regression."""
    return np.asarray(_SQUASH * np.tanh(z / _SQUASH))


def _between_corners(points: Points, was: Points, now: Points, scale: float) -> Points:
    """Points moved so that the corners `was` (2, 2) come to lie on `now`: turned, shifted, `scale` times as high, and
    stretched along the eye as a turned head does."""
    old, new = was[1] - was[0], now[1] - now[0]
    old_width, new_width = float(np.hypot(*old)), float(np.hypot(*new))
    along = (points - was[0]) @ old / max(old_width, 1e-6) * new_width / max(old_width, 1e-6)
    across = (points - was[0]) @ quarter_turned(old) / max(old_width, 1e-6) * scale
    axis = new / max(new_width, 1e-6)
    return np.asarray(now[0] + along[:, None] * axis + across[:, None] * quarter_turned(axis))


@dataclass(frozen=True)
class AppearanceModel:
    """Everything learnt; see `training/appearance` for how.

    `..._weights` are regressions, (features + 1, outputs): they take features with a trailing 1. `..._residual` are
    (k,), the standard deviations that they leave of each component's score.
    """

    mean_points: Points
    """(len(layout.MESH), 2), on the strip."""
    partner: NDArray[np.intp]
    """(len(layout.MESH),): for each point, its mirror image's number."""
    texture: Components
    around: Components
    eye_shape: Components
    face_shape: Components
    traits: Components
    """Of `FaceTraits`, times `traits_scale`."""
    traits_scale: NDArray[np.float32]
    texture_weights: NDArray[np.float32]
    texture_residual: NDArray[np.float32]
    shape_weights: NDArray[np.float32]
    shape_residual: NDArray[np.float32]
    iris_ratios: NDArray[np.float32]
    """(groups, 3): iris : sclera of each group of eye colours."""
    iris_weights: NDArray[np.float32]

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """(H, W): the pixels whose texture is modelled."""
        planes = layout.eye_ellipses(self.mean_points)
        return np.asarray((planes["left"] | planes["right"]) > 0)

    @cached_property
    def soft(self) -> Plane:
        """(H, W) 0..1: how much of the painted texture shows; 0 at the edge of what is modelled."""
        inner = cv2.erode(self.inside.astype(np.float32), np.ones((9, 9)))
        return np.asarray(cv2.GaussianBlur(inner, (0, 0), 4), np.float32) * self.inside

    @cached_property
    def unseen(self) -> NDArray[np.bool_]:
        """(H, W): what the prediction must not look at, the modelled pixels and the lashes below them."""
        return cv2.dilate(self.inside.astype(np.uint8), np.ones((11, 11))) > 0

    @cached_property
    def ring(self) -> NDArray[np.bool_]:
        """(H, W): skin close to the eyes and well away from lashes and brows."""
        w, h = layout.SIZE_WH
        ring = cv2.dilate(self.inside.astype(np.uint8), np.ones((41, 41))) > 0
        ring[: round(0.36 * h)] = False
        ring[round(0.4 * h) : round(0.67 * h), round(0.43 * w) : round(0.57 * w)] = True
        return ring & ~self.unseen

    def skin_of(self, strip: Tones) -> NDArray[np.float32]:
        """The skin's colour on a strip in the mean shape: (3,) of 0..255, at least 1."""
        return np.asarray(np.maximum(np.median(strip[self.ring], axis=0), 1), np.float32)

    def relative(self, strip: Tones, skin: NDArray[np.float32]) -> Tones:
        """A strip as multiples of the skin's colour, (H, W, 3) of 0..3."""
        return np.asarray(np.clip(strip / skin, 0, 3), np.float32)

    def surroundings(self, relative: Tones) -> NDArray[np.float32]:
        """What can be seen around the eyes, small and flat."""
        shown = np.where(self.unseen[..., None], np.float32(1), relative)
        return np.asarray(cv2.resize(shown, AROUND_WH, interpolation=cv2.INTER_AREA), np.float32).ravel()

    def shape_features(self, points: Points, traits: NDArray[np.float32] | None) -> NDArray[np.float64]:
        """Where brows, nose and cheeks lie, and what `FaceTraits` says of the whole face, as standard scores; of a face
        that it has not seen it says what it says of faces on the whole."""
        flat = points[layout.SEEN_AT].astype(np.float32).ravel()
        seen = self.face_shape.scores(flat) / self.face_shape.sigma
        if traits is None:
            return np.concatenate([squashed(seen), np.zeros(len(self.traits.sigma))])
        return squashed(np.concatenate([seen, self.traits.scores(traits * self.traits_scale) / self.traits.sigma]))

    def texture_features(
        self, relative: Tones, points: Points, skin: NDArray[np.float32], traits: NDArray[np.float32] | None
    ) -> NDArray[np.float64]:
        """What texture and iris colour are predicted from: a strip in multiples of the skin's colour, the points on it,
        that colour, and the whole face's traits."""
        around = squashed(self.around.scores(self.surroundings(relative)) / self.around.sigma)
        shape = self.shape_features(points, traits)
        return np.concatenate([around, shape, squashed(np.log(without_cast(skin) / 100))])

    def predict_shape(self, points: Points, traits: NDArray[np.float32] | None) -> Prediction:
        """The shape of the eyes, told by the points on the strip that a blink leaves where they are, and by the whole
        face's traits."""
        features = np.append(self.shape_features(points, traits), 1.0)
        return Prediction(features @ self.shape_weights, self.shape_residual.astype(np.float64))

    def predict_texture(self, features: NDArray[np.float64]) -> Prediction:
        """The texture of a face of such `texture_features`."""
        return Prediction(np.append(features, 1.0) @ self.texture_weights, self.texture_residual.astype(np.float64))

    def iris_likelihoods(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """How likely each group of eye colours is for a face of such `texture_features`; (groups,), sums to 1."""
        likely = np.maximum(np.append(features, 1.0) @ self.iris_weights, 0.0) + 1e-6
        return np.asarray(likely / likely.sum())

    def with_shape(self, points: Points, z: NDArray[np.float64]) -> Points:
        """The points with those that a blink hides replaced, each eye's fitted between the corners that were seen."""
        moved = points.copy()
        moved[layout.HIDDEN_AT] = self.eye_shape.rebuilt(z).reshape(-1, 2)
        scale = layout.outer_corner_distance(points) / layout.outer_corner_distance(moved)
        for side in SIDES:
            ours = layout.HIDDEN_AT[layout.hidden_of(self.mean_points, side)]
            was, now = (layout.ring_of(one, side)[[RING_OUTER, RING_INNER]] for one in (moved, points))
            moved[ours] = _between_corners(moved[ours], was, now, scale)
        return moved

    def with_texture(self, relative: Tones, z: NDArray[np.float64]) -> Tones:
        """The strip, in multiples of the skin's colour, with the modelled pixels replaced."""
        painted = relative.copy()
        painted[self.inside] = np.maximum(self.texture.rebuilt(z), 0).reshape(-1, 3)
        return painted

    def save(self, path: Path) -> None:
        """One .npz without pickles, and not compressed, since every start would unpack it; the large bases as 8-bit
        numbers with one scale a component."""
        arrays: dict[str, Any] = {"format": np.array(FORMAT)}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Components):
                step = np.abs(value.basis).max(axis=0) / 127
                arrays[f"{field.name}.mean"] = value.mean.astype(np.float16 if value.mean.size > 4096 else np.float32)
                arrays[f"{field.name}.basis"] = np.rint(value.basis / step).astype(np.int8)
                arrays[f"{field.name}.step"] = step.astype(np.float32)
                arrays[f"{field.name}.sigma"] = value.sigma.astype(np.float32)
            else:
                key = _KEYS.get(field.name, field.name)
                arrays[key] = value.astype(np.int32 if value.dtype.kind == "i" else np.float32)
        with path.open("wb") as file:
            np.savez(file, **arrays)

    @classmethod
    def load(cls, path: Path) -> AppearanceModel:
        """The model in a file that `save` wrote.

        Raises:
            ValueError: the file is of another format version.
        """
        with np.load(path, allow_pickle=False) as file:
            if int(file["format"]) != FORMAT:
                raise ValueError(f"{path.name}: expected model format {FORMAT}, got {int(file['format'])}")
            read: dict[str, object] = {}
            for field in fields(cls):
                if f"{field.name}.mean" in file:
                    basis = file[f"{field.name}.basis"].astype(np.float32)
                    basis *= file[f"{field.name}.step"]
                    read[field.name] = Components(
                        file[f"{field.name}.mean"].astype(np.float32), basis, file[f"{field.name}.sigma"]
                    )
                else:
                    read[field.name] = file[_KEYS.get(field.name, field.name)]
        read["mean_points"] = np.asarray(read["mean_points"], np.float64)
        return cls(**read)  # type: ignore[arg-type]
