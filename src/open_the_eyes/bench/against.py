"""Published figures beside our own."""

from __future__ import annotations

from typing import Final

from .cells import NONE, Cell, Table, value_of
from .figures import Area, BenchReport
from .peers import PEERS, Peer, peer
from .statistics import percentile

USUAL: Final = "portrait, standard"
_PLACES: Final[dict[str, tuple[Area, str, str]]] = {
    "photo": ("speed", USUAL, "photo"),
    "4 variations": ("speed", "portrait, 4 variations", "photo"),
    "peak RAM": ("memory", "portrait", "peak RAM"),
    "peak VRAM": ("memory", "portrait", "peak VRAM"),
    "LCM, 4 steps": ("speed", "portrait, sdxl, LCM, 4 steps", "photo"),
}


def against(report: BenchReport) -> Table:
    """Every published figure beside ours, those that have one first."""
    rows = []
    timed = bool(report.of("speed"))  # of a run without, only what it has is worth a row
    for one, ours in sorted(((one, _ours(report, one)) for one in PEERS), key=lambda pair: pair[1] is None):
        if ours is None and not timed:
            continue
        rows.append(
            (
                Cell(one.what),
                Cell(value_of(one.value, one.unit), one.value),
                Cell(one.where),
                Cell(one.whose),
                Cell(NONE if ours is None else value_of(ours, one.unit), ours),
            )
        )
    lead = (
        "Published figures were measured by others, on the hardware named, on other photos: they say what is usual, "
        "not who wins. Those without an address are claims that nobody can check here. Ours are of this run and this "
        "machine."
    )
    return Table("Published figures", ("what", "published", "on", "by", "here"), tuple(rows), lead)


def published(what: str) -> Cell:
    """The published figure that belongs to a row of ours."""
    found = peer(what)
    return Cell(NONE) if found is None else Cell(f"{value_of(found.value, found.unit)} ({found.where})", found.value)


def mode_of(case: str) -> str:
    last = case.rpartition(", ")[2]
    return last if peer(last) else f"mode {last}"


def _ours(report: BenchReport, one: Peer) -> float | None:
    """The figure of this run that stands for the same thing."""
    if one.what in ("p95", "p99"):
        photo = report.find("speed", USUAL, "photo")
        return None if photo is None else percentile(photo.samples, float(one.what[1:]))
    if one.what.startswith("photos a minute"):
        several = "8 workers" in one.what
        seconds = [f.value for f in report.whats("batch", "photo") if ("8 processes" in f.case) == several]
        return 60 / min(seconds) if seconds else None
    if one.what == "success":
        found = report.verified()
    elif one.what in ("LPIPS", "FID"):
        found = next(iter(report.whats("quality", one.what)), None)
    else:
        found = report.find(*_place_of(one.what))
    return None if found is None else found.value


def _place_of(what: str) -> tuple[Area, str, str]:
    """Area, case and name of a figure of ours."""
    if what.startswith("mode "):
        return "speed", f"portrait, {what.removeprefix('mode ')}", "photo"
    return _PLACES.get(what, ("speed", USUAL, f"stage/{what}"))
