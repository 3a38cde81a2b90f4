"""`python -m open_the_eyes.bench.probe PHOTO ENGINE OPTIONS EPOCH`: one photo opened twice in a process of its own.

Prints one line of JSON: memory over time, when each stage began, and the seconds of both times. EPOCH is the
`time.time()` at which the process was started.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from .memory import Sampler


def probed(photo: Path, name: str, options: dict[str, Any], since: float) -> dict[str, Any]:
    """Seconds and memory; "first" holds what a cold process pays once, "second" does not."""
    answer: dict[str, Any] = {}
    with Sampler(since) as sampler:
        sampler.mark("load libraries")
        from ..engine import engine_name, load_engine
        from ..options import Options
        from ..pipeline import open_eyes

        engine = load_engine(engine_name(name))
        answer["import"] = time.time() - since
        for turn in ("first", "second"):
            began = time.perf_counter()
            opened = open_eyes(
                photo, Options.of(**options), engine=engine, progress=lambda stage, _: sampler.mark(stage)
            )
            sampler.mark("save")
            with tempfile.TemporaryDirectory() as folder:
                report = opened.save(Path(folder) / photo.name)
            answer[turn] = time.perf_counter() - began
            answer[f"{turn} stages"] = {stage.name: stage.seconds for stage in report.stages}
            answer["vram"] = {s.name: s.peak_vram_mib for s in report.stages if s.peak_vram_mib is not None}
            sampler.mark("rest")
    return {**answer, "samples": sampler.samples, "marks": sampler.marks}


if __name__ == "__main__":
    path, name, chosen, epoch = sys.argv[1:]
    sys.stdout.write(json.dumps(probed(Path(path), name, json.loads(chosen), float(epoch))) + "\n")
