"""A hub with one single file and one folder of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from open_the_eyes.models.weights import catalogue, fetching
from open_the_eyes.models.weights.catalogue import Weight
from open_the_eyes.settings import Settings
from tests.hub import FakeHub, serving

NETWORK = np.random.default_rng(0).bytes(3_000_000)
CONFIG = b'{"layers": 2}'
ONE = Weight("one", "restorers", "", "people/nets", "main", ("net.onnx",), 3_000_000, "MIT", True, within="deep/")
MANY = Weight(
    "many", "sdxl", "", "people/pipe", "c" * 40, ("config.json", "unet/*.safetensors"), 3_000_000, "MIT", True
)


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    nets = {"deep/net.onnx": NETWORK, "README.md": b"read me"}
    pipe = {"config.json": CONFIG, "unet/a.safetensors": NETWORK[:5000], "unet/a.bin": b"pickle" * 99}
    with serving(FakeHub({"people/nets": nets, "people/pipe": pipe})) as hub:
        yield hub


@pytest.fixture
def settings(hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of a machine with an empty folder of weights, and a catalogue of two."""
    monkeypatch.setattr(catalogue, "CATALOGUE", (ONE, MANY))
    monkeypatch.setattr(fetching, "PAUSE", 0.0)
    return Settings(weights=tmp_path / "weights", hub=hub.address)


def here(settings: Settings) -> list[str]:
    """Every file in the folder of weights, but for the lock."""
    files = (p.relative_to(settings.weights).as_posix() for p in settings.weights.rglob("*") if p.is_file())
    return sorted(name for name in files if name != fetching.LOCK)
