"""Batches of one photo, from plan to summary, whose results are files that only the painting is missing from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from open_the_eyes.batch.manifest import Manifest
from open_the_eyes.batch.plan import Item, plan
from open_the_eyes.batch.process_item import process_item
from open_the_eyes.batch.run import BatchResult, Stop, run_batch
from open_the_eyes.batch.spec import BatchSpec
from open_the_eyes.batch.summary import summary_of
from open_the_eyes.errors import OpenTheEyesError
from open_the_eyes.files import read
from open_the_eyes.naming import numbered
from open_the_eyes.photo import Photo
from open_the_eyes.report import FaceReport, Report
from open_the_eyes.results import Opened
from open_the_eyes.settings import Settings
from open_the_eyes.system.digest import sha256_of
from tests.batch.processors import unwatched
from tests.files.pictures import RECORD, picture
from tests.stand_in import face_report, report_of


class Batch:
    """Batches over one photo, with a stand-in for the painting.

    Args:
        photo: in/a.jpg, or another one of that name.
        shade: of what is painted.
        before_each: happens before a photo is done.
    """

    shade: int = 0
    before_each: Callable[[], object] = staticmethod(lambda: None)

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.photo = folder / "in/a.jpg"
        self.photo.parent.mkdir()
        picture().save(self.photo)
        self._folder, self._monkeypatch = folder, monkeypatch
        self._read = read(self.photo, Settings())

    def __call__(
        self, spec: BatchSpec, *, keep_names: bool = False, blinks: bool = True, retry_failed: bool = False
    ) -> tuple[Counter[str], BatchResult]:
        """What this run did, and how it ended.

        Args:
            blinks: somebody's eyes need opening.
        """
        planned = plan([str(self.photo.parent)], self._folder / "out", keep_names=keep_names, copy=spec.copy)
        engine: Any = SimpleNamespace(settings=Settings())
        opened: Any = SimpleNamespace(report=self._report(), faces=(), changed=False)
        if blinks:
            painted = [self._painted(spec, one) for one in range(spec.options.generate.variations)]
            opened = Opened(tuple(painted), self._report(face_report()))
        self._monkeypatch.setattr("open_the_eyes.batch.process_item.open_eyes", lambda *_, **__: opened)

        def execute(items: Sequence[Item], stop: Stop) -> Generator[Any, None, None]:  # noqa: ARG001
            for item in items:
                self.before_each()
                yield process_item(item, spec, spec.fingerprint, engine, planned.out, tuple)

        with Manifest(planned.folder) as manifest:
            ran = run_batch(planned, spec, manifest, execute, retry_failed=retry_failed, watch=unwatched)
            told = summary_of(planned, spec, manifest, ran.tally, ran.left, ran.replaced)
        result = planned.within(numbered(planned.items[0].output, spec.options.generate.variations)[0])
        assert told["kept_results"] == ([result] if told["kept"] else [])
        assert told["this_run"]["replaced_although_changed"] == list(ran.replaced)
        return ran.tally.now, ran

    def _report(self, *faces: FaceReport) -> Report:
        report = report_of("a.jpg", *faces)
        return replace(report, input=replace(report.input, sha256=sha256_of(self.photo)))

    def _painted(self, spec: BatchSpec, number: int) -> Photo:
        pixels = self._read.pixels.copy()
        pixels[10:20, 10:30] = len(spec.painter) + number + 100 * self.shade
        file = self._read.file
        with suppress(OpenTheEyesError):  # where a test has it away, or makes it what is no photo
            file = read(self.photo, Settings()).file
        return replace(self._read.with_pixels(pixels), edit=RECORD, file=file)


def chosen_by_hand(result: Path) -> bytes:
    data = result.read_bytes() + b"other eyes"
    result.write_bytes(data)
    return data
