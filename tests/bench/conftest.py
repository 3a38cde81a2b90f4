"""One small benchmark for the whole room: the real thing, few turns, two pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from open_the_eyes.bench.run import Found
    from open_the_eyes.bench.truth import Findings, Hidden
    from open_the_eyes.engine import Engine
    from open_the_eyes.imaging.arrays import Rgb


@pytest.fixture(scope="session")
def small_bench() -> Found:
    """What `bench --quick --turns 1 --sample 2` finds."""
    from open_the_eyes.bench.plan import Plan
    from open_the_eyes.bench.run import run

    return run(Plan(quick=True, turns=1, sample=2))


@pytest.fixture(scope="session")
def hidden(engine: Engine, portrait: Rgb) -> Hidden:
    """The portrait with its eyes hidden."""
    from open_the_eyes.bench.truth import Findings, hidden

    found = hidden("portrait", portrait, engine, Findings())
    assert found is not None
    return found


@pytest.fixture
def findings() -> Findings:
    from open_the_eyes.bench.truth import Findings

    return Findings()
