"""Options that name faces by their numbers: each check gives the plain value, and refuses anything else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from ..errors import INSPECT, UsageError
from ..wording import counted, written
from .attempt import MAX_ATTEMPTS
from .values import check_whole, refuse, require

MAX_FACE: Final = 10_000
"""Largest face number: no photo has as many faces, so a larger one is a slip, and is refused before the photo is looked
at."""
_ONLY: Final = f"numbers go from 1 to {MAX_FACE:,}"


def no_such_face(option: str, count: int, missing: Iterable[int], photo: str = "this photo") -> UsageError:
    """The refusal of faces that a photo with `count` faces does not have."""
    said = f"{photo} has {counted(count, 'face')}, so there is no face {', '.join(map(str, missing))}."
    return UsageError(said, option=option, mend=INSPECT, how="List them")


def is_face(number: int) -> bool:
    """Whether a face may have that number."""
    return 1 <= number <= MAX_FACE


def checked_faces(faces: Any) -> tuple[int, ...] | None:
    """The numbers of some faces; None is all of them."""
    if faces is None:
        return None
    require(_is_list(faces), "faces", f"expected face numbers such as [1, 3], got {written(faces)}.")
    require(len(faces) > 0, "faces", "expected face numbers such as [1, 3], got none. Leave it out for all.")
    return _numbers("faces", faces)


def checked_even_open(even_open: Any, faces: tuple[int, ...] | None) -> bool | tuple[int, ...]:
    """True for all of the faces that are named, False for none, or the numbers of some."""
    known = isinstance(even_open, bool) or _is_list(even_open)
    require(known, "even_open", f"expected true, false, or face numbers such as [1, 3], got {written(even_open)}.")
    if not even_open:
        return False
    refuse(
        faces is None,
        "even_open",
        "expected faces named by number beside it, got none; name them, or leave it out.",
        mend=INSPECT,
        how="List them",
    )
    if even_open is True:
        return True
    numbers = _numbers("even_open", even_open)
    others = ", ".join(str(n) for n in numbers if n not in (faces or ()))
    refuse(bool(others), "even_open", f"expected some of the faces that are named, got {others}; name it there, too.")
    return numbers


def checked_picks(picks: Any, variations: int) -> tuple[tuple[int, int], ...]:
    """Pairs of face and attempt, each face once; with one variation."""
    pairs = _is_list(picks) and all(_is_list(one) and len(one) == 2 for one in picks)
    require(pairs, "picks", f"expected (face, attempt) such as [[1, 0], [2, 3]], got {written(picks)}.")
    for face, attempt in picks:
        check_whole("picks", face)
        check_whole("picks", attempt)
        require(
            is_face(face) and 0 <= attempt < MAX_ATTEMPTS,
            "picks",
            f"expected faces from 1 to {MAX_FACE:,}, attempts from 0 to {MAX_ATTEMPTS - 1}; "
            f"got {written([face, attempt])}.",
        )
    faces = {face for face, _ in picks}
    require(len(faces) == len(picks), "picks", "expected each face once, got one twice; leave one out.")
    alone = not picks or variations == 1
    require(alone, "picks", f"expected one variation with them, got variations {variations}; drop one.")
    return tuple((int(face), int(attempt)) for face, attempt in picks)


def checked_match(match: Any) -> tuple[tuple[int, int, int], ...]:
    """Triples of face, reference and face there; no face twice with one reference, nor anybody there with two faces."""
    triples = _is_list(match) and all(_is_list(one) and len(one) == 3 for one in match)
    expected = "expected (face, reference, face there) such as [[1, 2, 3]]"
    require(triples, "match", f"{expected}, got {written(match)}.")
    for one in match:
        for number in one:
            check_whole("match", number)
        require(all(map(is_face, one)), "match", f"{_ONLY}, got {written(one)}.", mend=INSPECT, how="List faces")
    for pairs in ([one[:2] for one in match], [one[1:] for one in match]):
        once = len({tuple(pair) for pair in pairs}) == len(pairs)
        require(once, "match", "expected each face once a reference, got one twice; leave one out.")
    return tuple((int(face), int(reference), int(there)) for face, reference, there in match)


def _is_list(value: object) -> bool:
    return isinstance(value, (tuple, list))


def _numbers(option: str, faces: Any) -> tuple[int, ...]:
    for number in faces:
        check_whole(option, number)
    bad = ", ".join(written(n) for n in faces if not is_face(n))
    refuse(bool(bad), option, f"{_ONLY}, got {bad}.", mend=INSPECT, how="List them")
    return tuple(int(number) for number in faces)
