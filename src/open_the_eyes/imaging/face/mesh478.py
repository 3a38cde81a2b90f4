"""The 478-point face mesh: which numbers are which parts.

The topology is MediaPipe's (Kartynnik et al. 2019, "Real-time Facial Surface Geometry from Monocular Video on Mobile
GPUs"; irises: Ablavatski et al. 2020). "left" and "right" are as seen in the upright picture: the left eye is the one
on the picture's left, which is the person's own right. Eye rings start at the outer corner and go over the upper lid to
the inner corner, then back along the lower lid.
"""

from __future__ import annotations

from typing import Final, Literal

Side = Literal["left", "right"]
SIDES: Final[tuple[Side, Side]] = ("left", "right")
OTHER: Final[dict[Side, Side]] = {"left": "right", "right": "left"}

EYE_RING: Final[dict[Side, list[int]]] = {
    "left": [33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7],
    "right": [263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249],
}
# Places in a ring of `EYE_RING`, or of the 16 points that it picks.
RING_OUTER: Final = 0
"""Place of the outer corner in an eye's ring."""
RING_INNER: Final = 8
"""Place of the inner corner in an eye's ring."""
RING_UPPER: Final = slice(1, 8)
"""Places of the upper lid's points between the corners, from the outer one to the inner one."""
RING_LOWER: Final = slice(15, 8, -1)
"""Places of the lower lid's points between the corners, in that order too: each lies under the upper lid's."""
OUTER_CORNER: Final[dict[Side, int]] = {"left": 33, "right": 263}
INNER_CORNER: Final[dict[Side, int]] = {"left": 133, "right": 362}
NOSE_SIDE: Final[dict[Side, list[int]]] = {"left": [55, 193, 122, 196, 174], "right": [285, 417, 351, 419, 399]}
"""The bridge of the nose on an eye's side, from the brow down."""
IRIS: Final[dict[Side, list[int]]] = {"left": [468, 469, 470, 471, 472], "right": [473, 474, 475, 476, 477]}
"""Points of each iris: centre first, then four points of the limbus."""

BROW: Final[dict[Side, list[int]]] = {
    "left": [70, 63, 105, 66, 107, 46, 53, 52, 65, 55],
    "right": [300, 293, 334, 296, 336, 276, 283, 282, 295, 285],
}
FOREHEAD: Final = 10
"""Top of the face, on its middle line."""
CHIN: Final = 152
"""Bottom of the face, on its middle line."""
NASION: Final = 168
"""Point between the eyes, where the bridge of the nose begins."""
NOSE_TIP: Final = 1
MOUTH_CORNERS: Final = (61, 291)
EAR: Final[dict[Side, int]] = {"left": 234, "right": 454}
"""Where the face ends beside each eye, in front of the ear."""

FACE_OVAL: Final = [
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
]  # fmt: skip
