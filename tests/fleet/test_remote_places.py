"""Nothing of a batch at addresses takes the place of a photo, or of another photo's result."""

from __future__ import annotations

import os
import re
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from open_the_eyes.batch.plan import Item
from open_the_eyes.errors import PhotoNotWritten, UsageError
from open_the_eyes.options import GenerateOptions, Options
from tests.batch.processors import SPEC
from tests.fleet.test_remote_processor import MemoryFileSystem, doer  # without fsspec it ends here

from open_the_eyes.cli.batch.places import planned  # isort: skip
from open_the_eyes.fleet.remote import RemoteFolders, _check_apart, plan_remote  # isort: skip -- needs fsspec

JPEG = b"\xff\xd8\xff\xe0 as good as a photo"
PNG = b"\x89PNG\r\n\x1a\n as good as a photo"


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("name", "out", "options", "says"),
    [
        pytest.param("x.jpg", "", {"keep_names": True}, r"^--keep-names: .* never replaced", id="over the originals"),
        pytest.param("x.jpg", "", {"copy": True}, r"^--copy: .* never replaced", id="copies onto the originals"),
        pytest.param("in/a.jpg", "..", {"keep_names": True}, "^memory://c/in/a.jpg: .* is there", id="onto a photo"),
        pytest.param("in/a.jpg", "..", {"copy": True}, "^memory://c/in/a.jpg: .* is there", id="a copy onto a photo"),
        pytest.param(
            "a.2.jpg", "out", {"keep_names": True, "copy": True, "variations": 2}, "both would be", id="onto a result"
        ),
        pytest.param("in/a.jpg", "..", {}, None, id="names of their own"),
        pytest.param("in/a.jpg", "out", {"keep_names": True, "copy": True}, None, id="below the photos"),
        pytest.param("a.2.jpg", "out", {"keep_names": True, "variations": 2}, None, id="variations alone"),
    ],
)
def test_nothing_takes_the_place_of_a_photo(name: str, out: str, options: dict[str, Any], says: str | None) -> None:
    for photo in ("a.jpg", name):
        MemoryFileSystem().pipe_file(f"/c/in/{photo}", b"blink")
    options = {"keep_names": False, "copy": False, "variations": 1, **options}
    where = {"": "memory://c/in", "..": "memory://c", "out": "memory://c/in/out"}[out]
    refused = nullcontext() if says is None else pytest.raises(UsageError, match=says)
    with refused:
        planned(["memory://c/in"], where, (), ray=True, **options)


def test_folders_of_this_machine_are_one_place_under_another_name_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.jpg").write_bytes(JPEG)
    (tmp_path / "again").symlink_to("in", target_is_directory=True)
    monkeypatch.setattr(os.path, "realpath", os.path.abspath)
    with pytest.raises(UsageError, match="originals are never replaced"):
        plan_remote(RemoteFolders(f"file://{tmp_path}/in", f"file://{tmp_path}/again"), tmp_path, keep_names=True)


@pytest.mark.usefixtures("store")
def test_hidden_photos_are_told_and_left_out(tmp_path: Path) -> None:
    for name in ("a.jpg", ".b.jpg", "._a.jpg", ".DS_Store", ".old/c.jpg", "notes.md", "out/.d.jpg"):
        MemoryFileSystem().pipe_file(f"/d/in/{name}", JPEG)
    found = plan_remote(RemoteFolders("memory://d/in", "memory://d/in/out"), tmp_path)
    assert [item.name for item in found.items] == ["a.jpg"]
    assert found.left_out.counts == {"hidden photo": 1, "other file": 1}
    assert found.left_out.paths["hidden photo"] == [".b.jpg"]


@pytest.mark.parametrize("keep_names", [True, False])
@pytest.mark.parametrize("out", ["out", "elsewhere"])
def test_no_photo_of_this_machine_is_replaced_by_way_of_a_link(tmp_path: Path, out: str, keep_names: bool) -> None:
    for folder in ("in/day", "out", "elsewhere"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "in/day/a.jpg").write_bytes(JPEG)
    (tmp_path / "out/day").symlink_to("../in/day", target_is_directory=True)
    (tmp_path / "elsewhere/c.jpg").write_bytes(JPEG)
    (tmp_path / "in/c.jpg").symlink_to("../elsewhere/c.jpg")
    remote = RemoteFolders(f"file://{tmp_path}/in", f"file://{tmp_path}/{out}")
    name = {"out": "day/a.jpg", "elsewhere": "c.jpg"}[out]
    says = re.escape(f"{remote.out}/{name}: expected a free place, a photo that was given is there")
    with pytest.raises(UsageError, match=says) if keep_names else nullcontext():
        plan_remote(remote, tmp_path, keep_names=keep_names)


@pytest.mark.parametrize("linked", [True, False])
def test_nor_is_one_by_a_misnamed_photo(tmp_path: Path, linked: bool) -> None:
    (tmp_path / "in/day").mkdir(parents=True)
    (tmp_path / "in/day/a.jpg").write_bytes(PNG)
    (tmp_path / "in/day/a.png").write_bytes(JPEG)
    (tmp_path / "out").mkdir()
    if linked:
        (tmp_path / "out/day").symlink_to("../in/day", target_is_directory=True)
    else:
        (tmp_path / "out/day").mkdir()
    (tmp_path / "out/day/a.png").write_bytes(JPEG)  # of an earlier run, where it is no photo
    remote = RemoteFolders(f"file://{tmp_path}/in", f"file://{tmp_path}/out")
    item = Item("day/a.jpg", Path("day/a.jpg"), Path("day/a.jpg"), Path("day/a.jpg"), len(PNG), 0)
    refused = pytest.raises(PhotoNotWritten, match="a photo that was given is there") if linked else nullcontext()
    with refused:
        _check_apart(item, Path("day/a.png"), remote, SPEC)


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("beside", "outcome"),
    [
        pytest.param({}, "opened", id="alone"),
        pytest.param({"a.webp": b"RIFF    WEBP", "aa.png": PNG, "a.txt": b""}, "opened", id="others beside it"),
        pytest.param({"a.png": PNG}, "failed", id="a photo that has its result there"),
        pytest.param({"a.webp": PNG}, "failed", id="another misnamed one"),
        pytest.param({"a.png": JPEG}, "opened", id="one that swaps suffixes with it"),
    ],
)
def test_a_result_is_named_for_the_format_it_has(tmp_path: Path, beside: dict[str, bytes], outcome: str) -> None:
    for name, data in {"a.jpg": PNG, **beside}.items():
        MemoryFileSystem().pipe_file(f"/shoot/{name}", data)
    do, item = doer(tmp_path / "out")
    told = do(item)
    assert told.state == outcome
    assert [output.path for output in told.outputs] == (["a.opened.png"] if outcome == "opened" else [])
    assert ("/bucket/out/a.opened.png" in MemoryFileSystem.store) == (outcome == "opened")
    assert told.error == "" or told.error.endswith("rename one of them.")


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("variations", "original", "state"),
    [
        pytest.param(1, "a.png", "failed", id="its result"),
        pytest.param(2, "a.2.png", "failed", id="a variation"),
        pytest.param(2, "a.png", "opened", id="beside its variations"),
    ],
)
def test_no_result_named_for_its_format_takes_the_place_of_a_photo(
    tmp_path: Path, variations: int, original: str, state: str
) -> None:
    MemoryFileSystem().pipe_file("/c/in/in/a.jpg", PNG)
    MemoryFileSystem().pipe_file(f"/c/in/{original}", b"an original")
    spec = replace(SPEC, overwrite=True, options=Options(generate=GenerateOptions(variations=variations)))
    do, item = doer(tmp_path / "out", RemoteFolders("memory://c/in", "memory://c"), spec)
    told = do(replace(item, name="in/a.jpg", source=Path("in/a.jpg"), output=Path("in/a.jpg"), copy=Path("in/a.jpg")))
    assert told.state == state
    if state == "failed":
        assert "a photo that was given is there" in told.error
        assert MemoryFileSystem().cat_file(f"/c/in/{original}") == b"an original"


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("copy", "output", "variations", "beside", "state"),
    [
        pytest.param(True, "a.jpg", 1, "a.png", "failed", id="names kept"),
        pytest.param(True, "a.jpg", 2, "a.2.png", "failed", id="a variation"),
        pytest.param(True, "a.opened.jpg", 1, "a.png", "opened", id="names of their own"),
        pytest.param(False, "a.jpg", 1, "a.png", "opened", id="no copies"),
    ],
)
def test_no_result_named_for_its_format_goes_where_another_photo_is_copied(
    tmp_path: Path, copy: bool, output: str, variations: int, beside: str, state: str
) -> None:
    for name, data in {"a.jpg": PNG, beside: JPEG}.items():
        MemoryFileSystem().pipe_file(f"/shoot/{name}", data)
    spec = replace(SPEC, copy=copy, options=Options(generate=GenerateOptions(variations=variations)))
    do, item = doer(tmp_path / "out", spec=spec)
    told = do(replace(item, output=Path(output)))
    assert (told.state, f"{beside} has its copy there" in told.error) == (state, state == "failed")
