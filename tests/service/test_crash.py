"""Once accepted, a job has one result, the right one, however often the service is killed; at length: `python -m
benchmarks.service_crash`."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from benchmarks.service_crash import crash, settings_for
from benchmarks.service_rig import Service, postgres


@pytest.mark.parametrize(("database", "kills"), [("sqlite", 2), ("postgresql", 1)])
def test_every_accepted_job_has_one_right_result_after_being_killed(tmp_path: Path, database: str, kills: int) -> None:
    with ExitStack() as stack:
        try:
            address = stack.enter_context(postgres()) if database == "postgresql" else ""
        except RuntimeError as error:
            pytest.skip(str(error))
        tally = crash(Service(tmp_path, settings_for(4, address)), jobs=4, kills=kills)
    assert tally.complaints == []
    assert tally.killed == ["server"] * kills
    assert tally.attempts >= 4
