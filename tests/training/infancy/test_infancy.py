"""Infants are learnt from a table of ages, and the figures are of faces that were left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from open_the_eyes.models.appearance.traits import FaceTraits
from training.faces import Portrait
from training.infancy.__main__ import (
    AGES,
    TABLE,
    TRAITS,
    UNSURE,
    VIEW_WEIGHTS,
    Faces,
    ages_listed,
    features_of,
    learnt,
    left_out,
)


@pytest.fixture(scope="module")
def faces() -> Faces:
    """Infants differ in two traits and one proportion, children half as much."""
    dice = np.random.default_rng(0)
    ages = np.array(["infant"] * 40 + ["child"] * 40 + ["adult"] * 160)
    features = dice.normal(size=(240, len(VIEW_WEIGHTS), TRAITS + 18))
    off = np.select([ages == "infant", ages == "child"], [6.0, 3.0], 0.0)[:, None]
    features[:, :, 3] += off
    features[:, :, 8] -= off
    features[:, :, TRAITS + 2] += off
    return Faces(ages, features)


def test_infants_are_told_from_adults_that_were_left_out(faces: Faces) -> None:
    odds = left_out(faces)[:, 0]
    medians = [np.median(odds[faces.ages == age]) for age in AGES]
    assert medians[0] > 0 > medians[2]
    assert medians[0] > medians[1] > medians[2]
    assert np.mean(odds[faces.ages == "infant"] > odds[faces.ages == "adult"].max()) > 0.9


def test_what_was_learnt_takes_features_as_they_come(faces: Faces) -> None:
    """Standardising is in the weights: a shift of the features only shifts the last of them."""
    moved = Faces(faces.ages, faces.features * 2 + 5)
    weights, same = learnt(faces), learnt(moved)
    odds = faces.features[:, 0] @ weights[:-1] + weights[-1]
    np.testing.assert_allclose(moved.features[:, 0] @ same[:-1] + same[-1], odds, atol=1e-2)


def test_what_hides_a_part_of_a_face_changes_its_traits_and_not_its_proportions(astronaut: Portrait) -> None:
    features = features_of(astronaut, FaceTraits(), np.random.default_rng(0))
    assert features.shape == (len(VIEW_WEIGHTS), TRAITS + 18)
    assert (features[:, TRAITS:] == features[0, TRAITS:]).all()
    traits = features[:, :TRAITS]
    assert all(np.abs(one - other).max() > 0.01 for k, one in enumerate(traits) for other in traits[:k])


def test_views_of_no_weight_teach_nothing(faces: Faces, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.infancy.__main__.VIEW_WEIGHTS", (1.0, 1.0, 0.0, 0.0, 0.0, 0.0))
    spoilt = Faces(faces.ages, faces.features.copy())
    spoilt.features[:, 2:] = spoilt.features[::-1, 2:]
    np.testing.assert_allclose(learnt(spoilt), learnt(faces), atol=1e-4)


def test_the_own_table_names_infants_and_children() -> None:
    listed = ages_listed(TABLE)
    assert set(listed.values()) == {"infant", "child", UNSURE}


@pytest.mark.parametrize(
    ("text", "told"),
    [(None, "found none"), ("picture,age\na.jpg,baby\n", "found baby")],
    ids=["no table", "another age"],
)
def test_a_table_that_says_nothing_usable_is_told(text: str | None, told: str, tmp_path: Path) -> None:
    table = tmp_path / "ages.csv"
    if text is not None:
        table.write_text(text)
    with pytest.raises(SystemExit, match=told):
        ages_listed(table)
