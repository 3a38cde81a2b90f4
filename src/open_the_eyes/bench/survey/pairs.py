"""Pairs of pictures of one face: before and after, and one engine against another."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

from ..album import AFTER, BEFORE, BLINK, TRUTH, Shot
from ..contenders import PRODUCT

QUESTIONS: Final = {
    "before/after": "Which photo would you keep?",
    "engines": "Which eyes look more real?",
}
MOST: Final = 60
"""Most pairs on one page; people tire."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures of one face, side by side.

    Args:
        photo: its name.
        question: what people are asked about the two.
        left: (way, JPEG): who made the picture, and the picture.
        right: the same of the other one.
    """

    photo: str
    question: str
    left: tuple[str, bytes]
    right: tuple[str, bytes]


def pairs_of(albums: Mapping[str, Sequence[Shot]], seed: int) -> list[Pair]:
    """Every pair that the pictures of a run allow, in an order and with sides that `seed` draws; at most MOST."""
    drawn = random.Random(seed)
    pairs = []
    for shots in albums.values():
        for shot in shots:
            for question, one, other in _of_shot(shot):
                left, right = (one, other) if drawn.random() < 0.5 else (other, one)
                pairs.append(Pair(shot.name, question, left, right))
    drawn.shuffle(pairs)
    return pairs[:MOST]


def sealed(pairs: Sequence[Pair]) -> str:
    """A text that says which side is whose and cannot be read at a glance; the page hands it back with the answers."""
    key = [{"photo": p.photo, "left": p.left[0], "right": p.right[0], "question": p.question} for p in pairs]
    return base64.b64encode(json.dumps(key).encode()).decode("ascii")


def unsealed(text: str) -> list[dict[str, Any]]:
    """What `sealed` was given, one dictionary a pair.

    Raises:
        ValueError: the text is something else.
    """
    key = json.loads(base64.b64decode(text, validate=True))
    if not isinstance(key, list) or not all(isinstance(one, dict) for one in key):
        raise ValueError("no list of pairs")
    return key


def _of_shot(shot: Shot) -> list[tuple[str, tuple[str, bytes], tuple[str, bytes]]]:
    pictures = dict(shot.pictures)
    if {BEFORE, AFTER} <= set(pictures):
        return [("before/after", (BEFORE, pictures[BEFORE]), (AFTER, pictures[AFTER]))]
    made = [item for item in shot.pictures if item[0] not in (TRUTH, BLINK)]
    ours = [item for item in made if item[0].startswith(PRODUCT)]
    found = [("before/after", one, (BLINK, pictures[BLINK])) for one in ours if BLINK in pictures]
    found += [("engines", one, (TRUTH, pictures[TRUTH])) for one in ours if TRUTH in pictures]
    return found + [("engines", one, other) for one, other in combinations(made, 2)]
