"""`python -m benchmarks.fuzz_read --count 10000`: struck files of every format through `files.read`.

Each must end in a photo or in an error of ours, within ten seconds and within the memory that is allowed, and leave no
file behind; every fourth that is read is written and read again. The files are read in child processes, so that one
that crashes or hangs a library is found and kept. What was found lands in the folder given with --keep.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from open_the_eyes.errors import OpenTheEyesError
from open_the_eyes.files import EditRecord, encoded, read, read_record
from open_the_eyes.settings import Settings

from . import mutants

ROOT: Final = Path(__file__).resolve().parent.parent
SECONDS: Final = 10
MEBIBYTES: Final = 1024
CHUNK: Final = 500
_ALL: Final = "all"
"""Every format in one process, for a short run."""
SETTINGS: Final = Settings(max_bytes=1_000_000, max_pixels=250_000)
RECORD: Final = EditRecord(engine="appearance", mode="fast", seed=1, version="0.1.0", faces=((1, "opened"),))


@dataclass
class Tally:
    """What became of all files."""

    files: int = 0
    read: int = 0
    slowest: float = 0.0
    peak_mib: int = 0
    found: list[str] = field(default_factory=list)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--count", type=int, default=10_000, help="how many files, over all formats")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=Path("out/fuzz"), help="where files that show a fault are kept")
    parser.add_argument("--child", nargs=3, metavar=("NAME", "COUNT", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.child:
        return _child(given.child[0], int(given.child[1]), given.seed, Path(given.child[2]))
    tally = Tally()
    each = -(-given.count // len(mutants.NAMES))
    with tempfile.TemporaryDirectory() as folder:
        for name in (_ALL,) if given.count <= CHUNK else mutants.NAMES:
            for first in range(0, each, CHUNK):
                _chunk(name, min(CHUNK, each - first), given.seed + first, Path(folder), given.keep, tally)
            _say(f"{name:22} {each} files")
    _say(
        f"{tally.files} files: {tally.read} read, the others refused; slowest {tally.slowest:.2f} s, "
        f"peak memory {tally.peak_mib} MiB; {len(tally.found)} faults"
    )
    for fault in tally.found:
        _say(fault)
    return 1 if tally.found else 0


def _chunk(name: str, count: int, seed: int, folder: Path, keep: Path, tally: Tally) -> None:
    """One child process; a fault that ends it ends the chunk as well."""
    photo = folder / "photo"
    command = [
        sys.executable,
        "-m",
        "benchmarks.fuzz_read",
        "--seed",
        str(seed),
        "--child",
        name,
        str(count),
        str(photo),
    ]
    env = {**os.environ, "TMPDIR": str(folder)}  # so that whatever a decoder leaves behind is seen
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env, cwd=ROOT)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    for line in lines:
        tally.files, tally.read = tally.files + line["files"], tally.read + line["read"]
        tally.slowest, tally.peak_mib = max(tally.slowest, line["slowest"]), max(tally.peak_mib, line["peak_mib"])
        tally.found += [f"{name}, seed {seed}: {fault}" for fault in line["found"]]
    if done.returncode or not lines:
        keep.mkdir(parents=True, exist_ok=True)
        kept = keep / f"{name.replace(' ', '-').replace(',', '')}-{seed}.bin"
        if photo.exists():
            kept.write_bytes(photo.read_bytes())
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        tally.found.append(f"{name}, seed {seed}: the process ended with {done.returncode} ({last}); see {kept}")
    left = [path.name for path in folder.iterdir() if path != photo]
    tally.found += [f"{name}, seed {seed}: left behind {left}"] if left else []


def _child(name: str, count: int, seed: int, photo: Path) -> int:
    limit = MEBIBYTES * 2**20 + _size_now()
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    tally = Tally()
    names = mutants.NAMES if name == _ALL else (name,)
    struck = (mutant for one in names for mutant in mutants.mutants(mutants.seed_file(one), count, seed))
    for number, mutant in enumerate(struck):
        photo.write_bytes(mutant)
        faulthandler.dump_traceback_later(SECONDS, exit=True)
        began = time.perf_counter()
        try:
            with warnings.catch_warnings(), contextlib.suppress(OpenTheEyesError):
                warnings.simplefilter("ignore")  # a decoder may mumble about bytes that are odd
                _through(photo, number, tally)
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is what is looked for
            tally.found.append(f"file {number}: {type(error).__name__}: {error}")
        faulthandler.cancel_dump_traceback_later()
        tally.files += 1
        tally.slowest = max(tally.slowest, time.perf_counter() - began)
    tally.peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    _say(json.dumps(tally.__dict__))
    return 0


def _through(photo: Path, number: int, tally: Tally) -> None:
    survivor = read(photo, SETTINGS)
    tally.read += 1
    if number % 4 or survivor.file is None or survivor.file.format is None:
        return
    written = encoded(survivor, survivor.file.format, RECORD)
    back = read(written, SETTINGS)
    if back.size_wh != survivor.size_wh or read_record(back) != RECORD:
        raise ValueError("what was written is not what was read")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _size_now() -> int:
    """Bytes of address space in use, where the system tells."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 2**31


if __name__ == "__main__":
    sys.exit(main())
