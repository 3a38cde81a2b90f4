"""The list of photos to look at: `batch` takes it as it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from open_the_eyes.batch.look_list import write_look_list
from open_the_eyes.batch.plan import plan
from open_the_eyes.batch.record import Record
from tests.batch.processors import photos, planned

NAMES = ("a", "# b", "an open one", "trailing.jpg ", "two\nlines")


def test_the_list_names_what_batch_can_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    photos(Path("in"), **dict.fromkeys(NAMES, "blink"))
    whole = planned(Path("in"), Path("out"))
    whole.folder.mkdir(parents=True)
    records = (
        Record(item.name, 1, 1, "", "", "unchanged", ("already_open" if "open" in item.name else "unsure",))
        for item in whole.items
    )
    path = write_look_list(whole, (record for record in records if record.to_look_at))
    assert path is not None
    again = plan([str(path)], "again")
    assert sorted(item.source.stem for item in again.items) == sorted({*NAMES} - {"an open one", "two\nlines"})
    assert "# no line can name" in path.read_text()

    assert write_look_list(whole, []) is None
    assert not path.exists(), "what was settled since is not looked for again"


def test_photos_at_an_address_have_no_list(tmp_path: Path) -> None:
    whole = replace(planned(photos(tmp_path / "in", a="blink"), tmp_path / "out"), address="memory://out")
    record = Record(whole.items[0].name, 1, 1, "", "", "unchanged", ("unsure",))
    assert write_look_list(whole, [record]) is None
