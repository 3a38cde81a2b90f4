"""How far the package's networks are from MediaPipe's own graphs: `python -m training.face_networks.compare FACES`.

Needs MediaPipe 0.10.21 itself, which Python 3.13 cannot have; an environment of its own is best:
`pip install mediapipe==0.10.21 -e .`
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from open_the_eyes.imaging.arrays import Points, Rgb
from open_the_eyes.imaging.face.face_crop import drawn
from open_the_eyes.imaging.pyramid import Pyramid
from open_the_eyes.models.faces.detections import Detection
from open_the_eyes.models.faces.finder import MIN_HIT, place_of
from open_the_eyes.models.faces.networks import MESH_PX, FaceNetworks
from open_the_eyes.models.faces.tiles import Overview
from open_the_eyes.portrait import portrait

FINDER_GRAPH: Final = "mediapipe/modules/face_detection/face_detection_full_range_cpu.binarypb"
MIN_SCORE: Final = "facedetectionfullrange__facedetection__TensorsToDetectionsCalculator.min_score_thresh"
MESH_GRAPH: Final = """
input_stream: "image"
input_stream: "roi"
input_side_packet: "with_attention"
output_stream: "landmarks"
node {
  calculator: "FaceLandmarkCpu"
  input_stream: "IMAGE:image"
  input_stream: "ROI:roi"
  input_side_packet: "WITH_ATTENTION:with_attention"
  output_stream: "LANDMARKS:landmarks"
}
"""
PRESENCE: Final = "facelandmarkcpu__face_presence_score"


class Original:
    """MediaPipe's two graphs, which answer as `FaceNetworks` does."""

    def __init__(self) -> None:
        import mediapipe  # noqa: F401 - describes to Python the options of calculators
        from mediapipe.framework.formats import rect_pb2
        from mediapipe.python.solution_base import PacketDataType, SolutionBase

        self._all = rect_pb2.NormalizedRect(x_center=0.5, y_center=0.5, width=1, height=1, rotation=0)
        types = {"image": PacketDataType.IMAGE_FRAME, "roi": PacketDataType.PROTO, "landmarks": PacketDataType.PROTO}
        self._mesh: Any = SolutionBase(
            graph_config=MESH_GRAPH,
            side_inputs={"with_attention": True},
            outputs=["landmarks", PRESENCE],
            stream_type_hints=types,
        )
        parameters = {MIN_SCORE: MIN_HIT}
        self._finder: Any = SolutionBase(
            binary_graph_path=FINDER_GRAPH, outputs=["detections"], calculator_params=parameters
        )

    def find(self, window: Rgb) -> list[Detection]:
        detections = []
        for one in self._finder.process({"image": window}).detections or []:
            box, points = one.location_data.relative_bounding_box, one.location_data.relative_keypoints
            corners = np.array([[box.xmin, box.ymin], [box.xmin + box.width, box.ymin + box.height]])
            detections.append(Detection(corners, np.array([[p.x, p.y] for p in points]), float(one.score[0])))
        return sorted(detections, key=lambda detection: -detection.score)

    def mesh(self, crop: Rgb) -> tuple[Points | None, float]:
        """None for the points where it is surer than 9 in 10 that there is no face."""
        seen = self._mesh.process({"image": crop, "roi": self._all})
        presence, landmarks = getattr(seen, PRESENCE), seen.landmarks
        if landmarks is None:
            return None, float(presence or 0)
        points = np.array([[p.x, p.y, p.z] for p in landmarks.landmark], np.float64) * MESH_PX
        points[:, :2] -= 0.5
        return points, float(presence)


def crops(pixels: Rgb, networks: FaceNetworks, tilt_deg: float = 0.0) -> Iterator[tuple[Rgb, Rgb]]:
    """A photo as the finder sees it, and the first face there as the mesh does, tilted by so much."""
    photo = Pyramid(pixels)
    window = Overview(photo).whole(1.0)
    for detection in networks.find(window.pixels)[:1]:
        place = place_of(detection, window)
        place = replace(place, roll_deg=place.roll_deg + tilt_deg)
        yield window.pixels, drawn(photo, place.to_photo(MESH_PX), (MESH_PX, MESH_PX))


def compared(photos: list[Path]) -> None:
    """Prints the largest differences."""
    original, networks = Original(), FaceNetworks(MIN_HIT)
    places, points, presences, other = [0.0], [0.0], [0.0], 0
    for photo in photos:
        pixels = cv2.imread(str(photo))
        for window, crop in () if pixels is None else crops(np.ascontiguousarray(pixels[..., ::-1]), networks):
            theirs, ours = original.find(window), networks.find(window)
            other += len(theirs) != len(ours)
            places += [abs(a.corners - b.corners).max() * MESH_PX for a, b in zip(theirs, ours, strict=False)]
            (mesh, presence), (our_mesh, our_presence) = original.mesh(crop), networks.mesh(crop)
            presences.append(abs(presence - our_presence))
            if mesh is not None:
                points.append(float(abs(mesh - our_mesh).max()))
    print(f"{len(presences) - 1} faces; windows with more or fewer detections: {other}")
    print(f"largest differences: boxes {max(places):.6f} px, mesh {max(points):.6f} px, presence {max(presences):.7f}")


def kept(path: Path) -> None:
    """Writes what MediaPipe says of a crop of the portrait, for the tests: tilted, so that each step has to turn."""
    original = Original()
    (_, crop), *_ = crops(portrait(), FaceNetworks(MIN_HIT), tilt_deg=20)
    arrays: dict[str, Any] = {"crop": crop}
    for name, view in _views(crop).items():
        detections, (points, presence) = original.find(view), original.mesh(view)
        arrays[f"{name}: hits"] = np.array([[*d.corners.ravel(), *d.keypoints.ravel(), d.score] for d in detections])
        arrays |= {f"{name}: points": points, f"{name}: presence": presence}
    np.savez_compressed(path, **arrays)


def _views(crop: Rgb) -> dict[str, Rgb]:
    return {"as it is": crop, "mirrored": crop[:, ::-1].copy(), "dark": np.asarray(crop // 4, np.uint8)}


def main() -> None:
    parser = argparse.ArgumentParser("training.face_networks.compare", description="Against MediaPipe's own graphs.")
    parser.add_argument("faces", type=Path, nargs="?", help="a folder of photos")
    parser.add_argument("--every", type=int, default=1, help="only each so-manieth photo")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="what MediaPipe says of the portrait goes here")
    given = parser.parse_args()
    if given.keep is not None:
        kept(given.keep)
    if given.faces is not None:
        compared(
            sorted(path for path in given.faces.rglob("*") if path.suffix.lower() in (".jpg", ".png"))[:: given.every]
        )


if __name__ == "__main__":
    main()
