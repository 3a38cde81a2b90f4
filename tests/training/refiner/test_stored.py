"""Pairs are made once, and never taken for those of other faces."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="the refiner is trained with torch, which is not installed here")

from training.refiner import __main__ as refiner


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The names of each list of faces of which pairs were made."""
    lists: list[list[str]] = []

    def make(paths: list[Path], folder: Path, _: Path, __: int) -> None:
        lists.append([path.name for path in paths])
        for name in ("guess", "truth", "mask", "geometry"):
            np.save(folder / f"{name}.npy", np.zeros((2 * len(paths), 1)))

    monkeypatch.setattr(refiner, "_make", make)
    for name in ("a.jpg", "b.jpg", "model.npz", "another.npz"):
        (tmp_path / name).write_text(name)
    return lists


def pairs(folder: Path, *names: str, model: str = "model.npz") -> int:
    """How many faces have pairs afterwards."""
    return refiner.stored([folder / name for name in names], folder / "out" / "train", folder / model, 1).faces


def test_a_second_run_makes_no_pairs(made: list[list[str]], tmp_path: Path) -> None:
    assert [pairs(tmp_path, "a.jpg", "b.jpg") for _ in range(2)] == [2, 2]
    assert made == [["a.jpg", "b.jpg"]]


@pytest.mark.parametrize(("name", "model"), [("b.jpg", "model.npz"), ("a.jpg", "another.npz")])
def test_pairs_of_other_faces_or_another_model_are_refused(
    made: list[list[str]], tmp_path: Path, name: str, model: str
) -> None:
    pairs(tmp_path, "a.jpg")
    with pytest.raises(SystemExit, match=r"train: expected pairs of these faces .* or another -o"):
        pairs(tmp_path, name, model=model)
    assert made == [["a.jpg"]]


def test_pairs_that_were_not_finished_are_made_again(
    made: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(np, "save", lambda *_: sys.exit("stopped"))
        with pytest.raises(SystemExit, match="stopped"):
            pairs(tmp_path, "a.jpg")
    assert pairs(tmp_path, "b.jpg") == 1
    assert made == [["a.jpg"], ["b.jpg"]]
