"""Faces -> decisions: which eyes are opened, and in every other case why not. Pure; nothing is looked at here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final, Literal

from ..imaging.face.mesh478 import SIDES, Side
from ..options import ChooseOptions
from ..options.face_numbers import no_such_face
from ..roles import Eye, Face, Outcome

CLOSED_FROM: Final = 0.7
"""`closed_probability` from which on an eye is closed. All 58 eyes of 29 real blinks reach it; of 1006 eyes in
open-eyed photos few do, most of them alone (see LONE_CLOSED_FROM); the network's model card has the figures."""

OPEN_BELOW: Final = 0.3
"""`closed_probability` below which an eye is open; from here to CLOSED_FROM it is unsure: half-shut, squinting,
tiny."""

LONE_CLOSED_FROM: Final = 0.9
"""`closed_probability` from which on an eye is closed beside one that is not: lids move together, and a lens's
reflection or a lock of hair looks closed on one side only."""

LONE_OPENNESS: Final = 0.65
"""Openness above which an eye beside one that is not closed is not closed either: of 470 eyes in blinks seven measure
more. An eye beside one that is closed by itself is unsure up to this openness, even if it looks open: who squeezes one
shut squeezes the other."""

TOGETHER_FROM: Final = 0.5
"""`closed_probability` from which on an unsure eye beside a closed one is opened too: a blink caught halfway. Beside
one that is surely closed (LONE_CLOSED_FROM) every unsure eye is: a pair of which one stays a slit is worse than
either."""

DOUBT_CLOSED_FROM: Final = 0.9
"""Least `closed_probability` of each eye of a pair that is believed to be closed in a face in doubt, as a small one
is."""
DOUBT_OPENNESS: Final = 0.2
"""Most openness, on average, of a pair that is believed to be closed in a face in doubt. Of 12,182 sightings of open
faces at 34 to 46 pixels none fulfils this and DOUBT_CLOSED_FROM, of 2,838 of shut ones 1,644
(`training.eye_state.small`)."""

EyeState = Literal["open", "unsure", "closed"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to happen to one face.

    Args:
        id: 1 is the leftmost face of the photo.
        outcome: "closed" where eyes are to be opened, else the final outcome.
        reason: one sentence for a person; for "kept_original" how "Left as it was: ..." goes on.
        to_open: the eyes to open; empty unless the outcome is "closed".
    """

    id: int
    face: Face
    outcome: Outcome
    reason: str
    to_open: tuple[Side, ...]


class _Look(IntEnum):
    """How an eye looks by itself, the more shut the higher."""

    OPEN = 0
    NARROW = 1
    UNSURE = 2
    HALFWAY = 3
    CLOSED = 4
    SURELY_CLOSED = 5


_CLOSED_BESIDE: Final[dict[_Look, tuple[_Look | None, EyeState]]] = {
    _Look.SURELY_CLOSED: (_Look.OPEN, "closed"),
    _Look.CLOSED: (_Look.HALFWAY, "unsure"),
    _Look.HALFWAY: (_Look.CLOSED, "unsure"),
    _Look.UNSURE: (_Look.SURELY_CLOSED, "unsure"),
    _Look.NARROW: (_Look.SURELY_CLOSED, "open"),
    _Look.OPEN: (None, "open"),
}
"""Look of an eye -> the least shut look of the other one beside which it is closed (None: beside none), and its state
beside any other."""


def face_states(face: Face) -> dict[Side, EyeState]:
    """Both eyes' states, each seen in the light of the other, since lids move together.

    An eye that looks  is closed beside one that looks  and else it is
    -----------------  -------------------------------  --------------
    surely closed      like anything
    closed             halfway closed, or more          unsure
    halfway closed     closed, or surely so             unsure
    unsure             surely closed                    unsure
    narrow             surely closed                    open
    open               -                                open

    Looks go by `closed_probability`: surely closed from LONE_CLOSED_FROM on, closed from CLOSED_FROM, halfway from
    TOGETHER_FROM, unsure from OPEN_BELOW. One whose openness is above LONE_OPENNESS looks closed at most; narrow is one
    that looks open and can be seen, but whose openness is not above that.
    """
    looks = {side: _look(face.eyes[side]) for side in SIDES}
    states: dict[Side, EyeState] = {}
    for side, other in (SIDES, SIDES[::-1]):
        beside, otherwise = _CLOSED_BESIDE[looks[side]]
        states[side] = "closed" if beside is not None and looks[other] >= beside else otherwise
    return states


def _look(eye: Eye) -> _Look:
    narrow = eye.openness <= LONE_OPENNESS
    if eye.closed_probability >= LONE_CLOSED_FROM and narrow:
        return _Look.SURELY_CLOSED
    if eye.closed_probability >= CLOSED_FROM:
        return _Look.CLOSED
    if eye.closed_probability >= TOGETHER_FROM:
        return _Look.HALFWAY
    if eye.closed_probability >= OPEN_BELOW:
        return _Look.UNSURE
    return _Look.NARROW if narrow and not eye.covered else _Look.OPEN


def _is_surely_shut(face: Face) -> bool:
    """Whether both eyes look closed and measure shut, so that they are believed even of a face in doubt."""
    eyes = face.eyes.values()
    look_closed = all(eye.closed_probability >= DOUBT_CLOSED_FROM for eye in eyes)
    return look_closed and sum(eye.openness for eye in eyes) <= DOUBT_OPENNESS * len(eyes)


def decide(faces: Sequence[Face], options: ChooseOptions) -> list[Decision]:
    """One decision a face, in order.

    A face with one closed eye gets that eye opened: someone asked for open eyes, and winks are rarer than blinks. An
    unsure eye is opened only where a person asked for it: `options.all`, or the face named in `options.faces`. So is
    one beside an eye that something covers: where sunglasses mirror a landscape, one lens may look like a shut eye. Of
    a face in doubt, as a small one is, a pair is opened that looks closed and measures shut; `options.all` opens all
    eyes that look closed, and only naming it those unsure.
    Both eyes get new ones, as far as they can be seen, where `options.even_open` says so: people know better.

    Raises:
        UsageError: a face number that does not exist.
    """
    if options.faces is not None:
        missing = sorted(n for n in set(options.faces) if not 1 <= n <= len(faces))
        if missing:
            raise no_such_face("faces", len(faces), missing)
    return [_decide(number, face, options) for number, face in enumerate(faces, start=1)]


def _decide(number: int, face: Face, options: ChooseOptions) -> Decision:
    named = options.faces is not None and number in options.faces
    if options.faces is not None and not named:
        return passed_over(Decision(number, face, "skipped", "", ()))
    if face.refusal is not None:
        return Decision(number, face, face.refusal, face.reason, ())
    states, asked = face_states(face), named or options.all
    unsure_too = named or (asked and not face.doubt)
    states_to_open = ("closed", "unsure") if unsure_too else ("closed",)
    even_open = options.opens_even(number)
    wanted = tuple(
        side for side in SIDES if states[side] in states_to_open or (even_open and not face.eyes[side].covered)
    )
    hidden = next((side for side in SIDES if face.eyes[side].covered and not face.eyes[side].outside), None)
    is_believed = hidden is None and (not face.doubt or _is_surely_shut(face))
    if wanted and (asked or is_believed):
        return Decision(number, face, "closed", _why_opened(wanted, states), wanted)
    if face.doubt and not (wanted or named):
        reason = f"{face.doubt[0].upper()}{face.doubt[1:]}; name it to have its eyes opened, if they are closed."
        return Decision(number, face, "too_small", reason, ())
    unsure = tuple(side for side in SIDES if states[side] != "open")
    if unsure:
        why = face.doubt if hidden is None else f"the {hidden} one is hidden"
        what = f"may be closed, and {why}" if why else "may be closed or only narrow"
        reason = f"{_eyes(unsure)} {what}; ask for this face to have it opened anyway."
        return Decision(number, face, "unsure", reason, ())
    return Decision(number, face, "already_open", _why_left_open(face), ())


def passed_over(decision: Decision) -> Decision:
    """The same face where others were chosen."""
    return replace(decision, outcome="skipped", reason="Not among the chosen faces.", to_open=())


def _eyes(sides: tuple[Side, ...]) -> str:
    return "Both eyes" if len(sides) == 2 else f"The {sides[0]} eye"


def _why_opened(sides: tuple[Side, ...], states: Mapping[Side, EyeState]) -> str:
    seeming = tuple(side for side in sides if states[side] == "open")
    if seeming:
        return f"{_eyes(seeming)} {'seem' if len(seeming) == 2 else 'seems'} open; to be opened as asked."
    sure = all(states[side] == "closed" for side in sides)
    if len(sides) == 2:
        return "Both eyes are closed." if sure else "Both eyes are closed, or may be."
    return f"Only the {sides[0]} eye is closed." if sure else f"The {sides[0]} eye may be closed."


def _why_left_open(face: Face) -> str:
    gone = next((side for side in SIDES if face.eyes[side].covered), None)
    if gone is None:
        return "Both eyes are open."
    return f"One eye is open, the {gone} one is {'outside the picture' if face.eyes[gone].outside else 'hidden'}."
