"""Which photos a batch does, and where their results go."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from open_the_eyes.batch.plan import plan
from open_the_eyes.batch.sources import FOLDER
from open_the_eyes.errors import UnreadablePhoto, UsageError
from open_the_eyes.files import read
from open_the_eyes.settings import Settings

JPEG = b"\xff\xd8\xff\xe0 as good as a photo"
PNG = b"\x89PNG\r\n\x1a\n as good as a photo"


@pytest.fixture
def shoot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """shoot/{a.jpg, b.PNG, notes.md, .hidden.jpg, day/{c.jpg, a.jpg, a.opened.jpg}, .trash/d.jpg, empty/}"""
    monkeypatch.chdir(tmp_path)
    for name in ("a.jpg", "notes.md", ".hidden.jpg", "day/c.jpg", "day/a.jpg", "day/a.opened.jpg", ".trash/d.jpg"):
        path = Path("shoot") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(JPEG)
    Path("shoot/b.PNG").write_bytes(PNG)
    Path("shoot/empty").mkdir()
    return Path("shoot")


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


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_a_list_is_read_in_the_encoding_that_its_mark_tells(shoot: Path, encoding: str) -> None:
    (shoot / "zo\xeb.jpg").write_bytes(JPEG)
    mark = "\ufeff" if encoding == "utf-16-be" else ""  # the others bring their own
    (shoot / "list.txt").write_bytes(f"{mark}# chosen\r\nzo\xeb.jpg\r\n".encode(encoding))
    assert [item.size for item in plan(["shoot/list.txt"], "out").items] == [len(JPEG)]


def test_results_mirror_the_tree_and_say_what_they_are(shoot: Path) -> None:
    outputs = {item.name: item.output for item in plan([str(shoot)], "out").items}
    assert outputs["a.jpg"] == Path("out/a.opened.jpg")
    assert outputs["day/c.jpg"] == Path("out/day/c.opened.jpg")


def test_names_can_be_kept_in_another_folder(shoot: Path) -> None:
    items = plan([str(shoot)], "out", keep_names=True).items
    assert [item.output for item in items] == [Path("out") / item.name for item in items]


def test_a_result_is_named_for_the_format_it_has(shoot: Path) -> None:
    (shoot / "a.jpg").write_bytes(PNG)
    assert plan([str(shoot / "a.jpg")], "out").items[0].output == Path("out/a.opened.png")


def test_files_that_are_no_photos_are_counted_not_done(shoot: Path) -> None:
    assert plan([str(shoot)], "out").others == 2  # notes.md and a result


def test_results_inside_the_tree_are_no_photos_to_do(shoot: Path) -> None:
    for name in ("opened/a.jpg", f"{FOLDER}/x.jpg"):
        (shoot / name).parent.mkdir()
        (shoot / name).write_bytes(JPEG)
    names = [item.name for item in plan([str(shoot)], shoot / "opened").items]
    assert names == [item.name for item in plan(["shoot/**/*"], shoot / "opened").items]
    assert names == ["a.jpg", "b.PNG", "day/a.jpg", "day/c.jpg"]


def test_results_may_lie_beside_the_photos(shoot: Path) -> None:
    assert plan([str(shoot)], shoot).items[0].output == shoot / "a.opened.jpg"


def test_photos_may_lie_below_the_results(shoot: Path) -> None:
    assert len(plan([f"{shoot}/**/*.jpg"], ".").items) == 3


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


def test_a_deep_pattern_has_parts_on_both_sides(shoot: Path) -> None:
    for name in ("x[1]/raw/e.jpg", "x[1]/y/raw/z/f.jpg", "x[1]/raw/.hidden/g.jpg"):
        (shoot / name).parent.mkdir(parents=True)
        (shoot / name).write_bytes(JPEG)
    names = [item.name for item in plan(["shoot/**/raw/**/*.jpg"], "out").items]
    assert names == ["x[1]/raw/e.jpg", "x[1]/y/raw/z/f.jpg"]


def test_a_folder_that_may_not_be_looked_into_is_left_to_fail_by_name(
    shoot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shoot / "locked").mkdir()
    monkeypatch.setattr(os, "scandir", refusing("locked", os.scandir))  # root may look into everything
    monkeypatch.setattr(os, "access", lambda path, _: Path(path).name != "locked")

    found = plan(["shoot"], "out")

    assert [item.name for item in found.items][-1] == "locked"
    with pytest.raises(UnreadablePhoto, match="may not be looked into"):
        read(found.items[-1].source, Settings())


@pytest.mark.parametrize("source", ["shoot", "shoot/**/*.jpg", "shoot/*/*.jpg"])
def test_a_folder_of_which_the_names_alone_may_be_read_is_left_to_fail_by_name(
    shoot: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    shut(shoot / "day", monkeypatch)
    items = plan([source, f"{shoot}/b.PNG"], "out").items
    assert [(item.name, item.size > 0) for item in items if item.name not in ("a.jpg", "b.PNG")] == [("day", True)]


@pytest.mark.parametrize("source", ["shoot/day/c.jpg", "shoot/day/new", "x" * 300])
def test_what_may_not_be_looked_at_is_told_with_the_reason(
    shoot: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    shut(shoot / "day", monkeypatch)
    with pytest.raises(UnreadablePhoto, match=rf"{source}: expected a folder.*(denied|too long); check its name"):
        plan([source], "out")
    assert plan(["shoot/a.jpg"], source).out == Path(source)  # whoever writes there will say so


def shut(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in the folder may be looked at, as for a user who may not enter it."""
    stat = os.stat

    def refused(path: Any, **options: Any) -> os.stat_result:
        if isinstance(path, str | Path) and folder in Path(path).parents:
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, **options)

    monkeypatch.setattr(os, "stat", refused)
    monkeypatch.setattr(Path, "stat", lambda path, **options: refused(path, **options))  # which keeps one in 3.10
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) != folder)


def refusing(name: str, scandir: Callable[..., Any]) -> Callable[..., Any]:
    def refused(path: Any) -> Any:
        if Path(path).name == name:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    return refused


def test_a_name_that_is_not_utf8_is_a_photo_like_others(shoot: Path) -> None:
    (shoot / os.fsdecode(b"\xff\n.jpg")).write_bytes(JPEG)
    assert os.fsdecode(b"\xff\n.jpg") in [item.name for item in plan([str(shoot)], "out").items]


def test_a_listed_photo_that_is_not_there_is_left_to_fail_alone(shoot: Path) -> None:
    (shoot / "list.txt").write_text("a.jpg\ngone.jpg\n")
    (shoot / "day/c.jpg").unlink()
    assert [(item.name, item.size > 0) for item in plan(["shoot/list.txt"], "out").items] == [
        ("a.jpg", True),
        ("gone.jpg", False),
    ]


def test_a_pipe_in_a_list_is_not_waited_for(shoot: Path) -> None:
    os.mkfifo(shoot / "pipe.jpg")
    (shoot / "list.txt").write_text("pipe.jpg\n")
    assert len(plan(["shoot/list.txt"], "out").items) == 1


@pytest.mark.parametrize(
    ("sources", "out", "options", "says"),
    [
        pytest.param(["nowhere"], "out", {}, "no such file", id="nothing there"),
        pytest.param(["shoot/empty"], "out", {}, "found none", id="an empty folder"),
        pytest.param(["shoot/*.tif"], "out", {}, "found none", id="a pattern that matches none"),
        pytest.param([""], "out", {}, "expected a folder", id="no name"),
        pytest.param(["a\0b"], "out", {}, "expected a folder", id="a name that cannot be"),
        pytest.param(["shoot/wide.txt"], "out", {}, "expected a list in UTF-8, or UTF-16 with its mark", id="no list"),
        pytest.param(["shoot"], "shoot/a.jpg", {}, "this is a file", id="results into a file"),
        pytest.param(["shoot"], "shoot", {"keep_names": True}, "never replaced", id="over the originals"),
        pytest.param(["shoot"], "shoot", {"copy": True}, "never replaced", id="copies onto the originals"),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(
    shoot: Path, sources: list[str], out: str, options: dict[str, Any], says: str
) -> None:
    (shoot / "wide.txt").write_bytes("a.jpg\n".encode("utf-16-le"))
    with pytest.raises(UsageError, match=says):
        plan(sources, out, **options)


def test_two_photos_are_never_written_to_one_result(shoot: Path) -> None:
    (shoot / "b.jpg").write_bytes(PNG)
    (shoot / "b.PNG").rename(shoot / "b.png")
    with pytest.raises(UsageError, match=r"both would be out/b\.opened\.png"):
        plan([str(shoot)], "out")


def test_a_result_never_takes_the_place_of_a_photo(shoot: Path) -> None:
    with pytest.raises(UsageError, match="expected a free place"):
        plan([f"{shoot}/day/a.jpg", f"{shoot}/day/a.opened.jpg"], shoot / "day")


def test_folders_beside_each_other_have_results_below_out_alone(
    shoot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other/y.jpg").write_bytes(JPEG)
    (tmp_path / "shoot/day/list.txt").write_text("c.jpg\n../a.jpg\n")
    monkeypatch.chdir(shoot / "day")
    items = plan([".", "../../other"], "out").items
    assert [item.name for item in items] == ["other/y.jpg", "shoot/day/a.jpg", "shoot/day/c.jpg"]
    assert items[0].output == Path("out/other/y.opened.jpg")
    assert items[0].source.samefile(tmp_path / "other/y.jpg")
    assert [item.copy for item in plan(["list.txt"], "out", copy=True).items] == [
        Path("out/a.jpg"),
        Path("out/day/c.jpg"),
    ]


def test_a_pattern_that_leaves_the_folder_it_begins_in_is_refused(shoot: Path) -> None:
    (shoot.parent / "other").mkdir()
    (shoot.parent / "other/y.jpg").write_bytes(JPEG)
    with pytest.raises(UsageError, match="expected a photo below shoot"):
        plan(["shoot/*/../../other/*.jpg"], "out")


def test_a_photo_named_in_two_ways_is_done_once(shoot: Path) -> None:
    assert [item.name for item in plan([f"{shoot}/a.jpg", f"{shoot}/day/../a.jpg"], "out").items] == ["a.jpg"]


def test_results_inside_the_tree_are_known_however_out_is_spelled(shoot: Path) -> None:
    (shoot / "opened").mkdir()
    (shoot / "opened/a.jpg").write_bytes(JPEG)
    names = [item.name for item in plan([str(shoot)], f"{shoot}/day/../opened", copy=True).items]
    assert "opened/a.jpg" not in names


@pytest.mark.parametrize(
    ("source", "out"),
    [
        pytest.param("shoot", "link", id="OUT leads into the tree"),
        pytest.param("whole", "shoot/opened", id="IN leads to it"),
        pytest.param("shoot/*/*", "shoot/away", id="OUT leads out of it"),
        pytest.param("shoot", "shoot/day/up/opened", id="both on the way"),
    ],
)
def test_results_inside_the_tree_are_known_through_links(shoot: Path, source: str, out: str) -> None:
    for folder in (shoot / "opened", Path("elsewhere")):
        folder.mkdir()
    for link in ("link -> shoot/opened", "whole -> shoot", "shoot/away -> ../elsewhere", "shoot/day/up -> .."):
        Path(link.split(" -> ")[0]).symlink_to(link.split(" -> ")[1], target_is_directory=True)
    (Path(out) / "x.jpg").write_bytes(JPEG)
    assert "x.jpg" not in [Path(item.name).name for item in plan([source], out, keep_names=True).items]


def test_results_above_the_photos_through_a_link_leave_all_photos_to_do(shoot: Path) -> None:
    (shoot / "up").symlink_to("..", target_is_directory=True)
    assert len(plan([str(shoot)], shoot / "up", keep_names=True).items) == 4


@pytest.mark.parametrize(
    ("sources", "out", "says"),
    [
        pytest.param(["a.jpg", "day/a.jpg"], "day", "a photo that was given is there", id="onto another photo"),
        pytest.param(["a.jpg", "a.opened.jpg"], "out", "both would be", id="onto another photo's result"),
    ],
)
def test_a_copy_never_takes_the_place_of_anything(
    shoot: Path, monkeypatch: pytest.MonkeyPatch, sources: list[str], out: str, says: str
) -> None:
    (shoot / "a.opened.jpg").write_bytes(JPEG)
    monkeypatch.chdir(shoot)
    with pytest.raises(UsageError, match=says):
        plan(sources, out, copy=True)


def test_a_result_never_takes_the_place_of_a_reference(shoot: Path) -> None:
    reference = shoot / "day/a.jpg"
    with pytest.raises(UsageError, match="a photo that was given is there"):
        plan([f"{shoot}/a.jpg"], shoot / "day", keep_names=True, references=[reference])


def test_no_variation_takes_the_place_of_another_photos_result(shoot: Path) -> None:
    (shoot / "a.1.jpg").write_bytes(JPEG)
    with pytest.raises(UsageError, match=r"both would be out/a\.1\.jpg"):
        plan([str(shoot)], "out", keep_names=True, copy=True, variations=2)
    assert len(plan([str(shoot)], "out", keep_names=True, copy=True).items) == 5
