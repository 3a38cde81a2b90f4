"""LivePortrait's eye retargeting, from a checkout with weights, in a process and with a Python of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Final

from ..errors import OpenTheEyesError, UsageError
from ..files import read, write
from ..imaging.arrays import Rgb
from ..photo import Photo
from ..settings import Settings
from ..system.paths import is_there
from .contenders import Scene

EYE_RATIO: Final = 0.40
"""Lid gap : eye width that is asked for; usual open eyes have 0.35 to 0.45 in LivePortrait's landmarks."""
NEEDED: Final = ("src/live_portrait_pipeline.py", "pretrained_weights")
LIMIT_S: Final = 600.0
"""Longest wait for an answer: minutes to load and compile its networks, seconds for each photo after that."""
ENDED: Final = "the worker has ended"
WORKER: Final = Path(__file__).with_name("liveportrait_worker.py")


class LivePortrait:
    """Fulfils `Contender`; the worker starts with the first photo and ends when this is closed.

    Args:
        limit_s: how long to wait for an answer.

    Raises:
        UsageError: the folder holds no checkout, or no weights.
    """

    def __init__(self, checkout: Path, name: str, limit_s: float = LIMIT_S) -> None:
        missing = [part for part in NEEDED if not is_there(checkout / part)]
        if missing:
            raise UsageError(f"--liveportrait {checkout}: expected a checkout with weights, {missing[0]} is missing.")
        self.name = name
        self._checkout: Final = checkout.resolve()
        self._limit_s: Final = limit_s
        self._worker: subprocess.Popen[str] | None = None
        self._told: SimpleQueue[str] = SimpleQueue()

    def open(self, scene: Scene) -> Rgb:
        """The whole photo as LivePortrait pastes it back.

        Raises:
            OpenTheEyesError: the worker ended, took too long, or could not find the face.
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
        """Ends the worker, whatever it is busy with."""
        if self._worker is not None:
            self._worker.kill()
            self._worker.wait()
            if self._worker.stdin is not None:
                with suppress(OSError):  # what was still to be sent
                    self._worker.stdin.close()
            self._worker = None

    def _ask(self, line: str) -> str:
        sent = self._started()
        try:
            sent.write(line + "\n")
            sent.flush()
            return self._told.get(timeout=self._limit_s)
        except BrokenPipeError:
            return ENDED
        except Empty:
            self.close()  # its answer would be taken for the next one's
            return f"no answer in {self._limit_s:g} s"

    def _started(self) -> IO[str]:
        """What the worker is asked through; its answers come into a queue, since a pipe cannot be read with a limit."""
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
            self._told = SimpleQueue()
            threading.Thread(target=_heard, args=(self._worker.stdout, self._told), daemon=True).start()
        if self._worker.stdin is None:
            raise OpenTheEyesError(f"{self.name}: expected a pipe to its process, got none.")
        return self._worker.stdin


def _heard(stream: IO[str], lines: SimpleQueue[str]) -> None:
    """Its answers, without its own prints, and a last one when it has ended."""
    with stream:
        for line in stream:
            if line.startswith("OTE "):
                lines.put(line[len("OTE ") :].strip())
    lines.put(ENDED)
