"""`open-the-eyes fetch`, against a hub on this machine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from open_the_eyes.cli import main
from open_the_eyes.models.weights import catalogue
from tests.hub import FakeHub, serving

NETWORK = b"network" * 100


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHub]:
    """One that has both restorers of a catalogue made for it, and the machine's settings."""
    names = ("gfpgan", "gpen")
    known = {n: replace(catalogue.weight_of(n), hub_id="people/nets", files=(f"{n}.onnx",), sha256={}) for n in names}
    monkeypatch.setattr(catalogue, "CATALOGUE", tuple(known.values()))
    with serving(FakeHub({"people/nets": {f"{name}.onnx": NETWORK for name in names}})) as hub:
        monkeypatch.setenv("OTE_HUB", hub.address)
        monkeypatch.setenv("OTE_WEIGHTS", str(tmp_path / "weights"))
        yield hub


def test_what_was_fetched_and_where_it_is_goes_to_stdout(
    hub: FakeHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fetch", "gfpgan"]) == 0
    out, err = capsys.readouterr()
    assert out == f"gfpgan: here, in {tmp_path / 'weights' / 'gfpgan'}\n"
    assert err == "fetching gfpgan ...\n"
    assert (tmp_path / "weights/gfpgan/gfpgan.onnx").read_bytes() == NETWORK
    assert [path for path, _ in hub.asked] == ["gfpgan.onnx"]


def test_a_licence_that_forbids_commercial_use_is_shown_before(
    hub: FakeHub, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fetch", "restorers"]) == 0
    assert len(hub.asked) == 2
    first, *_ = capsys.readouterr().err.splitlines()
    assert first == "gpen: not for commercial use; licence: non-commercial by its authors"


@pytest.mark.parametrize("asked", [["restorers", "--commercial"], ["commercial"]], ids=str)
def test_for_commercial_use_only_what_is_allowed_comes(hub: FakeHub, asked: list[str]) -> None:
    assert main(["fetch", *asked]) == 0
    assert [path for path, _ in hub.asked] == ["gfpgan.onnx"]


def test_the_list_shows_what_is_here_and_fetches_nothing(hub: FakeHub, capsys: pytest.CaptureFixture[str]) -> None:
    main(["fetch", "gfpgan"])
    hub.asked.clear()
    capsys.readouterr()
    assert main(["fetch", "--list"]) == 0
    head, gfpgan, gpen, folder, source = capsys.readouterr().out.splitlines()
    assert head.split() == ["model", "with", "size", "commercial", "licence", "from"]
    assert gfpgan.split()[:6] == ["here", "gfpgan", "restorers", "0.34", "GB", "yes"]
    assert gpen.split()[:6] == ["absent", "gpen", "restorers", "0.28", "GB", "no"]
    assert folder.startswith("folder: ")
    assert source == f"source: {hub.address}"
    assert hub.asked == []


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        pytest.param(["magic"], 2, "expected one of", id="unknown"),
        pytest.param(["sdxl"], 2, "nothing of sdxl", id="nothing in it"),
        pytest.param(["gfpgan"], 4, "HTTP 503", id="out of order"),
    ],
)
def test_a_fetch_that_fails_says_so_in_one_line(
    hub: FakeHub, capsys: pytest.CaptureFixture[str], asked: list[str], code: int, words: str
) -> None:
    hub.status = 503
    assert main(["fetch", *asked]) == code
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = (line for line in err.splitlines() if line.startswith("open-the-eyes: "))
    assert words in line


def test_a_wrong_file_is_refused_with_code_4(hub: FakeHub, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    hub.lies = {"gfpgan.onnx": hashlib.sha256(b"another").hexdigest()}
    assert main(["fetch", "gfpgan"]) == 4
    assert "it was not kept" in capsys.readouterr().err
    assert not list((tmp_path / "weights" / "gfpgan").glob("*"))
