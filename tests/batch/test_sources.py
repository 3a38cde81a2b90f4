"""Which photos are found in folders, patterns and lists."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from open_the_eyes.batch.plan import plan
from open_the_eyes.errors import UnreadablePhoto
from open_the_eyes.files import read
from open_the_eyes.settings import Settings
from tests.batch.tree import JPEG, laid_out
from tests.shut import shut


@pytest.fixture
def shoot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return laid_out(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("sources", "names"),
    [
        pytest.param(["shoot"], ["a.jpg", "b.PNG", "day/a.jpg", "day/c.jpg"], id="a folder, to any depth"),
        pytest.param(["shoot/"], ["a.jpg", "b.PNG", "day/a.jpg", "day/c.jpg"], id="with a slash"),
        pytest.param(["shoot/*.jpg"], ["a.jpg"], id="a pattern"),
        pytest.param(["shoot/**/*.jpg"], ["a.jpg", "day/a.jpg", "day/c.jpg"], id="a deep pattern"),
        pytest.param(["shoot/day/c.jpg"], ["c.jpg"], id="one photo"),
        pytest.param(["shoot/a.jpg", "shoot/day/c.jpg"], ["a.jpg", "day/c.jpg"], id="photos, as a shell gives them"),
        pytest.param(["shoot", "shoot/a.jpg"], ["a.jpg", "b.PNG", "day/a.jpg", "day/c.jpg"], id="twice is once"),
        pytest.param(["shoot/list.txt"], ["a.jpg", "day/c.jpg"], id="a list"),
    ],
)
def test_folders_patterns_and_lists_become_photos_in_order(shoot: Path, sources: list[str], names: list[str]) -> None:
    if "list.txt" in sources[0]:
        (shoot / "list.txt").write_text("# chosen\n\nday/c.jpg\na.jpg\n")
    assert [item.name for item in plan(sources, "out").items] == names


@pytest.mark.parametrize("pattern", ["shoot/*.jpg", "shoot/**/*.JPG", "shoot/I*.jpg"])
def test_a_pattern_finds_what_a_camera_calls_in_capitals(shoot: Path, pattern: str) -> None:
    (shoot / "IMG_1.JPG").write_bytes(JPEG)
    assert "IMG_1.JPG" in [item.name for item in plan([pattern], "out").items]


def test_files_that_are_no_photos_are_counted_not_done(shoot: Path) -> None:
    (shoot / ".trash/d.jpg").unlink()
    (shoot / ".trash").rmdir()
    (shoot / ".hidden.jpg").unlink()
    assert str(plan([str(shoot)], "out").left_out) == "1 result of ours; 1 other file"
    (shoot / "a.faces.jpg").write_bytes(JPEG)
    assert plan([str(shoot)], "out").left_out.total == 3


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        (["shoot"], {"hidden folder": 1, "hidden photo": 1, "linked folder": 1, "other file": 1, "result of ours": 1}),
        (["shoot", "shoot"], {"hidden folder": 1, "hidden photo": 1, "linked folder": 1}),
        (["shoot/**/*.jpg"], {"hidden folder": 1, "linked folder": 1, "result of ours": 1}),
        (["shoot/**/*.jpg", "shoot/**/*.jpg"], {"hidden folder": 1, "linked folder": 1}),
        (["shoot/.trash", "shoot/far"], {}),
    ],
    ids=["a folder", "twice", "a deep pattern", "twice a pattern", "named"],
)
def test_what_is_hidden_or_lies_behind_a_link_is_told_once(
    shoot: Path, tmp_path: Path, sources: list[str], told: dict[str, int]
) -> None:
    for name in ("._a.jpg", ".DS_Store", "@eaDir/a.jpg", ".out/b.opened.jpg", ".out/.c.jpg"):
        path = shoot / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(JPEG)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/e.jpg").write_bytes(JPEG)
    (shoot / "far").symlink_to("../elsewhere", target_is_directory=True)
    found = plan(sources, shoot / ".out")
    assert told.items() <= found.left_out.counts.items()
    assert bool(told) == ("e.jpg" not in [item.source.name for item in found.items])
    if "linked folder" in told:
        assert "1 linked folder: name it as IN, too, for the photos there" in str(found.left_out)
        assert found.left_out.to_json()["linked folder"]["first"] == ["shoot/far"]


@pytest.mark.parametrize(
    ("sources", "folders"),
    [
        (["shoot"], ["shoot/.trash", "shoot/.bin", "shoot/far"]),
        (["shoot", "shoot/.trash"], ["shoot/far"]),
        (["day/../shoot/.trash/*.jpg", "shoot/**/*.jpg"], ["shoot/far"]),
        (["shoot", "shoot/far"], ["shoot/.trash", "shoot/.bin"]),
        (["shoot", "elsewhere"], ["shoot/.trash", "shoot/.bin"]),
        (["shoot", "elsewhere/*.jpg"], ["shoot/.trash", "shoot/.bin", "shoot/far"]),
        (["shoot", "elsewhere/**/*.jpg", "shoot/.trash"], []),
    ],
)
def test_a_folder_that_is_looked_into_all_the_same_is_not_advised(
    shoot: Path, sources: list[str], folders: list[str]
) -> None:
    Path("day").mkdir()
    Path("elsewhere/far").mkdir(parents=True)
    Path("elsewhere/far/e.jpg").write_bytes(JPEG)
    Path("elsewhere/f.jpg").write_bytes(JPEG)
    (shoot / "far").symlink_to("../elsewhere/far", target_is_directory=True)
    (shoot / "again").symlink_to("day", target_is_directory=True)
    (shoot / "empty/up").symlink_to("..", target_is_directory=True)
    (shoot / ".bin").symlink_to(".trash", target_is_directory=True)
    told = plan(sources, "out").left_out.to_json()
    first = [path for kind in ("hidden folder", "linked folder") if kind in told for path in told[kind]["first"]]
    assert sorted(first) == sorted(folders)


@pytest.mark.parametrize("source", ["shoot", "shoot/**/*"])
def test_results_that_are_hidden_and_folders_of_version_control_are_not_missed(shoot: Path, source: str) -> None:
    before = plan([source], "out").left_out.counts
    (shoot / ".a.opened.jpg").write_bytes(JPEG)
    for name in (".git", "day/.hg", ".svn"):
        (shoot / name).mkdir()
        (shoot / name / "a.jpg").write_bytes(JPEG)
    assert plan([source], "out").left_out.counts == before
    assert len(plan(["shoot/.git"], "out").items) == 1


@pytest.mark.parametrize("source", ["shoot", "shoot/**/*.jpg", "shoot/*/*.jpg"])
def test_what_a_drive_or_a_program_keeps_for_itself_is_no_photo_unless_it_is_named(shoot: Path, source: str) -> None:
    for name in (
        *("@eaDir/a.jpg/SYNOPHOTO_THUMB_M.jpg", "#recycle/old.jpg", "day/@eaDir/a.jpg", "lost+found/e.jpg"),
        *("Photos Library.photoslibrary/old.jpg", "day/2024 Previews.LRDATA/p.jpg", "A.aplibrary/a.jpg"),
    ):
        (shoot / name).parent.mkdir(parents=True, exist_ok=True)
        (shoot / name).write_bytes(JPEG)
    names = [item.name for item in plan([source], "out").items]
    assert set(names) - {"a.jpg", "b.PNG"} == {"day/a.jpg", "day/c.jpg"}
    library = "Photos Library.photoslibrary"
    for chosen in ("shoot/#recycle", "shoot/#recycle/*.jpg", "s*/#recycle/*", f"shoot/{library}", f"s*/{library}/**"):
        assert [item.source.name for item in plan([chosen], "out").items] == ["old.jpg"]


@pytest.mark.parametrize(
    "source",
    ["shoot", "shoot/**", "shoot/**/*", "shoot/**/**/*", "./shoot/**/*.*", "**/*", "s*/**/*", "shoot/**/d*/../**/*"],
)
def test_a_circle_of_links_has_an_end(shoot: Path, source: str) -> None:
    (shoot / "day/up").symlink_to("..", target_is_directory=True)
    root = "" if "shoot" in source else "shoot/"
    assert [item.name for item in plan([source], "out").items] == [
        f"{root}{name}" for name in ("a.jpg", "b.PNG", "day/a.jpg", "day/c.jpg")
    ]


@pytest.mark.parametrize("source", ["shoot", "shoot/**", "shoot/day/*.jpg"])
def test_a_link_whose_photo_is_gone_is_left_to_fail_by_name(shoot: Path, source: str) -> None:
    (shoot / "day/d.jpg").symlink_to("/nowhere/d.jpg")
    (shoot / "day/notes").symlink_to("/nowhere/notes")
    (lost,) = (item.source for item in plan([source], "out").items if item.source.name[0] in "dn")
    with pytest.raises(UnreadablePhoto, match="no such file"):
        read(lost, Settings())


def test_a_deep_pattern_has_parts_on_both_sides(shoot: Path) -> None:
    for name in ("x[1]/raw/e.jpg", "x[1]/y/raw/z/f.jpg", "x[1]/raw/.hidden/g.jpg"):
        (shoot / name).parent.mkdir(parents=True)
        (shoot / name).write_bytes(JPEG)
    names = [item.name for item in plan(["shoot/**/raw/**/*.jpg"], "out").items]
    assert names == ["x[1]/raw/e.jpg", "x[1]/y/raw/z/f.jpg"]


@pytest.mark.parametrize(
    "source",
    ["shoot", "shoot/**/*.jpg", "shoot/**", "shoot/*/*.jpg", "shoot/*/raw/*.jpg", "shoot/*/**/*.jpg", "shoot/locked/*"],
)
def test_a_folder_that_may_not_be_looked_into_is_left_to_fail_by_name(
    shoot: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    (shoot / "locked").mkdir()
    monkeypatch.setattr(os, "scandir", refusing("locked", os.scandir))  # root may look into everything
    monkeypatch.setattr(os, "access", lambda path, _: Path(path).name != "locked")

    found = plan([source], "out")

    assert found.items[-1].source == Path("shoot/locked")
    assert [item.name for item in found.items if item.source.is_dir()] == ["." if "locked" in source else "locked"]
    with pytest.raises(UnreadablePhoto, match="may not be looked into"):
        read(found.items[-1].source, Settings())


@pytest.mark.parametrize("source", ["shoot", "shoot/**/*.jpg", "shoot/*/*.jpg"])
def test_a_folder_of_which_the_names_alone_may_be_read_is_left_to_fail_by_name(
    shoot: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    shut(shoot / "day", monkeypatch)
    items = plan([source, f"{shoot}/b.PNG"], "out").items
    assert [(item.name, item.size > 0) for item in items if item.name not in ("a.jpg", "b.PNG")] == [("day", True)]


@pytest.mark.parametrize("source", ["shoot/day/c.jpg", "shoot/day/new", "shoot/day/new/*.jpg", "x" * 300])
def test_what_may_not_be_looked_at_is_told_with_the_reason(
    shoot: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    shut(shoot / "day", monkeypatch)
    with pytest.raises(
        UnreadablePhoto, match=rf"{source.removesuffix('/*.jpg')}: expected a folder.*(denied|too long); check its name"
    ):
        plan([source], "out")
    assert plan(["shoot/a.jpg"], source).out == Path(source)  # whoever writes there will say so


def refusing(name: str, scandir: Callable[..., Any]) -> Callable[..., Any]:
    def refused(path: Any) -> Any:
        if Path(path).name == name:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    return refused


def test_a_name_that_is_not_utf8_is_a_photo_like_others(shoot: Path) -> None:
    (shoot / os.fsdecode(b"\xff\n.jpg")).write_bytes(JPEG)
    assert os.fsdecode(b"\xff\n.jpg") in [item.name for item in plan([str(shoot)], "out").items]


@pytest.mark.parametrize("source", ["shoot", "shoot/*.jpg"])
def test_pipes_and_sockets_called_as_photos_are_counted_and_not_waited_for(shoot: Path, source: str) -> None:
    os.mkfifo(shoot / "pipe.jpg")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("shoot/socket.jpg")
    found = plan([source], "out")
    assert not {"pipe.jpg", "socket.jpg"} & {item.name for item in found.items}
    assert (found.left_out.paths["pipe"], found.left_out.paths["socket"]) == (["shoot/pipe.jpg"], ["shoot/socket.jpg"])
