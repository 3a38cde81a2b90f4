"""Lists of photos as an input of a batch."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from open_the_eyes.batch.plan import plan
from open_the_eyes.errors import UsageError
from tests.batch.tree import JPEG, laid_out


@pytest.fixture
def shoot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return laid_out(tmp_path, monkeypatch)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_a_list_is_read_in_the_encoding_that_its_mark_tells(shoot: Path, encoding: str) -> None:
    (shoot / "zo\xeb.jpg").write_bytes(JPEG)
    mark = "\ufeff" if encoding == "utf-16-be" else ""  # the others bring their own
    (shoot / "list.txt").write_bytes(f"{mark}# chosen\r\nzo\xeb.jpg\r\n".encode(encoding))
    assert [item.size for item in plan(["shoot/list.txt"], "out").items] == [len(JPEG)]


def test_a_listed_photo_that_is_not_there_is_left_to_fail_alone(shoot: Path) -> None:
    (shoot / "list.txt").write_text("a.jpg\ngone.jpg\n")
    (shoot / "day/c.jpg").unlink()
    assert [(item.name, item.size > 0) for item in plan(["shoot/list.txt"], "out").items] == [
        ("a.jpg", True),
        ("gone.jpg", False),
    ]


def test_names_in_a_list_that_are_as_from_here_are_refused_and_not_looked_for_in_vain(shoot: Path) -> None:
    (shoot / "list.txt").write_text(f"{shoot.absolute()}/a.jpg\ngone.jpg\nshoot/day/c.jpg\n")
    with pytest.raises(
        UsageError, match=r"^shoot/list\.txt: .* own folder, shoot/day/c\.jpg is there from this folder"
    ):
        plan(["shoot/list.txt"], "out")
    (shoot / "list.txt").write_text(f"a.jpg\n{shoot.absolute()}/day/c.jpg\n")
    assert len(plan(["shoot/list.txt"], "out").items) == 2


def test_a_listed_photo_that_is_there_from_here_alone_fails_alone_where_others_are_beside_the_list(shoot: Path) -> None:
    Path("gone.jpg").write_bytes(JPEG)
    (shoot / "list.txt").write_text("gone.jpg\na.jpg\n")
    items = plan(["shoot/list.txt"], "out").items
    assert [(item.source, item.size > 0) for item in items] == [
        (Path("shoot/a.jpg"), True),
        (Path("shoot/gone.jpg"), False),
    ]


def test_an_address_in_a_list_is_refused_and_told_without_its_secrets(shoot: Path) -> None:
    (shoot / "list.txt").write_text("a.jpg\nhttps://host/b.jpg?signature=1f\n")
    with pytest.raises(UsageError, match=r"list\.txt: expected photos of this machine, .*https://host/b\.jpg\?\*{3};"):
        plan(["shoot/list.txt"], "out")


def test_a_pipe_in_a_list_is_not_waited_for(shoot: Path) -> None:
    os.mkfifo(shoot / "pipe.jpg")
    (shoot / "list.txt").write_text("pipe.jpg\n")
    assert len(plan(["shoot/list.txt"], "out").items) == 1
