"""The page's words and buttons as HTML: head, notices, progress, what was done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..files import SUFFIXES, suffix_for
from ..naming import opened_path
from ..options import Mode
from ..options.eye_style import PLAIN_STYLE
from ..service.jobs.job import Job
from . import choices, words
from .arrival_html import EYE, breakable
from .edit_session import EditSession
from .eye_origin import EyeOrigin
from .refusals import refusal
from .tab_memory import clean


def header(retention: str) -> str:
    """The name of the program, and what becomes of photos."""
    return (
        f'<header class="ote-head"><h1>{EYE}<span>{words.TITLE}</span></h1>'
        f'<p class="promise">{words.PROMISE}</p><p class="privacy">{escape(retention)}</p></header>'
    )


def notice(headline: str = "", advice: str = "", retry: Mapping[str, str] | None = None) -> str:
    """Something that somebody should know; nothing for no headline.

    Args:
        retry: what a button to try again tells the page; None for no button.
    """
    if not headline:
        return '<div role="alert"></div>'
    data = "".join(f' data-{name}="{escape(value)}"' for name, value in (retry or {}).items())
    again = f'<button type="button"{data}>Try again</button>' if retry else ""
    said = f"<p><strong>{escape(headline)}</strong> {escape(advice)}</p>"
    return f'<div role="alert"><div class="ote-notice">{said}{again}</div></div>'


def progress(session: EditSession | None, final: Job | None = None) -> str:
    """How things stand, and the job that is on; the page's script keeps that up to date from the job's own events.

    Args:
        final: the job whose file can be fetched, if there is one; a screen reader hears of it here.
    """
    if session is None:
        return ""
    said = words.standing(session, is_file=final is None or bool(final.results))
    standing = f'<p role="status" tabindex="-1">{escape(said)}</p>'
    if session.waiting is None:
        made = " data-made" * (session.final is not None and final is not None and bool(final.results))
        return f'<div class="ote-standing"{made}>{standing}</div>'
    what = choices.PURPOSES[session.purpose][0] if session.finishing else "New eyes"
    stage_words = words.STAGES if session.finishing else {**words.STAGES, "write": words.STAGES["compose"]}
    stages, lost = escape(json.dumps(stage_words)), escape(" ".join(refusal("no-answer")))
    return (
        f'<div class="ote-standing">{standing}'
        f'<div class="ote-progress" data-job="{session.waiting}" data-stages="{stages}" data-lost="{lost}">'
        f'<p><strong>{what}</strong> <span class="say" role="status">{words.STAGES["queued"]}</span> '
        '<span class="left"></span></p>'
        f'<progress max="1" value="0" aria-label="{what}"></progress>'
        '<button type="button" class="quiet" data-act="cancel">Cancel</button></div></div>'
    )


def whose(session: EditSession | None) -> str:
    """Whose eyes the controls are for, where there is a choice."""
    if session is None or not session.styled:
        return ""
    whom = [("", "Everyone"), *((str(face), f"Face {face}") for face in session.styled)]
    now = "" if session.adjusted is None else str(session.adjusted)
    labels = "".join(
        f'<label><input type="radio" name="whose" data-act="adjust" data-face="{face}"'
        f"{' checked' if face == now else ''}><span>{label}</span></label>"
        for face, label in whom
    )
    return (
        '<div class="ote-whose" role="radiogroup" aria-labelledby="ote-whose-eyes">'
        '<p id="ote-whose-eyes">Whose eyes</p>'
        f'<div class="ote-switch">{labels}</div></div>'
    )


def finish(session: EditSession | None, capabilities: choices.Capabilities) -> str:
    """The buttons that make a file, by what it is for, where there is anything to put into one."""
    if session is None or session.preview is None or not session.choosable:
        return ""
    off = "" if session.eyes and session.waiting is None else ' aria-disabled="true"'
    why = "" if session.waiting is not None else words.nothing_to_take(session)  # beside them, where one looks
    described = ' aria-describedby="ote-why"' if why else ""
    purposes = choices.purposes(capabilities)  # what one alone is for makes one ask where the other is
    buttons = "".join(
        f'<button type="button" class="{mode}" data-act="finish" data-purpose="{mode}"{off}{described}'
        f"{_again(session, mode)}><strong>{name}</strong>{f'<span>{use}</span>' * (len(purposes) > 1)}</button>"
        for mode in purposes
        for name, use in [choices.PURPOSES[mode]]
    )
    about = (
        f'<p class="why" id="ote-why">{why}</p>' if why else f"<p>{escape(choices.about_purposes(capabilities))}</p>"
    )
    return f'<div class="ote-finish" role="group" aria-label="Make the file">{buttons}{about}</div>'


def _again(session: EditSession, mode: Mode) -> str:
    """What tells the page's script that the file which this button makes is there."""
    return " data-again" if session.final is not None and session.purpose == mode else ""


def done(session: EditSession | None, job: Job | None) -> str:
    """What was done and what was not, and where the file is, once the final job has ended."""
    if session is None or job is None or job.report is None:
        return ""
    lines = _lines(session, job.report)
    if not job.results:
        return f'<section class="ote-done"><h2>Nothing was changed</h2><ul>{lines}</ul></section>'
    result = job.results[0]
    name = file_name(session.names[0], result["name"])
    link = f"/download/{job.id}/{quote(name, safe='')}"
    return (
        f'<section class="ote-done" data-fetch="{link}"><h2>Your photo is ready</h2>'
        f'<p><a class="file" href="{link}" download="{escape(name)}">{breakable(name)}</a> '
        f'<span class="size">{words.size(result["bytes"])}</span></p><ul>{lines}</ul>{_notes(job.report)}</section>'
    )


def _notes(report: Mapping[str, Any]) -> str:
    """What of the photo's file is not in this one; jobs of older versions do not tell."""
    sentences = [note for output in report.get("outputs", ()) for note in output.get("notes", ())]
    notes = "".join(f"<li>{escape(note)}</li>" for note in dict.fromkeys(sentences))
    return f'<ul class="notes" aria-label="About the file">{notes}</ul>' if notes else ""


def _lines(session: EditSession, report: Mapping[str, Any]) -> str:
    """What became of the faces, the opened ones first; those of whom the same is said share a line."""
    alike: dict[tuple[str, str], list[int]] = {}
    for face in report["faces"]:
        style = PLAIN_STYLE if session.preview is None else session.preview.styles.of_face(face["id"])
        told = (face["outcome"], face["reason"], EyeOrigin.of(face, report, style))
        said = words.deed(session.face(face["id"]), *told, session.names)
        alike.setdefault((face["outcome"], said), []).append(face["id"])
    first = sorted(alike.items(), key=lambda told: told[0][0] != "opened")
    return "".join(
        f'<li class="{outcome}"><strong>{words.numbered(ids)}.</strong> {escape(said)}</li>'
        for (outcome, said), ids in first
    )


def file_name(name: str, stored: str) -> str:
    """photo.jpg -> photo.opened.jpg; the suffix gives way where it does not tell the truth about the stored file."""
    own = Path(clean(name))
    file_format = SUFFIXES.get(Path(stored).suffix)
    return str(opened_path(own, None if file_format is None else suffix_for(own, file_format)))
