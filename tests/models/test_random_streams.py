"""No draw of an attempt repeats the numbers of another one."""

from __future__ import annotations

import numpy as np
import pytest

from open_the_eyes.models.random_streams import DONOR, EXEMPLAR, REFINER, stream


@pytest.mark.parametrize("seed", [0, 1, 104_729])
def test_streams_of_one_seed_have_no_number_in_common(seed: int) -> None:
    streams = [np.random.default_rng(seed), np.random.default_rng((seed, 1))]  # the shape's and the right iris's
    streams += [stream(seed, which) for which in (REFINER, EXEMPLAR, DONOR)]
    numbers = np.concatenate([each.standard_normal(100) for each in streams])
    assert len(np.unique(numbers)) == len(numbers)
