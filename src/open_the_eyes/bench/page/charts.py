"""Plots as inline SVG: bars of stages, dots with intervals, memory over time. Words stay HTML, so that they reflow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from ..figures import Timeline
from ..tables import STAGES

MOST_POINTS: Final = 400


@dataclass(frozen=True, slots=True)
class Dot:
    """A value and its interval, `tone` one of "ours", "other", "plain"."""

    label: str
    text: str
    value: float
    low: float
    high: float
    tone: str = "ours"


def stage_bar(parts: Sequence[tuple[str, float, str]], whole: float) -> str:
    """A bar of stages side by side, from (stage, value, text to show), each as wide as its share of `whole`."""
    drawn, left = [], 0.0
    for stage, value, said in parts:
        width = 100 * value / whole
        drawn.append(
            f'<rect class="s-{escape(stage)}" x="{left:.3f}%" width="{width:.3f}%" height="100%">'
            f"<title>{escape(said)}</title></rect>"
        )
        left += width
    return f'<svg class="bar" role="img" aria-label="{escape("; ".join(p[2] for p in parts))}">{"".join(drawn)}</svg>'


def legend(stages: Sequence[str]) -> str:
    items = "".join(f'<li><i class="s-{escape(stage)}"></i>{escape(stage)}</li>' for stage in stages)
    return f'<ul class="legend">{items}</ul>'


def dots(rows: Sequence[Dot], *, from_zero: bool = False, highest: float | None = None) -> str:
    """Values with their intervals as an SVG: one line a row, all on one scale."""
    low = 0.0 if from_zero else min(row.low for row in rows)
    high = highest or max(row.high for row in rows)
    room = 0.0 if from_zero else 0.06 * max(high - low, 1e-9)
    low, span = low - room, max(high - low + 2 * room, 1e-9)

    def at(value: float) -> float:
        return 100 * min(max((value - low) / span, 0.0), 1.0)

    lines = []
    for row in rows:
        said = f"{row.label}: {row.text}"
        lines.append(
            f'<div class="dot-row"><span class="dot-label">{escape(row.label)}</span>'
            f'<svg class="dot {row.tone}" role="img" aria-label="{escape(said)}"><title>{escape(said)}</title>'
            '<line class="rail" x1="0" x2="100%" y1="50%" y2="50%"/>'
            f'<line class="whisker" x1="{at(row.low):.2f}%" x2="{at(row.high):.2f}%" y1="50%" y2="50%"/>'
            f'<circle cx="{at(row.value):.2f}%" cy="50%" r="5"/></svg>'
            f'<span class="dot-text">{escape(row.text)}</span></div>'
        )
    return f'<div class="dots">{"".join(lines)}</div>'


def timeline(shown: Timeline, budgets: Sequence[tuple[str, float]] = ()) -> str:
    """Memory over time with its stages; a GPU's as a second line."""
    end = max(shown.seconds[-1], 1e-6)
    top = 1.12 * max([*shown.ram_mib, *shown.vram_mib, 1.0])
    near = [(name, mib) for name, mib in budgets if mib < 1.6 * top]
    top = max([top, *(1.08 * mib for _, mib in near)])
    bands, words = [], []
    ends = [second for second, _ in shown.marks[1:]] + [end]
    for (begins, name), ending in zip(shown.marks, ends, strict=True):
        left, width = 100 * begins / end, 100 * max(ending - begins, 0.0) / end
        stage = name.split("/")[0]
        css = f"s-{stage}" if stage in STAGES else "s-other"
        said = f"{name}: {ending - begins:.2f} s"
        bands.append(
            f'<rect class="{css}" x="{10 * left:.2f}" width="{10 * width:.2f}" y="0" height="300">'
            f"<title>{escape(said)}</title></rect>"
        )
        if width > 7:
            words.append(f'<span style="left:{left:.2f}%;width:{width:.2f}%">{escape(name)}</span>')
    lines = "".join(
        f'<line class="budget" x1="0" x2="1000" y1="{_y(mib, top):.1f}" y2="{_y(mib, top):.1f}"/>' for _, mib in near
    )
    ticks = [top * share for share in (0.25, 0.5, 0.75)]
    grid = "".join(f'<line class="grid" x1="0" x2="1000" y1="{_y(t, top):.1f}" y2="{_y(t, top):.1f}"/>' for t in ticks)
    scale = "".join(f'<span style="top:{100 - 100 * t / top:.1f}%">{t:.0f} MiB</span>' for t in ticks)
    vram = f'<path class="vram" d="{_path(shown, shown.vram_mib, end, top)}"/>' if shown.vram_mib else ""
    ram = _path(shown, shown.ram_mib, end, top)
    peak = max(shown.ram_mib)
    said = f"{shown.case}: memory over {end:.1f} seconds, peak {peak:.0f} MiB"
    return (
        f'<figure class="timeline"><div class="bands">{"".join(words)}</div><div class="plot">'
        f'<svg viewBox="0 0 1000 300" preserveAspectRatio="none" role="img" aria-label="{escape(said)}">'
        f'<g class="bands">{"".join(bands)}</g>{grid}{lines}'
        f'<path class="ram-area" d="{ram} L1000 300 L0 300 Z"/><path class="ram" d="{ram}"/>{vram}</svg>'
        f'<div class="scale">{scale}</div></div>'
        f'<div class="seconds"><span>0 s</span><span>{end / 2:.1f} s</span><span>{end:.1f} s</span></div>'
        f"<figcaption>{escape(said)}</figcaption></figure>"
    )


def _path(shown: Timeline, held: Sequence[float], end: float, top: float) -> str:
    """Thinned so that the highest of each stretch stays."""
    step = max(len(held) // MOST_POINTS, 1)
    points = []
    for first in range(0, len(held), step):
        stretch = held[first : first + step]
        highest = first + max(range(len(stretch)), key=stretch.__getitem__)
        points.append(f"{1000 * shown.seconds[highest] / end:.1f} {_y(held[highest], top):.1f}")
    return f"M0 {_y(held[0], top):.1f} L" + " L".join(points) + f" L1000 {_y(held[-1], top):.1f}"


def _y(mib: float, top: float) -> float:
    return 300 - 300 * min(mib / top, 1.0)
