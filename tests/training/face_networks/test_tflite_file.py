"""Weights that are stored sparsely come whole."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import tflite

from training.face_networks import refinement, tflite_file
from training.face_networks.tflite_file import dense


def listed(numbers: list[int]) -> Any:
    return SimpleNamespace(held=np.array(numbers))


@pytest.fixture(autouse=True)
def plain_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file's lists are read as they are here."""
    monkeypatch.setattr(tflite_file, "_vector", lambda table, _: table.held)


def level(size: int = 0, segments: list[int] | None = None, indices: list[int] | None = None) -> Any:
    kind = tflite.DimensionType.DENSE if segments is None else tflite.DimensionType.SPARSE_CSR
    return SimpleNamespace(
        DenseSize=lambda: size,
        Format=lambda: kind,
        ArraySegments=lambda: listed(segments or []),
        ArraySegmentsType=lambda: 0,
        ArrayIndices=lambda: listed(indices or []),
        ArrayIndicesType=lambda: 0,
    )


def stored(order: list[int], blocks: list[int], levels: list[Any]) -> Any:
    return SimpleNamespace(
        TraversalOrderAsNumpy=lambda: np.array(order),
        BlockMapLength=lambda: len(blocks),
        BlockMapAsNumpy=lambda: np.array(blocks),
        DimMetadataLength=lambda: len(levels),
        DimMetadata=lambda n: levels[n],
    )


def test_rows_of_which_some_places_are_listed() -> None:
    sparsity = stored([0, 1], [], [level(3), level(0, [0, 1, 1, 3], [2, 0, 3])])
    whole = dense(np.array([7, 8, 9], np.float16), (3, 4), sparsity)
    assert np.array_equal(whole, [[0, 0, 7, 0], [0, 0, 0, 0], [8, 0, 0, 9]])


def test_columns_first() -> None:
    sparsity = stored([1, 0], [], [level(2), level(0, [0, 1, 2], [0, 2])])
    assert np.array_equal(dense(np.array([5, 6], np.float16), (3, 2), sparsity), [[5, 0], [0, 0], [0, 6]])


def test_blocks() -> None:
    """A matrix of 4 x 2 in blocks of 2 x 1, as TensorFlow Lite's documentation has it: the block comes last."""
    sparsity = stored([0, 1, 2], [0], [level(2), level(0, [0, 1, 2], [1, 0]), level(2)])
    whole = dense(np.array([1, 2, 3, 4], np.float16), (4, 2), sparsity)
    assert np.array_equal(whole, [[0, 1], [0, 2], [3, 0], [4, 0]])


@pytest.mark.parametrize("count", [2, 4])
def test_more_or_fewer_numbers_than_places_are_refused(count: int) -> None:
    sparsity = stored([0, 1], [], [level(3), level(0, [0, 1, 1, 3], [2, 0, 3])])
    with pytest.raises(ValueError, match=f"expected {count} places"):
        dense(np.ones(count, np.float16), (3, 4), sparsity)


def test_every_point_of_the_mesh_has_a_source_and_no_measurement_is_left_over() -> None:
    places = refinement.sources()
    assert len(places) == 478
    assert min(places) >= 0
    parts = [len(points) for _, points in refinement.PARTS]
    assert set(range(468, 468 + sum(parts))) <= set(places)
