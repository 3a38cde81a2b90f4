"""Small pieces of the page: tables that sort, tiles, sections."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..cells import NONE, Cell, Table


def table(shown: Table) -> str:
    """A table as HTML; a click, or Enter, on a column's head sorts by it."""
    heads = "".join(_head(shown, column) for column in range(len(shown.columns)))
    rows = "".join(f"<tr>{''.join(_cell(cell, n) for n, cell in enumerate(row))}</tr>" for row in shown.rows)
    lead = f"<p>{escape(shown.lead)}</p>" if shown.lead else ""
    return (
        f'<h3>{escape(shown.title)}</h3>{lead}<div class="scroll" tabindex="0" role="region" '
        f'aria-label="{escape(shown.title)}"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _head(shown: Table, column: int) -> str:
    words = all(row[column].sort is None for row in shown.rows)
    css = ' class="words"' if words else ""
    return f'<th scope="col"{css}><button type="button">{escape(shown.columns[column])}</button></th>'


def _cell(cell: Cell, column: int) -> str:
    sort = "" if cell.sort is None else f' data-v="{cell.sort:.6g}"'
    text = escape(cell.text)
    if column == 0:
        return f'<th scope="row"{sort}>{text}</th>'
    if cell.sort is None and cell.text != NONE:
        return f'<td class="words">{text}</td>'
    return f"<td{sort}>{_small_interval(text)}</td>"


def _small_interval(text: str) -> str:
    """ "0.75 [0.74, 0.77]": the interval stands back."""
    value, bracket, rest = text.partition(" [")
    return f'{value} <small class="interval">[{rest}</small>' if bracket else text


def tile(figure: str, what: str, note: str = "", tone: str = "") -> str:
    content = f"<b>{escape(figure)}</b><span>{escape(what)}</span><small>{escape(note)}</small>"
    return f'<div class="tile {tone}">{content}</div>'


def section(identity: str, title: str, lead: str, body: Sequence[str]) -> str:
    return (
        f'<section id="{identity}"><h2>{escape(title)}</h2><p class="lead">{escape(lead)}</p>{"".join(body)}</section>'
    )
