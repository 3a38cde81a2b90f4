"""Which photos a batch does, and where their results go."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from open_the_eyes.batch import sources
from open_the_eyes.batch.plan import plan
from open_the_eyes.batch.sources import FOLDER
from open_the_eyes.errors import UsageError
from open_the_eyes.files import encoded
from tests.batch.tree import JPEG, PNG, laid_out
from tests.files.xmp_packets import RECORD, photo


@pytest.fixture
def shoot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return laid_out(tmp_path, monkeypatch)


@pytest.fixture
def again(shoot: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same folder by a path of which only the disk knows: capitals that do not count, a second mount."""
    Path("again").symlink_to(shoot, target_is_directory=True)
    monkeypatch.setattr(os.path, "realpath", os.path.abspath)
    return Path("again")


def test_results_mirror_the_tree_and_say_what_they_are(shoot: Path) -> None:
    outputs = {item.name: item.output for item in plan([str(shoot)], "out").items}
    assert outputs["a.jpg"] == Path("out/a.opened.jpg")
    assert outputs["day/c.jpg"] == Path("out/day/c.opened.jpg")


def test_names_can_be_kept_in_another_folder(shoot: Path) -> None:
    items = plan([str(shoot)], "out", keep_names=True).items
    assert [item.output for item in items] == [Path("out") / item.name for item in items]


@pytest.mark.parametrize("option", ["keep_names", "copy"])
def test_originals_are_not_replaced_where_out_is_in_under_another_name(shoot: Path, again: Path, option: str) -> None:
    with pytest.raises(UsageError, match="originals are never replaced"):
        plan([str(shoot)], again, **{option: True})  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="a photo that was given is there"):
        plan([f"{shoot}/a.jpg", f"{shoot}/day/a.jpg"], again / "day", **{option: True})  # type: ignore[arg-type]


def test_results_inside_the_tree_are_known_under_another_name_of_it(shoot: Path, again: Path) -> None:
    (shoot / "opened").mkdir()
    (shoot / "opened/a.jpg").write_bytes(JPEG)
    names = [item.name for item in plan([str(shoot)], again / "opened", keep_names=True).items]
    assert names == ["a.jpg", "b.PNG", "day/a.jpg", "day/c.jpg"]
    assert len(plan([str(shoot)], again).items) == 5  # results lie beside the photos: nothing is inside


def test_a_result_is_named_for_the_format_it_has(shoot: Path) -> None:
    (shoot / "a.jpg").write_bytes(PNG)
    assert plan([str(shoot / "a.jpg")], "out").items[0].output == Path("out/a.opened.png")


def test_a_result_under_a_name_of_its_own_is_left_out_unless_somebody_names_it(shoot: Path) -> None:
    made = shoot / "one.jpg"
    made.write_bytes(encoded(photo("JPEG"), "JPEG", RECORD))
    Path("chosen.txt").write_text("shoot/one.jpg\n")

    for source in (str(shoot), "shoot/*.jpg", "shoot/**"):
        found = plan([source], "out")
        assert made not in [item.source for item in found.items]
        assert str(made) in found.left_out.paths["result of ours"]
    for named in ([str(made)], ["chosen.txt"], [str(shoot), str(made)], [str(made), str(shoot)]):
        assert made in [item.source for item in plan(named, "out").items]


def test_a_folder_of_results_alone_is_refused_and_they_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(encoded(photo("JPEG"), "JPEG", RECORD))
    with pytest.raises(UsageError, match="found 1 result of ours"):
        plan([str(tmp_path)], "out")


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
    ("sources", "out", "options", "says"),
    [
        pytest.param(["nowhere"], "out", {}, "no such file", id="nothing there"),
        pytest.param(["shoot/empty"], "out", {}, "found none", id="an empty folder"),
        pytest.param(["shoot/*.md"], "out", {}, "found 1 other file; check", id="no photo among what there is"),
        pytest.param(["shoot/*.cr2"], "out", {}, "found 1 camera raw file: develop it to JPEG", id="raw files alone"),
        pytest.param(["shoot/*.tif"], "out", {}, "found none", id="a pattern that matches none"),
        pytest.param([""], "out", {}, "expected a folder", id="no name"),
        pytest.param(["a\0b"], "out", {}, "expected a folder", id="a name that cannot be"),
        pytest.param(["shoot/wide.txt"], "out", {}, "expected a list in UTF-8, or UTF-16 with its mark", id="no list"),
        pytest.param(["shoot"], "shoot/a.jpg", {}, "this is a file", id="results into a file"),
        pytest.param(["shoot"], "/dev/null", {}, "this is a device", id="results into a device"),
        pytest.param(["shoot"], "shoot", {"keep_names": True}, "never replaced", id="over the originals"),
        pytest.param(["shoot"], "shoot", {"copy": True}, "never replaced", id="copies onto the originals"),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(
    shoot: Path, sources: list[str], out: str, options: dict[str, Any], says: str
) -> None:
    (shoot / "IMG_1.CR2").write_bytes(b"II*")
    (shoot / "wide.txt").write_bytes("a.jpg\n".encode("utf-16-le"))
    with pytest.raises(UsageError, match=says):
        plan(sources, out, **options)


def test_two_photos_are_never_written_to_one_result(shoot: Path) -> None:
    (shoot / "b.jpg").write_bytes(PNG)
    (shoot / "b.PNG").rename(shoot / "b.png")
    with pytest.raises(UsageError, match=r"both would be out/b\.opened\.png; rename one"):
        plan([str(shoot)], "out")


@pytest.mark.parametrize(("apart", "names"), [(True, ["A.JPG", "a.jpg"]), (False, None)])
def test_names_that_differ_in_capitals_alone_are_two_results_only_where_the_disk_keeps_them_apart(
    shoot: Path, monkeypatch: pytest.MonkeyPatch, apart: bool, names: list[str] | None
) -> None:
    (shoot / "A.JPG").write_bytes(JPEG)
    monkeypatch.setattr("open_the_eyes.batch.plan.keeps_apart", lambda folder: apart and folder == Path("out"))
    if names is None:
        with pytest.raises(UsageError, match=r"A\.JPG and shoot/a\.jpg: .* both would be out/a\.opened\.jpg"):
            plan([f"{shoot}/a.jpg", f"{shoot}/A.JPG"], "out")
    else:
        assert [item.name for item in plan([f"{shoot}/a.jpg", f"{shoot}/A.JPG"], "out").items] == names


def test_a_result_never_takes_the_place_of_a_photo(shoot: Path) -> None:
    with pytest.raises(UsageError, match=r"expected a free place.*put the pattern into quotes"):
        plan([f"{shoot}/day/a.jpg", f"{shoot}/day/a.opened.jpg"], shoot / "day")  # as the shell spells a pattern out
    assert [item.name for item in plan([f"{shoot}/day/a*.jpg"], shoot / "day").items] == ["a.jpg"]


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


def test_results_inside_the_tree_are_looked_for_once_a_folder_and_once_a_link(
    shoot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        (shoot / f"day/{number}.jpg").write_bytes(JPEG)
    (shoot / "out").mkdir()
    (shoot / "out/x.jpg").write_bytes(JPEG)
    (shoot / "day/x.jpg").symlink_to("../out/x.jpg")
    asked: list[Path] = []

    def seen_through(path: Path) -> Path:
        asked.append(path)
        return path.resolve()

    monkeypatch.setattr(sources, "real_place", seen_through)

    found = sources.PhotoCollector(shoot / "out")
    found.add(str(shoot))

    assert len(found.photos) == 24
    assert sorted(asked[2:]) == [shoot, shoot / ".trash", shoot / "day", shoot / "day/x.jpg", shoot / "out"]


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
