"""`best-take` and its own earlier results: where the new one may go."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from open_the_eyes.cli import main
from open_the_eyes.files import EditRecord, write
from open_the_eyes.frames import Frame
from open_the_eyes.photo import Photo
from open_the_eyes.report import Report
from tests.stand_in import face_report, report_of

RECORD = EditRecord(engine="reference", mode="standard", seed=0, version="0.1.0", faces=((1, "opened"),))


@pytest.fixture
def burst(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """burst/{shot1.png, shot2.png}, small, of which the first is taken as it stands."""

    def taken(photos: Sequence[Photo], *_: object, **__: object) -> Any:
        base = [int(photo.pixels[0, 0, 0]) for photo in photos].index(1)

        def save(path: Path, *, overwrite: bool, quality: int | None) -> Report:
            write(photos[base], path, record=RECORD, overwrite=overwrite, quality=quality)
            return report_of("shot1.png", face_report(), outputs=(str(path),))

        opened = SimpleNamespace(changed=True, report=report_of("shot1.png"), save=save)
        frames = tuple(Frame("", 1, 1, 0, 1.0, 1.0, (16, 16)) for _ in photos)
        return SimpleNamespace(frames=frames, base=base, opened=opened)

    monkeypatch.setattr("open_the_eyes.burst.best_take", taken)
    monkeypatch.setattr("open_the_eyes.engine.load_engine", lambda *_: None)
    monkeypatch.chdir(tmp_path)
    Path("burst").mkdir()
    for number in (1, 2):
        write(Photo(np.full((16, 16, 3), number, np.uint8)), Path(f"burst/shot{number}.png"), record=None)
    return Path("burst")


@pytest.mark.parametrize(
    "out",
    [
        pytest.param(None, id="beside the frame"),
        pytest.param("burst/best.png", id="a file"),
        pytest.param("burst/new/../best.png", id="by another way"),
    ],
)
def test_its_own_result_is_replaced_where_asked_and_a_frame_never(
    burst: Path, capsys: pytest.CaptureFixture[str], out: str | None
) -> None:
    again = ["best-take", "burst", "--overwrite", *([] if out is None else ["-o", out])]
    result = burst / ("shot1.opened.png" if out is None else "best.png")
    assert main(again) == 0
    made = result.read_bytes()
    assert main(again) == 0
    assert f"left out: {result}, which open-the-eyes made" in capsys.readouterr().err
    assert main([one for one in again if one != "--overwrite"]) == 3
    assert f"{out or result} is there already; --overwrite replaces it" in capsys.readouterr().err
    assert result.read_bytes() == made

    result.write_bytes((burst / "shot2.png").read_bytes())  # a photograph now, whatever its name
    assert main(again) == 2
    assert "the original is never replaced" in capsys.readouterr().err
    assert result.read_bytes() == (burst / "shot2.png").read_bytes()


@pytest.mark.parametrize(
    "out", [pytest.param(None, id="beside the frame"), pytest.param("burst/best.png", id="a file")]
)
def test_a_photo_that_was_named_itself_is_never_replaced(
    burst: Path, capsys: pytest.CaptureFixture[str], out: str | None
) -> None:
    again = ["best-take", "burst", "--overwrite", *([] if out is None else ["-o", out])]
    result = burst / ("shot1.opened.png" if out is None else "best.png")
    assert main(again) == 0
    made = result.stat()
    assert main([*again, str(result)]) == 2
    assert f"{out or result} is one of the files given; the original is never replaced" in capsys.readouterr().err
    assert result.stat().st_ino == made.st_ino


def test_the_result_has_the_quality_asked_for(burst: Path) -> None:
    sizes = []
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    noise[0, 0, 0] = 1
    write(Photo(noise), burst / "shot1.png", record=None, overwrite=True)
    for quality in ("30", "95"):
        assert main(["best-take", "burst", "-o", f"{quality}.jpg", "--quality", quality]) == 0
        sizes.append(Path(f"{quality}.jpg").stat().st_size)
    assert sizes[0] < 0.6 * sizes[1]
