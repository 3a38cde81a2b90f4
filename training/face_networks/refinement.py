"""Which of the mesh's 478 points come from which of the network's measurements.

The coarse mesh has 468; lips and eyes are measured again, closer, and the irises, which it has not, are five points
each (centre, and the rim's right, top, left and bottom). Depth is the coarse mesh's; an iris has the mean of its eye's
rim.
From MediaPipe 0.10.21, mediapipe/modules/face_landmark/tensors_to_face_landmarks_with_attention.pbtxt.
"""

from __future__ import annotations

from typing import Final

COARSE: Final = 468
LIPS: Final = (
    *(61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409),
    *(78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 191, 80, 81, 82, 13, 312, 311, 310, 415),
    *(76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306, 184, 74, 73, 72, 11, 302, 303, 304, 408),
    *(62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292, 183, 42, 41, 38, 12, 268, 271, 272, 407),
)
LEFT_RIM: Final = (33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173)
LEFT_EYE: Final = (
    *LEFT_RIM,
    *(130, 25, 110, 24, 23, 22, 26, 112, 243, 247, 30, 29, 27, 28, 56, 190),
    *(226, 31, 228, 229, 230, 231, 232, 233, 244, 113, 225, 224, 223, 222, 221, 189),
    *(35, 124, 46, 53, 52, 65),
    *(143, 111, 117, 118, 119, 120, 121, 128, 245, 156, 70, 63, 105, 66, 107, 55, 193),
)
"""On the picture's left, as the network's own names have it."""
RIGHT_RIM: Final = (263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398)
RIGHT_EYE: Final = (
    *RIGHT_RIM,
    *(359, 255, 339, 254, 253, 252, 256, 341, 463, 467, 260, 259, 257, 258, 286, 414),
    *(446, 261, 448, 449, 450, 451, 452, 453, 464, 342, 445, 444, 443, 442, 441, 413),
    *(265, 353, 276, 283, 282, 295),
    *(372, 340, 346, 347, 348, 349, 350, 357, 465, 383, 300, 293, 334, 296, 336, 285, 417),
)
LEFT_IRIS: Final = (468, 469, 470, 471, 472)
RIGHT_IRIS: Final = (473, 474, 475, 476, 477)

PARTS: Final = (
    ("output_lips", LIPS),
    ("output_left_eye", LEFT_EYE),
    ("output_right_eye", RIGHT_EYE),
    ("output_left_iris", LEFT_IRIS),
    ("output_right_iris", RIGHT_IRIS),
)
"""The network's outputs beside the coarse mesh, and the points that are theirs; of two the later one's counts."""


def sources() -> list[int]:
    """Of each of the 478 points its place in a list of the coarse mesh's points followed by all the parts'."""
    places = list(range(COARSE)) + [-1] * (len(LEFT_IRIS) + len(RIGHT_IRIS))
    begin = COARSE
    for _, points in PARTS:
        for n, point in enumerate(points):
            places[point] = begin + n
        begin += len(points)
    return places
