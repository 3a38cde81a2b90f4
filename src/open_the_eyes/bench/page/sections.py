"""The page's sections, each from the report alone; pictures come from the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from ...wording import counted
from .. import tables
from ..against import against as against_table
from ..album import Shot, data_uri
from ..cells import mebibytes, seconds
from ..closed import STEPS
from ..contenders import PRODUCT, SHUT
from ..figures import BenchReport, Figure
from ..measures import KINDS
from ..statistics import percentile
from ..tables import USUAL
from . import charts, parts
from .charts import Dot

SHOWN: Final = ("L1", "PSNR", "SSIM", "MS-SSIM", "LPIPS", "identity", "iris colour", "gaze", "seam", "sharpness")
WORST, BEST = 6, 4


def tiles(report: BenchReport) -> str:
    """The few figures that a person looks for first."""
    made = []
    photo = report.find("speed", USUAL, "photo")
    if photo is not None:
        made.append(parts.tile(seconds(photo.value), "a photo, warm", f"p95 {seconds(percentile(photo.samples, 95))}"))
    cold = report.find("cold", "portrait", "one photo, from the start")
    if cold is not None:
        made.append(parts.tile(seconds(cold.value), "cold start", "process, models, first photo"))
    peak = report.find("memory", "portrait", "peak RAM")
    if peak is not None:
        made.append(parts.tile(mebibytes(peak.value), "peak memory", "of a fresh process"))
    verified = report.verified()
    if verified is not None:
        count = counted(len(verified.samples), "photo")
        made.append(parts.tile(f"{100 * verified.value:.0f} %", "closed eyes opened", f"and verified, of {count}"))
    ssim = report.whats("quality", "SSIM")
    ours = next((one for one in ssim if one.way.startswith(PRODUCT)), None)
    shut = next((one for one in ssim if one.way == SHUT), None)
    if ours is not None and shut is not None:
        made.append(parts.tile(f"{ours.value:.2f}", "SSIM in the mask", f"left shut: {shut.value:.2f}"))
    outside = [one for one in report.of("quality") if one.what == "outside" and one.way != SHUT]
    ours = next((one for one in outside if not one.way.startswith("OpenCV")), None)
    if ours is not None:
        tone = "" if ours.value == 0 else "bad"
        made.append(parts.tile(f"{ours.value:.0f}", "levels changed outside", "the mask; must be 0", tone))
    return f'<div class="tiles">{"".join(made)}</div>'


def speed(report: BenchReport) -> str:
    totals = report.whats("speed", "photo")
    if not totals:
        return ""
    body = [stage_bars(report, totals), parts.table(tables.speed(report)), parts.table(tables.stages(report))]
    several, cold = tables.several(report), tables.cold(report)
    body += [parts.table(several)] if several.rows else []
    body += [parts.table(cold)] if cold.rows else []
    lead = "Median seconds of each stage, from reading the file to having written the result."
    return parts.section("speed", "How fast", lead, body)


def stage_bars(report: BenchReport, totals: Sequence[Figure]) -> str:
    """One bar a case, stages side by side."""
    longest = max(figure.value for figure in totals)
    rows, seen = [], set()
    for figure in totals:
        bits = []
        for stage in tables.STAGES:
            found = report.find("speed", figure.case, f"stage/{stage}")
            if found is not None:
                seen.add(stage)
                bits.append((stage, found.value, f"{stage} {seconds(found.value)}"))
        share = sum(bit[1] for bit in bits)
        rows.append(
            f'<span class="name">{escape(figure.case)}</span><b class="value">{seconds(figure.value)}</b>'
            f"{charts.stage_bar(bits, max(longest, share))}"
        )
    used = [stage for stage in tables.STAGES if stage in seen]
    return f'<div class="panel"><div class="bars">{"".join(rows)}</div>{charts.legend(used)}</div>'


def memory(report: BenchReport) -> str:
    if not report.of("memory"):
        return ""
    plots = [f'<div class="panel">{charts.timeline(one, _budgets(report, one.case))}</div>' for one in report.timelines]
    body = [*plots, parts.table(tables.memory(report)), parts.table(tables.components(report))]
    return parts.section("memory", "How much memory", "One photo opened twice by a fresh process.", body)


def success(report: BenchReport) -> str:
    figures = report.of("success")
    if not figures:
        return ""
    rows = []
    for figure in figures:
        if figure.what != "verified":
            continue
        low, high = figure.low or 0.0, 1.0 if figure.high is None else figure.high
        text = f"{100 * figure.value:.0f} % of {len(figure.samples)}"
        rows.append(Dot(figure.case, text, figure.value, low, high, "ours" if ":" not in figure.case else "plain"))
    plot = f'<div class="panel">{charts.dots(rows, from_zero=True, highest=1.0)}</div>'
    lead = f"Photos of closed eyes: {', '.join(STEPS)}. The dots are the last step, with 95 % intervals."
    return parts.section("success", "How often it works", lead, [plot, parts.table(tables.success(report))])


def quality(report: BenchReport) -> str:
    figures = report.of("quality")
    if not figures:
        return ""
    body = []
    for case in dict.fromkeys(one.case for one in figures):
        there = [one for one in figures if one.case == case]
        if len({one.way for one in there}) > 1:
            body.append(f'<div class="measures">{"".join(_measure(there, what) for what in SHOWN)}</div>')
    body += [parts.table(shown) for shown in tables.quality(report)]
    alarms = tables.alarms(report)
    body += [parts.table(alarms)] if alarms.rows else []
    lead = "Open eyes hidden by a painted blink, opened again, and held against what was there."
    return parts.section("quality", "How good", lead, body)


def against(report: BenchReport) -> str:
    shown = against_table(report)
    return parts.section("against", "Against what", "", [parts.table(shown)]) if shown.rows else ""


def gallery(albums: Mapping[str, Sequence[Shot]]) -> str:
    """The worst and the best of each set; only ever photos of the folders that were given, or the built-in portrait."""
    body = []
    for case, shots in albums.items():
        ranked = sorted(shots, key=lambda shot: shot.score)
        shown = ranked if len(ranked) <= WORST + BEST else [*ranked[:WORST], *ranked[-BEST:]]
        title = case if len(shown) == len(ranked) else f"{case}: the {WORST} lowest and the {BEST} highest"
        body.append(f'<h3>{escape(title)}</h3><div class="gallery">{"".join(map(_shot, shown))}</div>')
    return parts.section("pictures", "Pictures", "See for yourself; the lowest come first.", body) if body else ""


def absent(report: BenchReport) -> str:
    shown = tables.absent(report)
    if not shown.rows:
        return ""
    lead = "Nothing here was replaced by something similar: the row is missing, and this is what would bring it."
    return parts.section("absent", "Not measured here", lead, [parts.table(shown).partition("</h3>")[2]])


def machine(report: BenchReport) -> str:
    libraries = ", ".join(f"{n} {v}" for n, v in report.machine["libraries"].items())
    plan = ", ".join(f"{name} {value}" for name, value in report.plan.items() if value not in (None, False))
    rows = {**report.machine, "libraries": libraries, "plan": plan, "took": f"{report.seconds:.0f} s"}
    items = "".join(f"<dt>{escape(n.replace('_', ' '))}</dt><dd>{escape(str(v or '–'))}</dd>" for n, v in rows.items())
    return parts.section("machine", "Machine, versions, seeds", "", [f'<div class="panel"><dl>{items}</dl></div>'])


def _measure(there: Sequence[Figure], what: str) -> str:
    rows = []
    for figure in there:
        if figure.what == what and figure.low is not None and figure.high is not None:
            tone = "ours" if figure.way.startswith(PRODUCT) else "plain" if figure.way == SHUT else "other"
            rows.append(Dot(figure.way, tables.number(figure.value, what), figure.value, figure.low, figure.high, tone))
    if not rows:
        return ""
    kind = KINDS[what]
    wanted = {"low": "lower is better", "high": "higher is better", "one": "1 is right", "neither": ""}[kind.better]
    unit = f" ({kind.unit})" if kind.unit else ""
    return f'<div class="panel"><h4>{what}{unit}</h4><p>{escape(kind.says)}; {wanted}</p>{charts.dots(rows)}</div>'


def _shot(shot: Shot) -> str:
    pictures = "".join(
        f'<div><img src="{data_uri(stored)}" alt="{escape(label)}"><small>{escape(label)}</small></div>'
        for label, stored in shot.pictures
    )
    return (
        f'<figure class="shot"><div class="strip">{pictures}</div>'
        f"<figcaption>{escape(shot.name)}: {escape(shot.caption)}</figcaption></figure>"
    )


def _budgets(report: BenchReport, case: str) -> list[tuple[str, float]]:
    peak = report.find("memory", case, "peak RAM")
    if peak is None:
        return []
    named = [one for one in report.of("memory") if one.case == case and one.what.startswith("peak RAM : ")]
    return [(one.what.removeprefix("peak RAM : "), peak.value / one.value) for one in named if one.value]
