"""The page's moving parts as HTML: the photo with its faces, the strips of eyes, the before/after picture.

What something means is said by shape and words first, and by colour besides.
"""

from __future__ import annotations

from html import escape
from typing import Final

from . import people_html, words
from .arrival_html import ADD
from .edit_session import EditSession
from .face_badges import Badges, badges
from .face_regions import FaceRegion
from .faces_html import CHECK, portrait
from .picture_views import LARGE

CLOSED_EYE: Final = (
    '<svg class="lid" viewBox="0 0 24 14" aria-hidden="true"><path d="M2 3c4 5 16 5 20 0M5 7l-2 4M10 9l-1 4M14 9l1 4'
    'M19 7l2 4"/></svg>'
)
LARGER: Final = (
    '<svg viewBox="0 0 16 16" aria-hidden="true">'
    '<path d="M9.5 2.5h4v4M13.5 2.5l-5 5M6.5 13.5h-4v-4M2.5 13.5l5-5"/></svg>'  # two arrows, away from each other
)

PAINTED: Final = "New eyes are being painted …"


def photo(session: EditSession) -> str:
    """The photo as it would come out, its faces outlined and numbered; those that can be chosen are buttons, and so are
    those that seem open."""
    w, h = session.size_wh
    rings = "".join(_rings(session, face) for face in session.choosable)
    drawn, room = badges(session), rooms(session)
    faces = "".join(_face(session, face, drawn, room.get(face.id, 0)) for face in session.faces)
    alt = f"Your photo. {words.found(session)}"
    if session.eyes:
        alt = f"Your photo, with new eyes on {words.numbered(sorted(session.eyes)).lower()}."
    return (
        f'<figure class="ote-photo {drawn.shape.name}" '
        f'style="--shape:{w}/{h};--ratio:{w / h:.4f};--badge:{drawn.size:.4f}">'
        f'<img src="{whole(session)}" alt="{escape(alt)}" width="{w}" height="{h}" fetchpriority="high">'
        f'<svg class="ote-rings" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">{rings}</svg>'
        f"{faces}</figure>"
    )


def rooms(session: EditSession) -> dict[int, float]:
    """By face that has a button, how large that may grow, in widths of the photo, until it touches another's.

    That is as far as the nearest of these faces; 1 for one alone.
    """
    w, h = session.size_wh
    faces = (*session.choosable, *session.seeming_open)
    places = {face.id: (face.box.centre_xy[0], face.box.centre_xy[1] * h / w) for face in faces}
    return {
        one: min((max(abs(x - far), abs(y - low)) for other, (far, low) in places.items() if other != one), default=1.0)
        for one, (x, y) in places.items()
    }


def strips(session: EditSession) -> str:
    """For every face that got new eyes, a row of them to pick from; the first is the face as it was.

    Faces whose eyes are surely closed come first. The others are folded away, until one of them is chosen.
    """
    if session.preview is None:
        return ""
    sure, unsure = (
        [face for face in session.choosable if (face.outcome != "unsure") is is_sure] for is_sure in (True, False)
    )
    asked = people_html.asked(session)
    rows, folded = ("".join(_strip(session, face, asked[face.id]) for face in faces) for faces in (sure, unsure))
    is_open = not sure or any(face.id in session.chosen for face in unsure)
    fold = (
        f'<details class="ote-fold" data-fold="unsure"{" open" if is_open else ""}>'
        f"<summary>Eyes of those perhaps closed ({len(unsure)})</summary>"
        f'<div class="ote-strips">{folded}</div></details>'
    )
    title = '<h2 class="ote-unseen">Eyes to pick</h2>' * bool(session.choosable)
    return f'<div class="ote-strips">{title}{rows}{fold * bool(unsure)}</div>'


def compare(session: EditSession) -> str:
    """Before and after behind one slider: the eyes of one face, or the whole photo; a button shows them over the whole
    window."""
    if session.preview is None or not session.eyes:
        return ""
    face = session.face(session.close_up) if session.close_up in session.eyes else None
    w, h = session.size_wh
    kind = "whole" if face is None else "eyes"
    if face is None:
        about, shape, large_wh = "the whole photo", f"{w}/{h}", session.size_wh
        before, after = f"/pictures/{session.job}/whole/none.jpg", whole(session)
    else:
        about = f"the eyes of face {face.id}"
        shape = f"{face.eyes.width * w:.1f}/{max(face.eyes.height * h, 1):.1f}"
        large_wh = LARGE.size_wh(face, session.size_wh)
        before, after = _close_up(session.job, 0, face.id), _shown_eyes(session, face.id)
    limit = LARGE.whole_px if face is None else LARGE.face_px
    own = " data-own" * (max(large_wh) <= limit)
    larger = (
        f'<button type="button" class="ote-larger" aria-haspopup="dialog" aria-label="View larger: {about}" '
        f'title="View larger" data-before="{_large(before)}" data-after="{_large(after)}" data-about="{about}" '
        f'data-size="{large_wh[0]} {large_wh[1]}"{own}>{LARGER}</button>'
    )
    return (
        '<h2 class="ote-unseen">Before and after</h2>'
        f'<figure class="ote-compare {kind}"><div class="ote-pair" style="--shape:{shape}">'
        f'<img class="after" src="{after}" alt="After: {about}" fetchpriority="high">'
        f'<img class="before" src="{before}" alt="Before: {about}" fetchpriority="high">'
        '<span class="tag left" aria-hidden="true">Before</span>'
        '<span class="tag right" aria-hidden="true">After</span><span class="seam" aria-hidden="true"></span>'
        f'<input class="wipe" type="range" min="0" max="100" value="50" aria-label="Before and after, {about}: '
        'how much of the photo as it was is shown, in per cent">'
        f"{larger}</div>"
        f'<div class="ote-switch" role="radiogroup" aria-label="What is compared">{_switch(session, face)}</div>'
        "</figure>"
    )


def shots(session: EditSession, *, has_room: bool = True) -> str:
    """The other shots, to say which one is to be mended; and, where there is room for more, a way to add some."""
    has_shots = len(session.names) > 1
    others = "".join(
        f'<button type="button" class="ote-shot" data-act="take" data-shot="{number}" '
        f'aria-label="Mend {escape(name)} instead">'
        f'<img src="/pictures/{session.job}/shot/{number}.jpg" alt="">'
        f'<span class="name">{escape(name)}</span></button>'
        for number, name in enumerate(session.names[1:], start=1)
    )
    said = "".join(f"<p>{escape(line)}</p>" for line in words.other_photos(session))
    said += people_html.asked_all_the_same(session)
    said += "<p>Press one to work on that one instead.</p>" if has_shots else f"<p>{words.MORE_SHOTS}</p>" * has_room
    title = "Your other shots" if has_shots else "Other shots"
    return f'<div class="ote-shots"><h2>{title}</h2>{said}{others}{ADD * has_room}</div>'


def whole(session: EditSession) -> str:
    """The address of the photo as it is at the moment."""
    if session.final is not None:
        return f"/pictures/{session.final}/whole/all.jpg"
    if session.preview is None or not session.eyes:
        return f"/pictures/{session.job}/whole/none.jpg"
    eyes = ",".join(f"{face}.{number}" for face, number in sorted(session.eyes.items()))
    return f"/pictures/{session.preview.job}/whole/{eyes}.jpg"


def _shown_eyes(session: EditSession, face: int) -> str:
    if session.final is not None:
        return _close_up(session.final, 1, face)
    assert session.preview is not None
    return _close_up(session.preview.job, session.eyes[face], face)


def _close_up(job: str, variation: int, face: int) -> str:
    return f"/pictures/{job}/eyes/{variation}/{face}.jpg"


def _large(address: str) -> str:
    """Of the same picture for a whole window."""
    return address.replace("/whole/", "/large/whole/").replace("/eyes/", "/large/eyes/")


def _rings(session: EditSession, face: FaceRegion) -> str:
    """Outlines of closed eyes, until there are others in their place."""
    if face.id in session.eyes:
        return ""
    lines = (" ".join(f"{100 * v:.2f}" for v in ring) for ring in face.rings)
    return "".join(f'<polygon class="{face.outcome}" points="{line}"/>' for line in lines)


def _face(session: EditSession, face: FaceRegion, drawn: Badges, room: float) -> str:
    chosen = face.id in session.chosen
    (x, y), box = face.box.centre_xy, face.box
    measures = {"x": x, "y": y, "w": box.width, "h": box.height}
    place = ";".join(f"--{name}:{100 * share:.2f}%" for name, share in measures.items())
    place = f"{place};--room:{100 * room:.2f}cqw" if room else place
    side = f" {drawn.side(face)}".rstrip()
    said = escape(words.seen(session, face))
    if face in session.seeming_open:  # whoever has no mouse finds the same in the list
        return (
            f'<button type="button" class="ote-face still{side}" style="{place}" data-show="{face.id}" '
            f'tabindex="-1" aria-label="{said}; show in the list" title="{said}: click to find it in the list">'
            f'<span class="badge">{face.id}</span></button>'
        )
    if not session.is_choosable(face):
        return (
            f'<span class="ote-face still{side}" style="{place}" role="img" aria-label="{said}" title="{said}">'
            f'<span class="badge">{face.id}</span></span>'
        )
    state, now, then = ("chosen", "will be opened", "skip") if chosen else ("skipped", "is left as it is", "open")
    lid, mark = CLOSED_EYE * drawn.shape.lid, CHECK * chosen
    return (
        f'<button type="button" class="ote-face {state}{side}" style="{place}" data-act="toggle" data-face="{face.id}" '
        f'aria-pressed="{str(chosen).lower()}" aria-label="{said}; {now}" title="{said}: click to {then}">'
        f'<span class="badge">{face.id}{lid}{mark}</span></button>'
    )


def _strip(session: EditSession, face: FaceRegion, asked: str) -> str:
    assert session.preview is not None
    attempts, who = session.preview.attempts.get(face.id, ()), portrait(session, face)
    if not attempts:
        outcome, reason = session.preview.said.get(face.id, (face.outcome, face.reason))
        is_painted = session.waiting is not None and face.id in {*session.even_open} - {*session.preview.even_open}
        said = PAINTED if is_painted else escape(words.deed(face, outcome, reason, names=session.names))
        return f'<section class="ote-strip none"><h3>{who}Face {face.id}</h3><p>{said}</p>{asked}</section>'
    taken = session.variation(face.id) if face.id in session.chosen else 0
    tiles = [_tile(face.id, "", _close_up(session.job, 0, face.id), "As it was", checked=taken == 0)]
    for number, attempt in enumerate(attempts, start=1):
        picture = _close_up(session.preview.job, number, face.id)
        tiles.append(_tile(face.id, str(attempt), picture, f"Eyes {number}", checked=taken == number))
    return (
        f'<section class="ote-strip"><h3 id="strip-{face.id}">{who}Face {face.id}</h3>'
        f"{people_html.whose(session, face.id)}"
        f'<div class="tiles" role="radiogroup" aria-labelledby="strip-{face.id}">{"".join(tiles)}</div>'
        f"{asked}</section>"
    )


def _tile(face: int, attempt: str, picture: str, label: str, *, checked: bool) -> str:
    return (
        f'<label class="ote-tile"><input type="radio" name="eyes-{face}" data-act="pick" data-face="{face}" '
        f'data-attempt="{attempt}"{" checked" if checked else ""} aria-label="Face {face}: {label}">'
        f'<img src="{picture}" alt="" loading="lazy" fetchpriority="low"><span>{label}{CHECK}</span></label>'
    )


def _switch(session: EditSession, shown: FaceRegion | None) -> str:
    choices = [("", "Whole photo", shown is None)]
    choices += [(str(face), f"Face {face}", shown is not None and shown.id == face) for face in sorted(session.eyes)]
    return "".join(
        f'<label><input type="radio" name="close-up" data-act="look" data-face="{face}"'
        f"{' checked' if checked else ''}><span>{label}</span></label>"
        for face, label, checked in choices
    )
