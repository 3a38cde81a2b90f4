"""The whole page: style, sections and script in one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Final

from ..album import Shot
from ..figures import BenchReport
from ..machine import said
from . import sections

HERE: Final = Path(__file__).parent
NAMES: Final = {
    "speed": "Speed",
    "memory": "Memory",
    "success": "Success",
    "quality": "Quality",
    "pictures": "Pictures",
    "against": "Published",
    "absent": "Not here",
    "machine": "Machine",
}


def page_of(report: BenchReport, albums: Mapping[str, Sequence[Shot]]) -> str:
    """One HTML file; pictures are inside it, and nothing is asked of any other place."""
    bodies = {
        "speed": sections.speed(report),
        "memory": sections.memory(report),
        "success": sections.success(report),
        "quality": sections.quality(report),
        "pictures": sections.gallery(albums),
        "against": sections.against(report),
        "absent": sections.absent(report),
        "machine": sections.machine(report),
    }
    links = "".join(f'<a href="#{name}">{NAMES[name]}</a>' for name, body in bodies.items() if body)
    machine = report.machine
    facts = f"{said(machine)}. {machine['system']}, Python {machine['python']}. {machine['when']}."
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>Open The Eyes: benchmark</title>"
        f'<style>{(HERE / "style.css").read_text(encoding="utf-8")}</style></head><body><div class="wrap">'
        f'<header class="top"><p class="kicker">Open The Eyes {escape(str(machine["version"]))}</p>'
        "<h1>How fast, how much memory, how good, against what</h1>"
        f'<p class="facts">{escape(facts)}</p></header>{sections.tiles(report)}<nav>{links}</nav>'
        f"<main>{''.join(bodies.values())}</main>"
        "<footer>Written by <code>open-the-eyes bench</code>. The same figures with every sample are in report.json; "
        "<code>open-the-eyes bench compare A.json B.json</code> holds two runs against each other.</footer></div>"
        f"<script>{(HERE / 'page.js').read_text(encoding='utf-8')}</script></body></html>"
    )
