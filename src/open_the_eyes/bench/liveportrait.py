"""LivePortrait's eye retargeting, from a checkout with weights, in a process and with a Python of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Final

from ..errors import OpenTheEyesError, UsageError
from ..files import read, write
from ..imaging.arrays import Rgb
from ..photo import Photo
from ..settings import Settings
from .contenders import Scene

EYE_RATIO: Final = 0.40
"""Lid gap : eye width that is asked for; usual open eyes have 0.35 to 0.45 in its landmarks."""
NEEDED: Final = ("src/live_portrait_pipeline.py", "pretrained_weights")
WORKER: Final = Path(__file__).with_name("liveportrait_worker.py")


class LivePortrait:
    """Fulfils `Contender`; the worker starts with the first photo and ends when this is closed.

    Raises:
        UsageError: the folder holds no checkout, or no weights.
    """

    def __init__(self, checkout: Path, name: str) -> None:
        missing = [part for part in NEEDED if not (checkout / part).exists()]
        if missing:
            raise UsageError(f"--liveportrait {checkout}: expected a checkout with weights, {missing[0]} is missing.")
        self.name = name
        self._checkout: Final = checkout.resolve()
        self._worker: subprocess.Popen[str] | None = None

    def open(self, scene: Scene) -> Rgb:
        """The whole photo as LivePortrait pastes it back.

        Raises:
            OpenTheEyesError: the worker ended, or could not find the face.
        """
        with tempfile.TemporaryDirectory() as folder:
            before, after = Path(folder) / "before.png", Path(folder) / "after.png"
            write(Photo(scene.pixels), before, record=None)
            asked = {"photo": str(before), "out": str(after), "eye_ratio": EYE_RATIO}
            answer = self._ask(json.dumps(asked))
            if not after.is_file():
                raise OpenTheEyesError(f"{self.name}: expected a picture, got: {answer:.200}")
            return read(after, Settings()).pixels

    def close(self) -> None:
        """Ends the worker."""
        if self._worker is not None:
            self._worker.terminate()
            self._worker.communicate()
            self._worker = None

    def _ask(self, line: str) -> str:
        sent, told = self._streams()
        try:
            sent.write(line + "\n")
            sent.flush()
        except BrokenPipeError:
            return "the worker has ended"
        # its own prints come before the answer
        return next((got[len("OTE ") :].strip() for got in told if got.startswith("OTE ")), "the worker has ended")

    def _streams(self) -> tuple[IO[str], IO[str]]:
        if self._worker is None:
            own = [self._checkout / ".venv" / part for part in ("bin/python", "Scripts/python.exe")]
            python = next((str(path) for path in own if path.exists()), sys.executable)
            self._worker = subprocess.Popen(
                [python, str(WORKER)],
                cwd=self._checkout,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        if self._worker.stdin is None or self._worker.stdout is None:
            raise OpenTheEyesError(f"{self.name}: expected pipes to its process, got none.")
        return self._worker.stdin, self._worker.stdout
