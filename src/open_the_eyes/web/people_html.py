"""Whose eyes are seen on a face, and who it is in the other shots, as HTML: what is known, and what is asked.

A picture of each face that is asked about stands beside the question.
"""

from __future__ import annotations

from collections.abc import Collection
from html import escape
from typing import Final

from . import words
from .edit_session import EditSession
from .eye_origin import Same

AT_ONCE: Final = 2
"""People who are asked about at once for one face; the next follow when it is none of these."""


def whose(session: EditSession, face: int) -> str:
    """A line on whose eyes these are; with a way back where they are so because the visitor has said who it is."""
    origin = session.origin(face)
    said = "" if origin is None else words.whose(origin, session.names)
    if not said:
        return ""
    same = next((one for one in session.matches if one[0] == face), None)
    back = "" if same is None else _answer(same, "no", "That is somebody else")
    return f'<p class="whose">{escape(said)}{back}</p>'


def asked(session: EditSession) -> dict[int, str]:
    """By face, who in the other shots may be this person, to say whether that is so."""
    offers = _offers(session, [number for number, _ in enumerate(session.names) if number not in _unrelated(session)])
    return {face: "".join(_question(session, one) for one in known) for face, known in offers.items()}


def asked_all_the_same(session: EditSession) -> str:
    """The questions about shots that look like another photo: folded away, since they are most likely in vain."""
    offers = _offers(session, _unrelated(session))
    questions = "".join(_question(session, one) for known in offers.values() for one in known)
    folded = f'<details class="ote-fold"><summary>It shows the same people after all?</summary>{questions}</details>'
    return folded * bool(questions)


def _unrelated(session: EditSession) -> tuple[int, ...]:
    return () if session.preview is None else session.preview.unrelated


def _offers(session: EditSession, shots: Collection[int]) -> dict[int, list[Same]]:
    """By face, who in these shots is asked about: nobody at two faces at once, or who is somebody already."""
    taken = {one[1:] for one in session.matches}
    offers = dict[int, list[Same]]()
    for face in session.choosable:
        known = [one for one in session.asked(face.id) if 0 < one[1] < len(session.names) and one[1] in shots]
        offers[face.id] = [one for one in known if one[1:] not in taken][:AT_ONCE]
        taken |= {one[1:] for one in offers[face.id]}
    return offers


def _question(session: EditSession, same: Same) -> str:
    face, shot, there = same
    name, number = escape(session.names[shot]), f"{face}-{shot}-{there}"
    return (
        f'<div class="ote-same" role="group" aria-labelledby="same-{number}">'
        f'<img src="/pictures/{session.job}/shot/{shot}/{there}.jpg" alt="Face {there} of {name}">'
        f'<p id="same-{number}">Is this the same person as face {face}? <span class="name">{name}</span></p>'
        f"{_answer(same, 'yes', 'Yes')}{_answer(same, 'no', 'No')}</div>"
    )


def _answer(same: Same, answer: str, label: str) -> str:
    face, shot, there = same
    return (
        f'<button type="button" class="quiet" data-act="same" data-face="{face}" data-shot="{shot}" '
        f'data-there="{there}" data-answer="{answer}">{label}</button>'
    )
