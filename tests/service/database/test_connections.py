"""A process takes no more connections to its database than it was given."""

from __future__ import annotations

import pytest

from open_the_eyes.service.database.connections import APART, LEAST, ConnectionShares
from open_the_eyes.service.jobs.runner import dbos_config


@pytest.mark.parametrize("most", [LEAST, 11, 16, 64])
def test_all_shares_together_are_what_was_given(most: int) -> None:
    shares = ConnectionShares.of(most)
    assert APART + shares.jobs + shares.queues == most
    assert min(shares.jobs, shares.queues) >= 3


def test_dbos_is_given_its_share() -> None:
    config = dbos_config("postgresql://ote@db/ote", "a", 5)
    assert (config["sys_db_pool_size"], config["executor_id"]) == (5, "a")
