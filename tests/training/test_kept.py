"""What a store was made of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from training.kept import fingerprint, made_of, making

NAMES = ("closed/a.jpg", "closed/b.jpg")


def pictures(root: Path) -> list[Path]:
    for name in NAMES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"pixels of {name}")
    return [root / name for name in NAMES]


def edited(paths: list[Path]) -> list[Path]:
    paths[0].write_text("PIXELS of closed/a.jpg")  # as many bytes
    return paths


def moved(paths: list[Path]) -> list[Path]:
    opened = paths[0].parent.rename(paths[0].parents[1] / "open")
    return [opened / path.name for path in paths]


@pytest.mark.parametrize(
    "change",
    [
        edited,
        moved,
        lambda paths: [paths[0].rename(paths[0].with_name("z.jpg")), paths[1]],
        lambda paths: paths[:1],
        lambda paths: paths[::-1],
        lambda _: [],
    ],
    ids=["another picture", "another folder", "another name", "fewer", "another order", "none"],
)
def test_other_pictures_have_another_fingerprint(change: Callable[[list[Path]], list[Path]], tmp_path: Path) -> None:
    before = fingerprint(pictures(tmp_path))
    assert fingerprint(change(pictures(tmp_path))) != before


def test_the_same_pictures_have_one_fingerprint_wherever_they_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = pictures(tmp_path / "here"), pictures(tmp_path / "there")
    assert fingerprint(here) == fingerprint(there)
    monkeypatch.chdir(here[0].parent)
    assert fingerprint(Path(path.name) for path in here) == fingerprint(here)


@pytest.mark.parametrize("folder", [True, False], ids=["a folder", "a file"])
def test_a_store_is_made_when_it_is_finished_and_until_it_is_deleted(folder: bool, tmp_path: Path) -> None:
    store = tmp_path / "out" / "store"
    assert made_of(store) is None
    store.parent.mkdir()
    with making(store, "a"):
        store.mkdir() if folder else store.touch()
    assert made_of(store) == "a"
    store.rmdir() if folder else store.unlink()
    assert made_of(store) is None


def test_a_store_that_was_not_finished_is_none_whatever_it_was_before(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with making(store, "a"):
        store.touch()
    with pytest.raises(KeyboardInterrupt), making(store, "b"):
        raise KeyboardInterrupt
    assert made_of(store) is None
