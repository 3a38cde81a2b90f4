"""`edit_in` and `replay`: from Python a file tells how it was made, and is made again, as on the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from open_the_eyes import EditRecord, Options, Photo, UnreadablePhoto, UsageError, edit_in, look, open_eyes, replay
from open_the_eyes.arguments import Source
from open_the_eyes.demo.show import DemoResult
from open_the_eyes.engine import Engine
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.system.digest import sha256_of
from open_the_eyes.version import __version__

RECORD = EditRecord(engine="appearance", mode="standard", seed=0, version=__version__, faces=((1, "opened"),))


@pytest.fixture
def edit(opened: Path) -> EditRecord:
    found = edit_in(opened)
    assert found is not None
    return found


def test_a_replay_gives_the_bytes_that_the_command_wrote(demo: DemoResult, edit: EditRecord, engine: Engine) -> None:
    data, told = replay(demo.before, edit, engine=engine).encoded("PNG")
    assert data == demo.after.read_bytes()
    assert told.sha256 == sha256_of(demo.after)


def test_one_of_several_is_replayed_alone_and_once_as_it_was_picked(engine: Engine, blink: Path) -> None:
    result = open_eyes(blink, Options.of(variations=2, mode="fast", seed=4), engine=engine)
    for one in (result.only(2), result.picked({1: 2})):
        data, _ = one.encoded()
        edit = edit_in(data)
        assert edit is not None
        assert edit == edit_in(one.photo) == one.photo.edit
        assert replay(blink, edit, engine=engine).encoded()[0] == data


def test_even_open_eyes_are_opened_where_that_is_asked_and_again(engine: Engine, portrait: Rgb, tmp_path: Path) -> None:
    Image.fromarray(portrait).save(tmp_path / "awake.png")
    data = (tmp_path / "awake.png").read_bytes()
    assert not open_eyes(data, Options.of(faces=[1]), engine=engine).changed
    result = open_eyes(data, Options.of(faces=[1], even_open=True, mode="fast"), engine=engine)
    (face,) = result.faces
    assert (face.outcome, face.reason) == ("opened", "Opened the left and the right eye.")
    assert all(eye.openness_after is not None for eye in face.eyes.values())
    file, _ = result.encoded()
    edit = edit_in(file)
    assert edit is not None
    assert edit.options == '{"even_open": true, "faces": [1]}'
    assert replay(data, edit, engine=engine).encoded()[0] == file


def test_references_come_in_any_order_as_whatever_they_are_and_none_is_decoded_to_put_them_in_order(
    engine: Engine, shots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [shots / name for name in ("shot2.png", "stranger.png", "empty.png")]
    contents = tuple(map(sha256_of, paths))
    edit = replace(RECORD, references=contents, input=sha256_of(shots / "shot1.png"))
    asked: list[Any] = []

    def open_eyes(*_: Any, references: list[Any], **__: Any) -> Any:
        asked.extend(references)
        return SimpleNamespace(changed=False)

    monkeypatch.setattr("open_the_eyes.pipeline.open_eyes", open_eyes)
    seen = look(paths[1], engine=engine)
    given: list[Source] = [paths[2].read_bytes(), str(paths[0]), seen]
    replay(shots / "shot1.png", edit, given, engine=engine)
    assert asked == [given[1], seen, given[0]]
    with pytest.raises(UsageError, match=f"references: expected .*one with SHA-256 {contents[2]} is missing"):
        replay(shots / "shot1.png", edit, given[1:], engine=engine)
    with pytest.raises(UsageError, match="reference 2: expected the very files of the edit, which had 3 references"):
        replay(shots / "shot1.png", edit, [paths[0], shots / "shot1.png"], engine=engine)


def test_a_file_without_a_record_has_no_edit(demo: DemoResult, portrait: Rgb) -> None:
    assert edit_in(demo.before) is None
    assert edit_in(Photo(portrait)) is None


@pytest.mark.parametrize("source", [None, 3, ["out.jpg"]], ids=str)
def test_what_is_no_photo_is_refused(source: Any) -> None:
    with pytest.raises(UsageError, match="photo: expected a path"):
        edit_in(source)
    with pytest.raises(UnreadablePhoto):
        edit_in(b"text")


@pytest.mark.parametrize("edit", [None, "out.jpg", {}], ids=str)
def test_what_is_no_edit_is_refused_before_any_work(edit: Any, blink: Path) -> None:
    with pytest.raises(UsageError, match="edit: expected what edit_in gave"):
        replay(blink, edit)


def test_an_edit_of_another_version_is_refused_in_words(blink: Path) -> None:
    with pytest.raises(UsageError, match="edit: the record holds what this version cannot do: wings: unknown option"):
        replay(blink, replace(RECORD, options='{"wings": 2}'))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        pytest.param({"input": "0" * 64}, "the photo is not the very file that was edited", id="another file"),
        pytest.param({"input": ""}, "the photo: the record names no file", id="pixels"),
        pytest.param({"version": "0.0.1"}, "the edit was made by version 0.0.1, this is", id="another version"),
        pytest.param({"program": "0d" * 32}, "the edit was made by another state of version", id="another state"),
        pytest.param({"processor": "Z80"}, "the edit was made on another kind of processor: ", id="processor"),
        pytest.param({"libraries": "numpy 0.1"}, "the edit was made with other versions of libraries", id="libraries"),
    ],
)
def test_a_replay_warns_where_the_result_will_be_another(
    changed: dict[str, Any], says: str, blink: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, at the caller's line."""
    opened = SimpleNamespace(changed=False)
    monkeypatch.setattr("open_the_eyes.pipeline.open_eyes", lambda *_, **__: opened)
    edit = replace(RECORD, **{"input": sha256_of(blink), **changed})
    with pytest.warns(UserWarning, match=says) as told:
        assert not replay(blink, edit).changed
    assert [Path(one.filename) for one in told] == [Path(__file__)]
