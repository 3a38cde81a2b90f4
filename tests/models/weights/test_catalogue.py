"""What is in the catalogue, and what the names of `fetch` stand for."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pytest

from open_the_eyes.errors import UsageError
from open_the_eyes.models.weights.catalogue import CATALOGUE, PROFILES, Weight, chosen, weight_of
from open_the_eyes.options import RESTORERS
from open_the_eyes.residency.cards import BY_NAME

COMMIT = re.compile(r"[0-9a-f]{40}")


def names(weights: tuple[Weight, ...]) -> list[str]:
    return [weight.name for weight in weights]


@pytest.mark.parametrize("weight", CATALOGUE, ids=lambda w: w.name)
def test_every_entry_states_its_facts(weight: Weight) -> None:
    assert re.fullmatch(r"[\w-]+/[\w.-]+", weight.hub_id)
    assert weight.bytes > 1_000_000
    assert weight.licence
    assert weight.profile in (*PROFILES, "")
    assert set(weight.sha256) <= set(weight.files)
    assert all(re.fullmatch(r"[0-9a-f]{64}", known) for known in weight.sha256.values())
    assert COMMIT.fullmatch(weight.revision) or weight.revision == "main"
    assert ("non-commercial" in weight.licence) != weight.commercial


@pytest.mark.parametrize("weight", CATALOGUE, ids=lambda w: w.name)
def test_no_entry_asks_for_a_pickle(weight: Weight) -> None:
    kinds = {PurePosixPath(name).suffix for name in weight.files if not name.endswith("/*")}
    assert kinds <= {".safetensors", ".onnx", ".json"}


def test_no_name_stands_for_two_things() -> None:
    both = [*names(CATALOGUE), *PROFILES]
    assert len(set(both)) == len(both)


@pytest.mark.parametrize("name", [*names(chosen(("restorers",))), *names(chosen(("insightface",)))])
def test_an_onnx_file_weighs_on_a_gpu_what_it_weighs_on_the_disk(name: str) -> None:
    assert BY_NAME[name].mib["fp32"] == pytest.approx(weight_of(name).bytes / 2**20, rel=0.06)


def test_every_restorer_has_its_weights() -> None:
    assert {*names(chosen(("restorers",))), "none"} == set(RESTORERS)


@pytest.mark.parametrize(
    ("asked", "commercial", "wanted"),
    [
        pytest.param(("gfpgan",), False, ["gfpgan"], id="one model"),
        pytest.param(("gpen", "gfpgan", "gpen"), False, ["gfpgan", "gpen"], id="each once, in order"),
        pytest.param(("insightface",), False, ["scrfd", "arcface"], id="a profile"),
        pytest.param(("restorers",), True, ["gfpgan", "restoreformer"], id="a profile, commercial use only"),
        pytest.param(("sdxl-base",), False, ["sdxl-base"], id="one that is in no profile"),
        pytest.param(("all",), False, [w.name for w in CATALOGUE if w.profile], id="all"),
        pytest.param(
            ("commercial",), False, [w.name for w in CATALOGUE if w.profile and w.commercial], id="commercial"
        ),
    ],
)
def test_what_names_stand_for(asked: tuple[str, ...], commercial: bool, wanted: list[str]) -> None:
    assert names(chosen(asked, commercial=commercial)) == wanted


@pytest.mark.parametrize(
    ("asked", "commercial", "words"),
    [
        pytest.param(("gfpgan", "magic"), False, "expected one of .*; got magic", id="unknown"),
        pytest.param(("",), False, "expected one of", id="empty"),
        pytest.param(("codeformer",), True, "nothing of codeformer", id="nothing left"),
    ],
)
def test_what_stands_for_nothing_is_refused(asked: tuple[str, ...], commercial: bool, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        chosen(asked, commercial=commercial)


def test_an_entry_is_found_by_its_name() -> None:
    assert weight_of("codeformer").single
    assert not weight_of("sdxl-base").single
