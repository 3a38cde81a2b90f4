"""What the record of one photo says."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from open_the_eyes.batch.process_item import process_item
from open_the_eyes.settings import Settings
from tests.batch.processors import SPEC, planned
from tests.stand_in import face_report, report_of


def test_what_to_do_about_a_face_is_said_with_the_command_that_does_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = "Nobody in ref.jpg is surely this person (if one is, say which: {}--match 2=ref.jpg:1)."
    faces = (face_report("unsure", reason=why.format("")),)
    opened = SimpleNamespace(report=report_of("a.png", *faces), faces=faces, changed=False)
    monkeypatch.setattr("open_the_eyes.batch.process_item.open_eyes", lambda *_, **__: opened)
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    engine: Any = SimpleNamespace(settings=Settings())

    (item,) = planned(tmp_path, tmp_path / "out").items
    record = process_item(item, SPEC, "", engine, tmp_path)

    assert record.reasons == (why.format("open "),)
