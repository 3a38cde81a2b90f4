"""Mutated files of every format: an error of ours or a photo, in bounded time, and what was read can be written."""

from __future__ import annotations

import contextlib
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Final

import pytest

from benchmarks import fuzz_read
from benchmarks.mutants import NAMES, directory_mutants, mutants, seed_file
from open_the_eyes.errors import OpenTheEyesError
from open_the_eyes.files import EditRecord, encoded, read, read_record
from open_the_eyes.settings import Settings

SETTINGS = Settings(max_bytes=1_000_000, max_pixels=250_000)
RECORD = EditRecord("appearance", "fast", 1, "0.1.0", ((1, "opened"),))


STRUCK: Final = {
    **{name: lambda name=name: mutants(seed_file(name), count=60, seed=sum(name.encode())) for name in NAMES},
    **{f"tags of a {name}": lambda name=name: directory_mutants(seed_file(name)) for name in ("tiff", "jpeg", "heic")},
}


@pytest.mark.parametrize("struck", STRUCK.values(), ids=STRUCK)
def test_only_our_errors_come_out_and_soon(struck: Callable[[], Iterator[bytes]]) -> None:
    survivors = []
    for number, mutant in enumerate(struck()):
        started = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a decoder may mumble about bytes that are odd
            with contextlib.suppress(OpenTheEyesError):
                survivor = read(mutant, SETTINGS)
                assert survivor.file is not None
                written = encoded(survivor, survivor.file.format, RECORD)
                survivors.append((survivor.size_wh, written))
        assert time.process_time() - started < 4, number
    assert survivors
    for size_wh, written in survivors:
        back = read(written, SETTINGS)
        assert back.size_wh == size_wh
        assert read_record(back) == RECORD


def test_the_long_run_finds_nothing_in_a_short_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzz_read.main(["--count", "150", "--seed", "77"]) == 0, capsys.readouterr().out
    assert "0 faults" in capsys.readouterr().out
