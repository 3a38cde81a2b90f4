"""A stand-in for everything behind the command line, and reports made by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from open_the_eyes.errors import NoRoomOnDisk, PhotoNotWritten, UnreadablePhoto
from open_the_eyes.imaging.face.mesh478 import Side
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.options import Options
from open_the_eyes.origins import NoDonors
from open_the_eyes.report import EyeReport, FaceReport, InputReport, OutputReport, Report, StageReport
from open_the_eyes.roles import Outcome


def face_report(
    outcome: Outcome = "opened",
    *,
    number: int = 1,
    why: str = "",
    notes: tuple[str, ...] = (),
    no_donor: NoDonors | None = None,
    before: tuple[float, float] = (0.21, 0.25),
    after: tuple[float | None, float | None] = (None, None),
) -> FaceReport:
    eyes: dict[Side, EyeReport] = {"left": EyeReport(before[0], after[0]), "right": EyeReport(before[1], after[1])}
    return FaceReport(number, Box(0, 0, 100, 100), outcome, why, eyes, notes=notes, no_donor=no_donor)


def report_of(path: str, *faces: FaceReport, outputs: tuple[str, ...] = ()) -> Report:
    return Report(
        input=InputReport(path, "00" * 32, (640, 480), "JPEG"),
        engine="appearance",
        mode="standard",
        seed=0,
        faces=faces,
        stages=(StageReport("read", 0.01), StageReport("detect", 0.03, 200.0)),
        outputs=tuple(OutputReport(output, "11" * 32) for output in outputs),
    )


@dataclass
class StandIn:
    """Plays engine and pipeline: the file's text says what becomes of it ("blink", "open", "broken", "full", ...)."""

    calls: list[tuple[Path, Options]] = field(default_factory=list)
    saved: list[dict[str, Any]] = field(default_factory=list)

    def open_eyes(
        self, photo: Path, options: Options, *, engine: Any, progress: Callable[[str, float], None], **_: Any
    ) -> Any:
        self.calls.append((photo, options))
        assert engine.name == "appearance"
        progress("detect", 0.5)
        said = photo.read_text() if photo.exists() else "broken"
        if said in ("broken", "bug", "interrupt", "memory"):
            raise {
                "broken": UnreadablePhoto(f"{photo}: expected a photo, got text. Name a JPEG."),
                "bug": ZeroDivisionError("division by zero"),
                "interrupt": KeyboardInterrupt(),
                "memory": MemoryError(),
            }[said]
        opens = said in ("blink", "full")
        face = face_report("opened", after=(0.98, 0.97)) if opens else face_report("already_open")
        report = report_of(str(photo), face)

        def save(path: Path, *, overwrite: bool = False, **how: Any) -> Report:
            if path.exists() and not overwrite:
                raise PhotoNotWritten(f"{path} is there already")
            if said == "full":
                raise NoRoomOnDisk(f"{path}: expected to write here, got: no room; make room.")
            path.write_text("opened")
            self.saved.append(how)
            return replace(report, outputs=(OutputReport(str(path), "11" * 32),))

        return SimpleNamespace(changed=opens, report=report, options=options, save=save)


def photos(*said: str) -> list[str]:
    """photo1.jpg, photo2.jpg, ... in the present folder."""
    names = [f"photo{number}.jpg" for number in range(1, len(said) + 1)]
    for name, text in zip(names, said, strict=True):
        Path(name).write_text(text)
    return names
