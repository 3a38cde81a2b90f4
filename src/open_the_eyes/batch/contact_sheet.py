"""The contact sheet: what failed, whom to look at, before and after of opened faces; each page stands alone."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from html import escape
from itertools import groupby, islice
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import quote

from ..addresses import is_address
from ..files.whole_file import write_whole
from ..system.paths import real_place
from ..wording import counted
from .record import Record

PER_PAGE: Final = 200
"""Most photos on a page, which is about 1.5 MB then."""
SHEET: Final = "sheet.html"

Section = Literal["failed", "to_look_at", "kept", "opened"]
_HEADINGS: Final[dict[Section, str]] = {
    "failed": "Failed",
    "to_look_at": "Look at these",
    "kept": "Kept: changed since the batch wrote them",
    "opened": "Opened",
}
"""Headings of the sections, in the order of the sheet."""
_Card = tuple[Section, Record]

_STYLE: Final = """
:root { color-scheme: light dark; --line: #8884; --soft: #777; --bad: #c0392b; --card: #8881; }
* { box-sizing: border-box }
body { font: 15px/1.45 system-ui, sans-serif; margin: 0 auto; padding: 24px; max-width: 1180px }
h1 { font-size: 22px; margin: 0 0 4px } p, nav { margin: 0 0 14px; color: var(--soft) }
.counts { display: flex; flex-wrap: wrap; gap: 10px; margin: 14px 0; padding: 0; list-style: none }
.counts li { border: 1px solid var(--line); border-radius: 8px; padding: 6px 14px }
.counts b { font-size: 18px; margin-right: 6px; color: CanvasText }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(340px, 1fr)); gap: 14px }
figure { margin: 0; border: 1px solid var(--line); border-radius: 10px; overflow: hidden; background: var(--card) }
figure img { display: block; width: 100%; height: auto }
figcaption { padding: 7px 11px; overflow-wrap: anywhere; font-size: 13.5px }
figcaption small { color: var(--soft); display: block } figcaption .bad { color: var(--bad) }
.look div { display: flex; gap: 11px; padding: 7px 11px; align-items: flex-start }
.look img { width: 120px; flex: none; border-radius: 6px } .look p { margin: 0; font-size: 13.5px }
nav a { margin-right: 10px } nav b { margin-right: 10px; color: CanvasText } h2 { font-size: 17px; margin: 26px 0 10px }
"""


def write_sheet(folder: Path, shown: Mapping[Section, Iterable[Record]], summary: dict[str, Any]) -> list[Path]:
    """Pages in `folder`: `sheet.html`, `sheet-2.html`, ...; PER_PAGE photos a page.

    Args:
        folder: inside the folder of results, so that links to these are short.
        shown: all that are to be shown; taken a page at a time, so ten thousand are never in memory together.

    Raises:
        PhotoNotWritten: no room.
    """
    cards = ((section, record) for section in _HEADINGS for record in shown.get(section, ()))
    total = sum(summary[section] for section in _HEADINGS)
    pages = max(1, -(-total // PER_PAGE))
    paths = []
    for number in range(1, pages + 1):
        path = folder / _page_name(number)
        text = _page(list(islice(cards, PER_PAGE)), number, pages, summary)
        write_whole(path, text.encode("utf-8", "backslashreplace"), overwrite=True)
        paths.append(path)
    for old in folder.glob("sheet-*.html"):
        if old not in paths:
            old.unlink()
    return paths


def _page_name(number: int) -> str:
    return SHEET if number == 1 else f"sheet-{number}.html"


def _page(cards: list[_Card], number: int, pages: int, summary: dict[str, Any]) -> str:
    title = f"Open The Eyes: {_shoot(summary['in'])}"
    counts = "".join(
        f"<li><b>{summary[key]:,}</b>{word}</li>"
        for key, word in (
            ("photos", "photo" if summary["photos"] == 1 else "photos"),
            ("opened", "opened"),
            ("unchanged", "unchanged"),
            ("to_look_at", "to look at"),
            ("kept", "kept"),
            ("failed", "failed"),
            ("not_done", "not done yet"),
        )
        if summary[key] or key == "photos"
    )
    turning = _turning(number, pages)
    sections = "\n".join(_section(*one) for one in groupby(cards, lambda card: card[0])) or "<p>No eye was opened.</p>"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<header>
<h1>{escape(title)}</h1>
<p>Engine {escape(str(summary["engine"]))}. Of opened eyes: before on the left, after on the right.</p>
<ul class="counts">{counts}</ul>
{turning}
</header>
<main>
{sections}
</main>
<footer>{turning}</footer>
</body>
</html>
"""


def _shoot(root: str) -> str:
    """What the photos' folder is called, however it was named ("."), or their address."""
    return root if is_address(root) else real_place(Path(root)).name or root


def _turning(number: int, pages: int) -> str:
    if pages == 1:
        return ""
    links = (f"<b>{n}</b>" if n == number else f'<a href="{_page_name(n)}">{n}</a>' for n in range(1, pages + 1))
    return f'<nav aria-label="Pages">Page {"".join(links)}</nav>'


def _section(section: Section, cards: Iterable[_Card]) -> str:
    card = _look_card if section == "to_look_at" else _card
    figures = "\n".join(card(record) for _, record in cards)
    return f'<section>\n<h2>{_HEADINGS[section]}</h2>\n<div class="grid">\n{figures}\n</div>\n</section>'


def _look_card(record: Record) -> str:
    """Each face that may still have its eyes closed, with its number and why; the first few with a picture."""
    name, total = _name(record), len(record.faces)
    rows = []
    for place, number in enumerate(record.to_look_at):
        what = f"face {number}" if total == 1 else f"face {number} of {total}"
        picture = "".join(
            f'<img src="data:image/jpeg;base64,{crop}" width="120" height="120" loading="lazy" alt="{what} of {name}">'
            for crop in record.crops[place : place + 1]
        )
        reason = escape("".join(record.reasons[number - 1 : number]))
        rows.append(f"<div>{picture}<p><b>{what}</b> {reason}</p></div>")
    return f'<figure class="look"><figcaption>{name}</figcaption>{"".join(rows)}</figure>'


def _name(record: Record) -> str:
    return escape(record.name.encode("utf-8", "backslashreplace").decode())


def _card(record: Record) -> str:
    name = _name(record)
    if record.state == "failed":
        return f'<figure><figcaption>{name}<small class="bad">{escape(record.error)}</small></figcaption></figure>'
    pictures = "".join(
        f'<img src="data:image/jpeg;base64,{eyes}" width="340" height="72" loading="lazy" '
        f'alt="Eyes {n} of {name}, before and after">'
        for n, eyes in enumerate(record.eyes, start=1)
    )
    links = ", ".join(
        f'<a href="{quote("../" + output.path, errors="surrogateescape")}">{escape(os.path.basename(output.path))}</a>'  # noqa: PTH119 -- a text, not a path of this system
        for output in record.outputs
    )
    more = f"<small>and {counted(record.more_faces, 'more face')}</small>" if record.more_faces else ""
    return f"<figure>{pictures}<figcaption>{name}<small>{links}</small>{more}</figcaption></figure>"
