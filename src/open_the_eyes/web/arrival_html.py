"""Where photos come in, as HTML: large while there is none, one line later; and what a file becomes where it is
dropped."""

from __future__ import annotations

import json
import re
from html import escape
from typing import Final

from . import words
from .edit_session import EditSession
from .example import EXAMPLE
from .job_client import LEFT_SECONDS
from .refusals import refusal
from .tab_memory import TabMemory

EYE: Final = (
    '<svg viewBox="0 0 64 40" aria-hidden="true"><path class="lids" d="M3 20C14 5 50 5 61 20 50 35 14 35 3 20z"/>'
    '<circle class="iris" cx="32" cy="20" r="10"/><circle class="pupil" cx="32" cy="20" r="4.2"/></svg>'
)
ADD: Final = '<button type="button" class="quiet" data-add>Add shots</button>'
"""Button that asks for files, which come as further shots; `arrival.js` hears it wherever it stands."""
TRY: Final = (
    f'<button type="button" class="example" data-example="{EXAMPLE}">'
    f'<img src="{EXAMPLE}" alt="" width="64" height="64">'
    "<span>No photo at hand? <strong>Try it with an example</strong></span></button>"
)
"""Button for who wants to see first what happens; `example.js` hears it."""

_BREAKS: Final = re.compile(r"(?<=[_-])(?=.)|(?<=.)(?=\.[^.]*$)")
_KINDS: Final = 'accept="image/*,.heic,.heif,.avif,.tif,.tiff"'


def arrival(session: EditSession | None, max_bytes: int, max_shots: int, left: EditSession | None = None) -> str:
    """The place for photos.

    Args:
        max_shots: beside a photo, at most.
        left: the photo that was just left; a button leads back to it for as long as it is kept.
    """
    facts = {
        "maxBytes": max_bytes,
        "maxPhotos": 1 + max_shots,
        "tooLarge": f"a photo may have at most {words.size(max_bytes)}; make it smaller.",
        "lost": " ".join(refusal("not-sent")),
        "instead": words.INSTEAD,
    }
    if session is None:
        return (
            f'<div class="ote-drop" data-facts="{_json(facts)}"><label for="ote-files">{EYE}'
            '<span class="call mouse">Drop a photo here, or <u>choose one</u></span>'
            '<span class="call touch"><u>Choose a photo</u></span>'
            '<span class="hint">Several shots of the same group? Choose them together: open eyes are borrowed from the '
            f'others.</span></label><input id="ote-files" type="file" multiple {_KINDS} '
            'aria-label="Choose a photo, or several shots of a group">'
            f'{TRY}<p class="sending" role="status"></p><p class="deleted" role="status"></p>{_way_back(left)}'
            f"{_zones(('new', 'Drop to open this photo', 'One, or several shots of the same people'))}</div>"
        )
    more = len(session.names) - 1
    others = f" and {more} more {'shot' if more == 1 else 'shots'}" if more else ""
    facts |= {"shotsOf": session.job, "maxPhotos": 1 + max_shots, "maxShots": max_shots - more}
    add = (
        f'{ADD}<input id="ote-shots-files" type="file" multiple {_KINDS} hidden aria-label="Other shots of the same '
        'people">'
    )
    shots = ("shots", "Drop here to add another shot", "The photo stays, and open eyes are borrowed from this one")
    new = ("new", "Drop here to open a new photo", f"In place of {session.names[0]}")
    has_room = more < max_shots
    return (
        f'<div class="ote-here" data-facts="{_json(facts)}" data-memory="{_memory(session)}">'
        f'<p><strong>{breakable(session.names[0])}</strong>{others}</p><p class="sending" role="status"></p>'
        f'{add * has_room}<button type="button" class="quiet" data-act="anew">New photo</button>'
        f"{_zones(*((shots, new) if has_room else (new,)))}</div>"
    )


def breakable(name: str) -> str:
    """A file's name as HTML: what is too long goes on in a new line after a "_" or "-" or before the suffix, whole."""
    return "<wbr>".join(map(escape, _BREAKS.split(name)))


def _way_back(left: EditSession | None) -> str:
    """Buttons for who pressed New photo by mistake, and for who does not want to wait for the end of its time."""
    if left is None:
        return ""
    said = escape(f"{left.names[0]} is deleted in a minute.")
    return (
        f'<div class="ote-left" data-memory="{_memory(left)}" data-seconds="{LEFT_SECONDS:.0f}" data-said="{said}">'
        '<button type="button" class="quiet" data-act="back">Back to the last photo</button>'
        '<button type="button" class="quiet" data-act="delete">Delete it now</button></div>'
    )


def _zones(*zones: tuple[str, str, str]) -> str:
    """What lies over the page while a file is dragged: what becomes of it where it is dropped.

    Args:
        zones: of each, what `arrival.js` calls it, what it does, and some more on that.
    """
    drawn = "".join(
        f'<div class="zone" data-drop="{name}"><strong>{does}</strong><span>{escape(more)}</span></div>'
        for name, does, more in zones
    )
    return f'<div class="ote-zones" aria-hidden="true">{drawn}</div>'


def _memory(session: EditSession) -> str:
    return _json(TabMemory.of(session).to_json())


def _json(value: object) -> str:
    return escape(json.dumps(value))
