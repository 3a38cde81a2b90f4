"""The list of faces as HTML: who can be opened, and who seems open, each with a picture to tell people by."""

from __future__ import annotations

from html import escape
from typing import Final

from . import words
from .edit_session import EditSession
from .face_regions import FaceRegion

CHECK: Final = '<svg class="check" viewBox="0 0 16 16" aria-hidden="true"><path d="M3 8.5l3.5 3.5L13 4.5"/></svg>'


def face_list(session: EditSession) -> str:
    """The faces that can be opened, each with its picture, to tick: the same choice as a click on the photo.

    Those whose eyes are surely closed come first. Folded away are those perhaps closed, until one of them is chosen or
    where nobody else can be, and those that seem open. Below stands why others cannot be opened.

    What is ticked is what was drawn, never what was clicked: it may not have come to anything.
    """
    sure, unsure = (
        [face for face in session.choosable if (face.outcome != "unsure") is is_sure] for is_sure in (True, False)
    )
    boxes, perhaps = ("".join(_card(session, face) for face in faces) for faces in (sure, unsure))
    is_open = not sure or any(face.id in session.chosen for face in unsure)
    fold = (
        f'<details class="ote-fold" data-fold="unsure"{" open" * is_open}>'
        f'<summary>Perhaps closed ({len(unsure)})</summary><div class="cards">{perhaps}</div></details>'
    )
    ticked = (
        '<div class="ote-list" role="group" aria-labelledby="ote-to-open"><h2 id="ote-to-open">Faces to open</h2>'
        f"{f'<div class=cards>{boxes}</div>' * bool(boxes)}{fold * bool(perhaps)}</div>"
    )
    others = "".join(f"<p>{escape(said)}</p>" for said in words.not_choosable(session))
    return f'{ticked * bool(session.choosable)}<div class="ote-others">{others}</div>{_seeming_open(session)}'


def _card(session: EditSession, face: FaceRegion) -> str:
    """A face that can be chosen."""
    return (
        f'<button type="button" class="ote-card" role="checkbox" aria-label="{escape(words.seen(session, face))}" '
        f'aria-checked="{str(face.id in session.chosen).lower()}" data-act="toggle" data-face="{face.id}">'
        f'{portrait(session, face)}<span class="box">{CHECK}</span>'
        f'<span><strong>Face {face.id}</strong> <span class="state">{escape(_state(session, face))}</span></span>'
        "</button>"
    )


def _state(session: EditSession, face: FaceRegion) -> str:
    """In one line on a card."""
    state = words.state(session, face)
    return state.removeprefix("eyes ") if face.outcome == "unsure" else state


def _seeming_open(session: EditSession) -> str:
    """The faces that seem open, to say that they are not: folded away, unless there is nobody else to choose."""
    cards = "".join(
        f'<button type="button" class="ote-card" data-act="anyway" data-face="{face.id}" '
        f'aria-label="{escape(words.seen(session, face))}; open them anyway">{portrait(session, face, lazy=True)}'
        f'<span><strong>Face {face.id}</strong> <span class="state">Open them anyway</span></span></button>'
        for face in session.seeming_open
    )
    is_open = not any(face.choosable for face in session.faces)
    return (
        f'<details class="ote-fold" data-fold="open"{" open" * is_open}>'
        f"<summary>Already open ({len(session.seeming_open)})</summary>"
        f'<div class="cards">{cards}</div></details>'
    ) * bool(cards)


def portrait(session: EditSession, face: FaceRegion, *, lazy: bool = False) -> str:
    """A face as it came, small; `lazy` where it is folded away, and may never be looked at."""
    later = ' loading="lazy"' if lazy else ""
    return f'<img src="/pictures/{session.job}/face/{face.id}.jpg" alt=""{later}>'
