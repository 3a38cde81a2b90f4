"""What the page says, in plain words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from ..options.eye_style import AUTO, EyeStyle
from ..roles import Outcome
from ..wording import counted, numbers_in_words
from .edit_session import EditSession
from .eye_origin import EyeOrigin
from .face_regions import FaceRegion

TITLE: Final = "Open The Eyes"
PROMISE: Final = "Someone blinked? The eyes open, and every other pixel of the photo stays as it is."
INSTEAD: Final = "Open this instead? The photo that is open is deleted once it is here, with all that you have picked."

MORE_SHOTS: Final = "Eyes are open in another shot of the same people? Add it, and they are taken from there."

STAGES: Final = {
    "": "Starting",
    "read": "Reading the photo",
    "detect": "Looking for faces",
    "confirm": "Looking twice",
    "match": "Comparing the shots",
    "crop": "Looking at the eyes",
    "generate": "Painting the eyes",
    "blend": "Fitting them in",
    "restore": "Bringing out detail",
    "verify": "Checking that they are really open",
    "compose": "Putting the photo together",
    "write": "Writing the file",
    "queued": "Waiting",
    "behind": "Another photo is being painted first",
}

_SEEN: Final[dict[Outcome, str]] = {
    "closed": "eyes closed",
    "unsure": "eyes perhaps closed",
    "already_open": "eyes open",
    "too_small": "too small to work on",
    "profile": "turned too far to the side",
    "covered": "eyes covered",
    "kept_original": "eyes partly hidden",
}
"""How a face was found; `kept_original` is one of which no second look confirms where its eyes are."""
_LEFT: Final[dict[Outcome, str]] = {
    "already_open": "The eyes are open already.",
    "unsure": "Left alone: the eyes are not surely closed.",
    "too_small": "Left alone: too small to work on.",
    "profile": "Left alone: turned too far to the side.",
    "covered": "Left alone: something covers the eyes.",
    "skipped": "Left alone, as you chose.",
}

_NOT_FROM: Final = {
    "stranger": "nobody in {} is surely this person",
    "uncertain": "it is not certain which face in {} is this person's",
    "shut": "the eyes are not open in {} either",
    "hidden": "the eyes cannot be seen in {}",
    "too_small": "it cannot be told whether the eyes are open in {}: the face is too small",
}
_SAY_WHICH: Final = re.compile(r" \([^()]*say which[^()]*\)")
"""How programs may say whose eyes are whose; see `origins`."""

_NUMBERS: Final = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


def seen(session: EditSession, face: FaceRegion) -> str:
    """A face in a list: "Face 2: eyes closed"."""
    return f"Face {face.id}: {state(session, face)}"


def state(session: EditSession, face: FaceRegion) -> str:
    """How a face was found: "eyes closed"."""
    return "eyes seem open" if face.id in session.even_open else _SEEN[face.outcome]


def found(session: EditSession) -> str:
    """How many faces there are, and in how many the eyes are closed, or open where they are not."""
    many, outcomes = len(session.faces), Counter(face.outcome for face in session.faces)
    closed, is_open = outcomes["closed"], outcomes["already_open"]
    faces = _faces(many)
    if closed and many == 1:
        return "One face, with closed eyes."
    if closed:
        return f"{faces}; {_have(closed)} closed eyes."
    if outcomes["unsure"] and many == 1:
        return "One face; its eyes are perhaps closed."
    if outcomes["unsure"]:
        return f"{faces}; nobody's eyes are surely closed."
    if is_open == many:
        return f"{faces}, all eyes open."
    if not is_open:
        return f"{faces}; {'its' if many == 1 else 'their'} eyes cannot be opened."
    return f"{faces}; {_have(is_open)} open eyes, {_count(many - is_open)} cannot be opened."


def not_choosable(session: EditSession) -> list[str]:
    """Why faces cannot be opened, those of whom the same is said together: "Faces 1 to 3: too small to work on."."""
    alike: dict[Outcome, list[int]] = {}
    for face in session.faces:
        if not face.choosable and face.outcome != "already_open":
            alike.setdefault(face.outcome, []).append(face.id)
    return [f"{numbered(faces)}: {_SEEN[outcome]}." for outcome, faces in alike.items()]


def standing(session: EditSession, *, is_file: bool = True) -> str:
    """Where things stand, whatever is under way.

    Args:
        is_file: whether there is one to take, once the final job has ended; there is none where nothing was changed.
    """
    count = len(session.eyes)
    if session.preview is None or not session.choosable:
        return found(session)
    if not count:  # new eyes may be under way
        return f"{found(session)} {_way_on(session) if session.waiting is None else ''}".rstrip()
    faces = _faces(count)
    if session.final is not None and not is_file:
        return "Nothing was changed. Pick other eyes."
    if session.final is not None:
        return f"Your photo is ready, {faces.lower()} opened. Pick other eyes whenever you like."
    if session.waiting is not None:  # the buttons are off
        return f"{faces} opened in this preview."
    return f"{faces} opened in this preview. {lost(session)}Pick other eyes, or take the file."


def lost(session: EditSession) -> str:
    """Whose eyes that were picked are not shown any more, if anybody's are, and what is instead."""
    faces = [face for face in session.lost_picks if face in session.eyes]
    return f"{numbered(faces)}: the eyes you picked are not among the new ones, the best are shown. " if faces else ""


def _way_on(session: EditSession) -> str:
    """What to do where there is a preview and nothing to put into a file."""
    if session.chosen:
        return "No new eyes came out right. Another shot of the same people may help: press Add shots."
    return "Press it to open them." if len(session.faces) == 1 else "Choose a face to open its eyes."


def nothing_to_take(session: EditSession) -> str:
    """Why there is nothing to put into a file, once there is a preview; "" where there is something. It stands beside
    the button; what to do about it is in `standing`."""
    if session.eyes:
        return ""
    return "There are no new eyes." if session.chosen else "No face is chosen."


def deed(
    face: FaceRegion | None,
    outcome: Outcome,
    reason: str,
    origin: EyeOrigin | None = None,
    names: tuple[str, ...] = (),
) -> str:
    """What became of a face, in the end; only one with closed eyes was skipped because somebody chose so.

    Args:
        names: of the photos; where eyes are from the second shot, that is the third of them.
    """
    if outcome == "skipped" and face is not None and face.outcome != "closed":
        outcome, reason = face.outcome, face.reason
    reason = _in_words_of_the_page(reason, names)
    if outcome == "opened":
        return f"{sentence(reason)} {'' if origin is None else _given(origin, names)}".rstrip()
    if face is not None and face.outcome == "kept_original":  # nothing was painted
        return sentence(face.reason)
    if outcome == "kept_original":
        return "Left alone: new eyes did not look right, and nothing worse than your photo is ever kept."
    return _LEFT.get(outcome, sentence(reason) or "Left alone.")


def _in_words_of_the_page(reason: str, names: tuple[str, ...]) -> str:
    """Photos by their names, and without the advice to use an option, of which a page has none."""

    def name(found: re.Match[str]) -> str:
        number = int(found[1])
        return names[number] if 0 < number < len(names) else found[0]

    return re.sub(r"\breference (\d{1,3})\b", name, _SAY_WHICH.sub("", reason))


def whose(origin: EyeOrigin, names: tuple[str, ...]) -> str:
    """Whose eyes are seen on a face, or why they are made up; "" where there is only one photo to take them from."""
    if given := _given(origin, names):
        return given
    shots: dict[str, list[str]] = {}
    for one in origin.not_from:
        if 0 < one.same[1] < len(names):
            shots.setdefault(one.why, []).append(names[one.same[1]])
    clauses = [_NOT_FROM[why].format(_listed(those, "or")) for why, those in shots.items() if why in _NOT_FROM]
    return f"Made up: {'; '.join(clauses)}." if clauses else "Made up." * (len(names) > 1)


def _given(origin: EyeOrigin, names: tuple[str, ...]) -> str:
    """A sentence on who gave the eyes, if somebody did."""
    if origin.source == "their other eye":
        return "Made after the other eye."
    if not 0 < origin.shot < len(names):
        return ""
    name = names[origin.shot]
    if not origin.is_own:
        return f"Made up after the eyes in {name}."
    if origin.painted:
        return f"The eyes are from {name}, where they may be painted; better choose one from the camera."
    return f"Their own eyes, from {name}{_made(origin.style)}."


def _made(style: EyeStyle) -> str:
    """What was made of somebody's own eyes: ", made green and turned"."""
    color, openness = style.eye_color, style.openness or 1.0
    made = [f"made {color}"] * (color != AUTO) + ["turned"] * (style.gaze is not None)
    made += ["opened wider"] * (openness > 1) + ["opened less wide"] * (openness < 1)
    return f", {_listed(made, 'and')}" if made else ""


def other_photos(session: EditSession) -> list[str]:
    """In which of the further shots all eyes are open; and which are none of this photo's people, as far as that is
    known, and what to do with them."""
    is_open = [session.names[number] for number in session.open_shots if number < len(session.names)]
    said = [f"Everybody's eyes are open in {_listed(is_open, 'and')}."] if is_open else []
    unrelated = () if session.preview is None else session.preview.unrelated
    names = [session.names[number] for number in unrelated if number < len(session.names)]
    return said + [
        f"{name} looks like another photo: nobody in it is surely one of these people. Open it after this one."
        for name in names
    ]


def _listed(names: Sequence[str], word: str) -> str:
    """ "a.jpg", "a.jpg or b.jpg", "a.jpg, b.jpg or c.jpg"."""
    return f" {word} ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def retention(seconds: int, *, alone: bool, is_folder: bool) -> str:
    """Where photos go, and for how long.

    Args:
        alone: whether nobody but who sits at this computer sees the page.
        is_folder: whether photos are kept on the machine that serves it.
    """
    time = counted(seconds, "second")
    if seconds >= 5400:
        time = f"{seconds / 3600:.0f} hours"
    elif seconds >= 90:
        time = f"{seconds / 60:.0f} minutes"
    place = "Your photos are kept where this page's operator chose"
    if is_folder:
        place = "Your photos never leave this computer" if alone else "Your photos stay on this server"
    return f"{place}. They are deleted within two minutes after you press New photo, or after {time}."


def size(count: int) -> str:
    """Bytes as people say them."""
    return f"{count / 1e6:.0f} MB" if count >= 1e6 else f"{max(1, round(count / 1e3))} kB"


def numbered(faces: Sequence[int]) -> str:
    """[1, 3, 4, 5, 9] -> Faces 1, 3 to 5 and 9; the numbers rise."""
    return f"{'Face' if len(faces) == 1 else 'Faces'} {numbers_in_words(faces)}"


def _count(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def _have(number: int) -> str:
    return f"{_count(number)} {'has' if number == 1 else 'have'}"


def _faces(number: int) -> str:
    return "One face" if number == 1 else f"{_count(number).capitalize()} faces"


def sentence(text: str) -> str:
    """With a capital letter, a full stop, and digits as people write them."""
    plain = " ".join(text.split())
    return (
        plain[:1].upper() + plain[1:]
        if plain.endswith((".", "!", "?")) or not plain
        else f"{plain[:1].upper()}{plain[1:]}."
    )
