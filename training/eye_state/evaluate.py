"""How often open eyes are called closed, and closed eyes open, by the whole detector.

    python training/eye_state/evaluate.py FACES [--mistakes FOLDER]

FACES holds `val`, `identity`, `groups`, `closed` and `eye_state`, of which only the held-out fifth is looked at.
Pictures of `groups` named `group_*` hold people who blink; the open figure uses the others. With --mistakes, each
mistaken or unsure face is written there as a PNG to be looked at: keep that folder out of the repository.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from data import held_out, read
from PIL import Image

from open_the_eyes.imaging.facecrop import warped
from open_the_eyes.models.face_finder import place_around
from open_the_eyes.models.mediapipe_faces import MediapipeDetector
from open_the_eyes.roles import Face
from open_the_eyes.settings import Settings
from open_the_eyes.stages.choose import face_states


def judged(pixels: np.ndarray, largest_only: bool, detector: MediapipeDetector) -> list[tuple[Face, dict]]:
    """Faces that can be edited, each with the states of its eyes."""
    faces = detector.detect(pixels)
    if largest_only and faces:
        faces = [max(faces, key=lambda face: face.box.area)]
    return [(face, face_states(face)) for face in faces]


def shrunk(pixels: np.ndarray, face_px: int, detector: MediapipeDetector) -> np.ndarray:
    """The picture reduced until its largest face is `face_px` wide."""
    width = max((face.box.width for face in detector.detect(pixels)), default=0)
    if width <= face_px:
        return pixels
    return cv2.resize(pixels, None, fx=face_px / width, fy=face_px / width, interpolation=cv2.INTER_AREA)


def figures(
    name: str,
    paths: Iterable[Path],
    truth: str,
    largest_only: bool,
    detector: MediapipeDetector,
    out: Path | None,
    face_px: int = 0,
) -> Counter:
    """Counts over a set of pictures; prints one line."""
    count: Counter = Counter()
    started = time.time()
    for path in paths:
        pixels = shrunk(read(path), face_px, detector) if face_px else read(path)
        count["photos"] += 1
        found = judged(pixels, largest_only, detector)
        count["photos without a face"] += not found
        for number, (face, states) in enumerate(found):
            count["faces"] += 1
            if face.refusal:
                count[face.refusal] += 1
            else:
                for state in states.values():
                    count[state] += 1
            if out and (face.refusal or any(state != truth for state in states.values())):
                chances = [f"{round(100 * face.eyes[side].closed_probability):02d}" for side in states]
                label = face.refusal or "-".join([*states.values(), *chances])
                crop = warped(pixels, place_around(face.landmarks).to_photo(256), (256, 256))
                Image.fromarray(crop).save(out / f"{name}.{label}.{path.stem}.{number}.png")
    eyes = max(count["open"] + count["closed"] + count["unsure"], 1)
    wrong = count["closed"] if truth == "open" else count["open"]
    print(
        f"{name:16} {count['photos']:4} photos, {count['photos without a face']} without a face; "
        f"{count['faces']} faces, "
        f"{count['too_small']} too small, {count['profile']} profile, {count['covered']} covered; {eyes} eyes: "
        f"{count['open']} open, {count['unsure']} unsure, {count['closed']} closed; wrong {wrong / eyes:.2%} "
        f"({(time.time() - started) / max(count['photos'], 1) * 1e3:.0f} ms a photo)",
        flush=True,
    )
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path)
    parser.add_argument("--mistakes", type=Path)
    arguments = parser.parse_args()
    if arguments.mistakes:
        arguments.mistakes.mkdir(parents=True, exist_ok=True)
    root, out, detector = arguments.faces, arguments.mistakes, MediapipeDetector(Settings())

    def over(name: str, paths: Iterable[Path], truth: str, largest_only: bool) -> Counter:
        return figures(name, paths, truth, largest_only, detector, out)

    closed = over("closed", sorted((root / "closed").glob("*.jpg")), "closed", True)
    groups = sorted((root / "groups").glob("*.jpg"))
    opened = over("open groups", [path for path in groups if path.name.startswith("open")], "open", False)
    over("blinking groups", [path for path in groups if path.name.startswith("group")], "open", False)
    over("open refs", sorted((root / "closed" / "open_refs").glob("*.jpg")), "open", True)
    opened += over("identity", sorted((root / "identity").glob("*.jpg")), "open", True)
    opened += over("val", sorted((root / "val").glob("*.jpg")), "open", True)
    for truth in ("closed", "open"):
        held = [path for path in sorted((root / "eye_state" / truth).glob("*.jpg")) if held_out(path)]
        over(f"held-out {truth}", held, truth, True)
    for size in (56, 70, 100):
        for truth, folder in (("closed", "closed"), ("open", "identity")):
            paths = sorted((root / folder).glob("*.jpg"))
            figures(f"{truth}, {size} px", paths, truth, True, detector, out, size)
    total = opened["open"] + opened["unsure"] + opened["closed"]
    print(f"open eyes called closed: {opened['closed'] / total:.2%} of {total} (wanted: at most 1 %)")
    total = closed["open"] + closed["unsure"] + closed["closed"]
    print(f"closed eyes called open: {closed['open'] / total:.2%} of {total} (wanted: at most 3 %)")


if __name__ == "__main__":
    main()
