"""`python -m benchmarks.service_load`: more photos than the service can paint, handed in side by side for a minute.

Wanted: no server error, every refusal with an honest `Retry-After`, every accepted job done, flat memory, and answers
that stay quick for those who only ask how far their job is. Everything happens on this machine, clients included.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
from rich.console import Console
from rich.table import Table

from .service_crash import blink
from .service_rig import Service, serving

SAMPLE_SECONDS: Final = 0.5
DRAIN_SECONDS: Final = 300.0
WARM_JOBS: Final = 12
"""Before the crowd comes: models are read and caches filled once, and that is no growth."""

GROWTH_MIB: Final = 32.0
"""From the mean of the second third of the time to that of the last."""

IMPATIENT_SECONDS: Final = 0.2


@dataclass(slots=True)
class Tally:
    """What came of it."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: Counter[int] = field(default_factory=Counter)
    jobs: list[str] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)
    came_again: int = 0
    let_in: int = 0
    complaints: list[str] = field(default_factory=list)

    def growth_mib(self) -> float:
        """From the second third of the minute to the last."""
        end = self.memory[-1][0]
        middle = [mib for at, mib in self.memory if end / 3 <= at < 2 * end / 3]
        last = [mib for at, mib in self.memory if at >= 2 * end / 3]
        return sum(last) / len(last) - sum(middle) / len(middle)

    def complain(self, what: str) -> None:
        if len(self.complaints) < 20:
            self.complaints.append(what)


class Crowd:
    """Clients of a service for some seconds.

    Args:
        patient: clients that come again when they were told to; the others come at once.
    """

    def __init__(self, service: Service, photo: bytes, seconds: float) -> None:
        self._service, self._photo = service, photo
        self._began = time.monotonic()
        self._until = self._began + seconds
        self.tally = Tally()
        self._seeds = iter(range(2**31))

    async def come(self, patient: int, impatient: int, askers: int) -> None:
        """Until the time is over; then waits until every accepted job has ended."""
        limits = httpx.Limits(max_connections=patient + impatient + askers)
        async with httpx.AsyncClient(base_url=self._service.address, timeout=60, limits=limits) as http:
            watch = asyncio.create_task(self._watch())
            crowd = [
                *(self._hand_in(http, patient=True) for _ in range(patient)),
                *(self._hand_in(http, patient=False) for _ in range(impatient)),
                *(self._ask(http) for _ in range(askers)),
            ]
            await asyncio.gather(*crowd)
            watch.cancel()
            await self._drain(http)

    async def _hand_in(self, http: httpx.AsyncClient, *, patient: bool) -> None:
        told = False
        while time.monotonic() < self._until:
            form = {"options": f'{{"seed": {next(self._seeds)}}}'}
            answer = await self._timed(http, "POST", "/v1/jobs", files={"photo": self._photo}, data=form)
            if answer is None:
                continue
            accepted = answer.status_code == 202
            self.tally.came_again += told
            self.tally.let_in += told and accepted
            if accepted:
                self.tally.jobs.append(answer.json()["id"])
            told = patient and not accepted
            if answer.status_code == 429:
                wait = self._retry_after(answer)
                await asyncio.sleep(min(wait, self._until - time.monotonic()) if patient else IMPATIENT_SECONDS)

    async def _ask(self, http: httpx.AsyncClient) -> None:
        """As a page does: how far is it, and, once it is done, the result."""
        number = 0
        while time.monotonic() < self._until:
            await asyncio.sleep(0.1)
            if number >= len(self.tally.jobs):
                continue
            job = self.tally.jobs[number]
            answer = await self._timed(http, "GET", f"/v1/jobs/{job}")
            if answer is not None and answer.json()["state"] == "done":
                await self._timed(http, "GET", f"/v1/jobs/{job}/result")
                number += 1

    async def _timed(self, http: httpx.AsyncClient, method: str, path: str, **what: Any) -> httpx.Response | None:
        began = time.monotonic()
        try:
            answer = await http.request(method, path, **what)
        except httpx.TransportError as error:
            self.tally.complain(f"{method} {path.split('/')[-1][:8]}: {type(error).__name__}")
            return None
        name = {202: "job accepted", 429: "job refused"}.get(answer.status_code, "")
        name = name or ("result fetched" if path.endswith("/result") else "job asked for")
        self.tally.seconds[name].append(time.monotonic() - began)
        self.tally.statuses[answer.status_code] += 1
        if answer.status_code not in (200, 202, 429):
            self.tally.complain(f"{method}: {answer.status_code} {answer.text[:200]}")
        return answer

    def _retry_after(self, answer: httpx.Response) -> int:
        told = answer.headers.get("retry-after", "")
        if not told.isdigit() or not 1 <= int(told) <= 120:
            self.tally.complain(f"429 with Retry-After {told!r}")
            return 1
        return int(told)

    async def _watch(self) -> None:
        while True:
            self.tally.memory.append((time.monotonic() - self._began, self._service.memory_mib()))
            await asyncio.sleep(SAMPLE_SECONDS)

    async def _drain(self, http: httpx.AsyncClient) -> None:
        until = time.monotonic() + DRAIN_SECONDS
        for job in self.tally.jobs:
            state = "queued"
            while state in ("queued", "running") and time.monotonic() < until:
                state = (await http.get(f"/v1/jobs/{job}")).json()["state"]
                if state != "done":
                    await asyncio.sleep(0.2)
            if state != "done":
                self.tally.complain(f"an accepted job is {state} in the end")


def load(folder: Path, seconds: float, patient: int, impatient: int, askers: int, queue: int) -> Tally:
    """Runs the whole experiment."""
    photo = blink()
    with serving(folder, {"OTE_MAX_QUEUE": str(queue)}) as service:
        _warm(service, photo)
        crowd = Crowd(service, photo, seconds)
        asyncio.run(crowd.come(patient, impatient, askers))
    tally = crowd.tally
    if tally.growth_mib() > GROWTH_MIB:
        tally.complain(f"memory grew by {tally.growth_mib():.0f} MiB")
    if not tally.statuses[429]:
        tally.complain("nobody was refused: this was no load")
    return tally


def _warm(service: Service, photo: bytes) -> None:
    with httpx.Client(base_url=service.address, timeout=60) as http:
        for _ in range(WARM_JOBS):
            job = http.post("/v1/jobs", files={"photo": photo}).raise_for_status().json()
            http.get(job["links"]["events"], timeout=None)  # ends when the job has ended


def quantile(values: list[float], share: float) -> float:
    """The nearest value that `share` of all are not above."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def show(tally: Tally, console: Console) -> None:
    table = Table("request", "count", "p50 ms", "p95 ms", "p99 ms", "longest ms")
    for name, values in sorted(tally.seconds.items()):
        told = [f"{1000 * quantile(values, share):.0f}" for share in (0.5, 0.95, 0.99, 1)]
        table.add_row(name, str(len(values)), *told)
    console.print(table)
    mib = [one for _, one in tally.memory]
    console.print(
        "answers: " + ", ".join(f"{count} times {status}" for status, count in sorted(tally.statuses.items()))
    )
    console.print(f"came again after Retry-After: {tally.came_again}, let in then: {tally.let_in}")
    console.print(f"memory, MiB: {mib[0]:.0f} at first, {max(mib):.0f} at most, {mib[-1]:.0f} in the end;")
    console.print(f"  second third of the time to the last: {tally.growth_mib():+.0f}")
    for one in tally.complaints:
        console.print(f"NOT KEPT: {one}")
    if not tally.complaints:
        console.print(f"no server error, memory flat, all {len(tally.jobs)} accepted jobs are done")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--patient", type=int, default=16, help="clients that come again when told")
    parser.add_argument("--impatient", type=int, default=16, help="clients that do not")
    parser.add_argument("--askers", type=int, default=8, help="clients that ask for jobs and results")
    parser.add_argument("--queue", type=int, default=40, help="jobs that may wait")
    wish = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = load(Path(folder), wish.seconds, wish.patient, wish.impatient, wish.askers, wish.queue)
    show(tally, Console(width=110))
    return 1 if tally.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
