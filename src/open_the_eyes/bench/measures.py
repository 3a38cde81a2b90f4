"""One opened face in figures, against the truth where that is known. Formulas are scikit-image's, not ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..imaging.arrays import Plane, Points, Rgb, size_wh_of, to_tones
from ..imaging.face.eye_change import convergence, gaze_shift, iris_ring
from ..imaging.face.mesh478 import INNER_CORNER, OUTER_CORNER, SIDES, Side
from ..imaging.geometry import Box
from ..imaging.luma import LUMA
from ..roles import Crop, Face
from .figures import Better

COVERED: Final = 0.5
"""Mask value from which a pixel counts as an eye's."""
CHEEK: Final = (0.7, 1.7)
"""Rows below the eyes where skin lies, in distances between the inner corners."""
IRIS_RING: Final = (0.525, 0.975)
"""Where the colour of an iris is measured, in radii: outside all but wide pupils, up to the rim, which people see."""
STRIP_WH: Final = (512, 224)
"""Size that the crop around both eyes is brought to for networks and MS-SSIM, pixels."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a measure is called in tables, its unit, and which way is better."""

    unit: str
    better: Better
    digits: int
    says: str


KINDS: Final[dict[str, Kind]] = {
    "L1": Kind("", "low", 4, "mean absolute difference in the mask, levels as 0..1"),
    "PSNR": Kind("dB", "high", 2, "in the mask"),
    "SSIM": Kind("", "high", 3, "in the mask (Wang et al. 2004)"),
    "MS-SSIM": Kind("", "high", 3, "of the strip around the eyes, truth outside the mask (Wang et al. 2003)"),
    "LPIPS": Kind("", "low", 4, "AlexNet, of the same strip (Zhang et al. 2018)"),
    "FID": Kind("", "low", 1, "InceptionV3, over all strips (Heusel et al. 2017)"),
    "identity": Kind("", "high", 3, "cosine of ArcFace embeddings, with the truth or the photo before"),
    "iris colour": Kind("ΔE", "low", 1, "the iris against the truth, CIEDE2000; 1 is just visible side by side"),
    "gaze": Kind("eye widths", "low", 3, "how far the irises are from where they truly look"),
    "eyes apart": Kind("eye widths", "low", 3, "how differently both eyes look, beyond the truth where that is known"),
    "openness": Kind("", "neither", 2, "the less open eye; 1 is a usual open eye"),
    "seam": Kind("levels", "low", 1, "step of brightness at the border of what was painted"),
    "sharpness": Kind("", "one", 2, "edges in the eyes : edges on the cheek, as a multiple of the truth's"),
    "eye : skin": Kind("", "neither", 2, "edges in the eyes : edges on the cheek"),
    "outside": Kind("levels", "low", 0, "largest change outside the mask; must be 0"),
}


def against_truth(made: Rgb, truth: Crop) -> dict[str, float]:
    """Measures of a result against the truth, by name, over the pixels that the truth's mask covers.

    `made` is (h, w, 3), the same part of the photo as `truth`.
    """
    from skimage.metrics import peak_signal_noise_ratio

    inside = truth.mask >= COVERED
    right, came = truth.pixels[inside], made[inside]
    same = np.array_equal(right, came)
    sides = [iris_difference(made, truth, side) for side in SIDES]
    return {
        "L1": float(np.abs(to_tones(came) - to_tones(right)).mean() / 255),
        "PSNR": 100.0 if same else float(peak_signal_noise_ratio(right, came, data_range=255)),
        "SSIM": float(ssim_map(truth.pixels, framed(made, truth))[inside].mean()),
        "iris colour": float(np.mean(sides)),
    }


def ssim_map(one: Rgb, other: Rgb) -> NDArray[np.float64]:
    """(h, w, 3): how alike two pictures are at each pixel, 1 where they are the same (Wang et al. 2004, Gaussian window
    of 1.5 pixels)."""
    from skimage.metrics import structural_similarity

    alike = structural_similarity(
        one,
        other,
        channel_axis=2,
        data_range=255,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        full=True,
    )[1]
    return np.asarray(alike, np.float64)


def framed(made: Rgb, truth: Crop) -> Rgb:
    """(h, w, 3): the result inside the mask and the truth around it, so that what was not to be painted counts for
    nobody."""
    soft = truth.mask[..., None]
    mixed = to_tones(made) * soft + to_tones(truth.pixels) * (1 - soft)
    return np.asarray(np.rint(mixed), np.uint8)


def iris_difference(made: Rgb, truth: Crop, side: Side) -> float:
    """CIEDE2000 between the middle colours of an iris, where the truth shows it between pupil and rim."""
    from skimage.color import deltaE_ciede2000, rgb2lab

    shown = iris_ring(truth.landmarks, side, (truth.pixels.shape[0], truth.pixels.shape[1]), IRIS_RING)
    if not shown.any():
        return 0.0
    colours = [rgb2lab(np.median(picture[shown], axis=0)[None] / 255)[0] for picture in (truth.pixels, made)]
    return float(deltaE_ciede2000(*colours))


def strip(picture: Rgb) -> Rgb:
    """A crop brought to STRIP_WH pixels."""
    flags = cv2.INTER_AREA if picture.shape[1] > STRIP_WH[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, STRIP_WH, interpolation=flags), np.uint8)


def gazes_apart(landmarks: Points, true: Points | None = None) -> float:
    """How differently the two irises stand between their corners, in eye widths, beyond the difference they truly have;
    0 for eyes that look alike."""
    return abs(convergence(landmarks) - (0.0 if true is None else convergence(true)))


def gaze_error(true: Points, seen: Points) -> float:
    """How far irises are from where they truly stand between their corners, in eye widths: the mean of both eyes."""
    return float(np.mean([gaze_shift(true, seen, side) for side in SIDES]))


def eye_to_skin(picture: Rgb, face: Face, eyes: Crop) -> float | None:
    """Sharpness of the eyes beside the skin: the mean gradient in the eyes, divided by that on the cheeks below; None
    where no cheek is in the picture.

    `eyes` says where in the picture (H, W, 3) the eyes of `face` lie.
    """
    part = around(face.box, size_wh_of(picture))
    covered = np.zeros(picture.shape[:2], np.float32)
    eyes.window.cut(covered)[...] = eyes.mask
    pixels, mask = part.cut(picture), part.cut(covered)
    landmarks = face.landmarks[:, :2] - [part.left, part.top]
    inner = [landmarks[INNER_CORNER[side]] for side in SIDES]
    apart = float(np.linalg.norm(inner[0] - inner[1]))
    corners = np.array([landmarks[OUTER_CORNER[side]] for side in SIDES])
    down = np.arange(pixels.shape[0])[:, None] - corners[:, 1].mean()
    across = np.arange(pixels.shape[1])
    beside_nose = np.zeros(pixels.shape[1], np.bool_)
    for one, other in zip(np.sort(corners[:, 0]), np.sort([point[0] for point in inner]), strict=True):
        beside_nose |= (across > min(one, other)) & (across < max(one, other))
    cheek = (down > CHEEK[0] * apart) & (down < CHEEK[1] * apart) & (mask == 0) & beside_nose
    if not cheek.any() or not (mask >= COVERED).any():
        return None
    edges = gradient(pixels)
    return float(edges[mask >= COVERED].mean() / max(float(edges[cheek].mean()), 1e-3))


def gradient(picture: Rgb) -> Plane:
    """(h, w): how fast light changes, levels a pixel times eight (Sobel)."""
    grey = to_tones(picture) @ LUMA
    dx, dy = (cv2.Sobel(grey, cv2.CV_32F, *order, ksize=3) for order in ((1, 0), (0, 1)))
    return np.asarray(np.hypot(dx, dy), np.float32)


def outside(before: Rgb, after: Rgb, crops: Sequence[Crop]) -> float:
    """The largest change of any sample of the photo that no crop's mask covers, levels."""
    changed = np.abs(before.astype(np.int16) - after.astype(np.int16)).max(axis=2)
    for crop in crops:
        crop.window.cut(changed)[crop.mask > 0] = 0
    return float(changed.max())


def around(face_box: Box, size_wh: tuple[int, int]) -> Box:
    """The part of a photo that shows a face with some room, whole pixels."""
    return face_box.grown(0.25).to_whole().clipped(size_wh)
