"""What the page says where something cannot be: a headline, and what to do next."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from ..wording import counted
from .tab_memory import names_in
from .words import sentence

_REFUSALS: Final = {
    "unreadable-photo": (
        "{That file} is not a photo that can be read.",
        "JPEG, PNG, WebP, TIFF, AVIF and, where it is installed, HEIC work.",
    ),
    "photo-too-large": ("{That photo} is too large.", "Make it smaller, and choose it again."),
    "body-too-large": ("Those photos are too large together.", "Choose fewer of them, or smaller ones."),
    "folder": ("That is a folder.", "Drop one photo out of it, with other shots of the same people if there are some."),
    "busy": ("That cannot be done just now.", "Nothing is lost; please try again shortly."),
    "queue-full": ("Many photos are waiting just now.", "Nothing is lost; please try again shortly."),
    "own-queue-full": ("Many of your photos are waiting already.", "Nothing is lost; please try again shortly."),
    "too-many-uploads": ("Many photos are arriving just now.", "Nothing is lost; please try again shortly."),
    "too-many-requests": ("That was a lot in a short time.", "Nothing is lost; please try again shortly."),
    "store-away": ("The photo could not be stored.", "There may be no room left; try again later."),
    "store-unreadable": ("The photo cannot be read just now.", "It is still kept; try again later."),
    "photo-not-written": ("The photo could not be stored.", "There may be no room left; try again later."),
    "no-capacity": ("There is not enough memory for this photo just now.", "Make it smaller, or try again later."),
    "no-room-on-gpu": ("There is not enough memory for this photo just now.", "Make it smaller, or try again later."),
    "gpu-busy": ("Many photos are being painted just now.", "Nothing is lost; please try again shortly."),
    "gpu-failed": ("The graphics card has failed.", "Nothing was changed. Whoever runs this has to look at it."),
    "key-needed": ("You have been signed out.", "Load this page again to sign in."),
    "not-here": ("That photo is not here any more.", "It has been deleted, as promised. Choose it again."),
    "weights-missing": (
        "A model that is needed is missing here.",
        "Whoever runs this finds out which with `open-the-eyes doctor`.",
    ),
    "usage-error": ("That cannot be done.", ""),
    "nothing-deleted": (
        "There was nothing to delete.",
        "This browser has no photo here any more: its time was over, or the browser's cookies were cleared.",
    ),
    "forgotten": (
        "The program was started anew in the meantime, or another tab went on with this photo.",
        "Nothing was done. Your photo is back; look what is chosen now, and go on.",
    ),
    "no-face": (
        "No face was found in {this photo}.",
        "Faces should be at least a thumbnail's size, and not turned away. Try another photo.",
    ),
    "nothing-closed": (
        "Everybody's eyes are open.",
        "If that is wrong, say below the photo whose are not. For another photo, press New photo.",
    ),
    "none-possible": (
        "There is no face here whose eyes could be opened.",
        "Why is said below the photo. For another one, press New photo.",
    ),
    "nothing-closed-of-several": (
        "Everybody's eyes are open in {that shot}.",
        "If that is wrong, say below the photo whose are not. Your other shots are below, and can be opened instead.",
    ),
    "none-possible-of-several": (
        "There is no face in {that shot} whose eyes could be opened.",
        "Why is said below the photo. Your other shots are below, and can be opened instead.",
    ),
    "no-answer": (
        "No connection to the program.",
        "Nothing is lost, and this page goes on by itself. Is this device on the network, and is the program running?",
    ),
    "not-sent": (
        "The photo did not arrive.",
        "The connection broke off on the way. Choose it again. If that is no help, the program may have been stopped.",
    ),
    "preview-cancelled": ("Stopped.", "There are no new eyes to look at yet. Try again, or press New photo."),
    "unwatched": ("The preview was stopped.", "This page was closed or asleep for a while. Try again to go on."),
    "cancelled": ("Stopped.", "Nothing was changed. Choose a face or a button to go on."),
}
_LIMITS: Final = {
    "photo-too-large": "OTE_MAX_PIXELS or OTE_MAX_BYTES",
    "body-too-large": "OTE_MAX_REQUEST_BYTES",
}
"""Settings of the limit that was passed, for those who can set it."""
_EXTRAS: Final = (("pillow-heif", '`pip install "open-the-eyes[heif]"`'),)
"""What reads some photos and may be missing, by the name that is said of it, and the command that adds it."""
_TOLD: Final = ("unreadable-photo", "photo-too-large", "body-too-large", "usage-error")
"""Problems of which the service says what came and what can be done, in words for a visitor."""
_BUSY: Final = ("busy", "queue-full", "own-queue-full", "too-many-uploads", "too-many-requests")
"""Problems of which the service says when to try again."""
_HEAD: Final = re.compile(r"^(the photo|reference \d+): ")
_EXPECTED: Final = re.compile(r"^expected .*?, (?=the file |this is |this picture is |this [A-Z]\w+ (is|stores) )")
"""What programs are told before what came; the headline says it already, and what follows is whole without it."""
_ONE_OF_THOSE: Final = (
    "convert it to one of those first",
    "choose the photo itself (JPEG, PNG, HEIC …), or convert it",
)
"""What programs are told to do, which points to what came before, and what a visitor is."""
_PHOTO: Final = re.compile(r"\{([^}]*)\}")
"""Place for a photo's name in a headline, and what stands there without one."""
_BUG: Final = ("Something went wrong on our side.", "Nothing was changed. Please try again.")


def refusal(
    kind: str, problem: Mapping[str, Any] | None = None, seconds: int | None = None, name: str = ""
) -> tuple[str, str]:
    """A headline and what to do next, for a problem type such as "unreadable-photo"; the limit where one was passed.

    Args:
        name: what the photo is called that it is about, if that is known.
    """
    headline, advice = _REFUSALS.get(kind, _BUG)
    headline = _PHOTO.sub(lambda photo: name or photo[1], headline)
    detail = str((problem or {}).get("detail", ""))
    if kind in _TOLD and detail:
        advice = sentence(_EXPECTED.sub("", _HEAD.sub("", detail))).replace(*_ONE_OF_THOSE)
    if kind in _BUSY and seconds is not None:
        advice = f"Nothing is lost; please try again in {counted(seconds, 'second')}."
    return headline, advice


def left_out(told: object, over: object = None) -> tuple[str, str]:
    """What is said of files that were left out, as the page's script tells it; nothing where none was.

    Args:
        told: those of no use, by name, and what is the matter with each.
        over: those that were too many; the names of some, how many they are, and how many can come.
    """
    known = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    shots = [(names_in([one.get("name")])[0], one.get("problem")) for one in known]
    said = [
        f"{headline} {advice if kind_of(problem) in _TOLD else ''}".rstrip()
        for name, problem in shots
        if isinstance(problem, dict)
        for headline, advice in [refusal(kind_of(problem), problem, name=name)]
    ]
    count, beyond = _beyond(over)
    out = count + len(said)
    which = "One file was" if out == 1 else f"{out:,} files were"
    return (f"{which} left out.", " ".join(filter(None, (*said, beyond)))) if out else ("", "")


def _beyond(over: object) -> tuple[int, str]:
    """How many files more than can come at once were dropped, and what is said of them."""
    given = over if isinstance(over, dict) else {}
    names, count, most = names_in(given.get("names")), given.get("count"), given.get("most")
    if not names or not isinstance(count, int) or not isinstance(most, int):
        return 0, ""
    more = f" and {count - len(names):,} more" if count > len(names) else ""
    limit = (
        f"{counted(most, 'more shot')} can be added"
        if given.get("shots")
        else f"{counted(most, 'photo')} can come at once"
    )
    return count, f"At most {limit}, so without {', '.join(names)}{more}."


def own_limit(kind: str, detail: str = "") -> str:
    """What else whoever sits at the computer can do: raise the limit that was passed, or use another command."""
    raised = f"Or start the program again with a higher {_LIMITS[kind]}." if kind in _LIMITS else ""
    folders = "Whole folders are for `open-the-eyes batch`." if kind == "folder" else ""
    missing = next(
        (f"Or run {command}, and start the program again." for name, command in _EXTRAS if name in detail), ""
    )
    return f"{raised} {folders} {missing}".strip()


def kind_of(problem: Mapping[str, Any]) -> str:
    """ "urn:open-the-eyes:problem:queue-full" -> "queue-full" """
    return str(problem.get("type", "")).rpartition(":")[2]
