"""Answers of one or more people -> how often each way was preferred, with intervals."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from ...errors import UsageError
from ..album import AFTER
from ..cells import Cell, Table
from ..contenders import PRODUCT
from ..statistics import wilson
from .pairs import unsealed

FORMAT: Final = "open-the-eyes-survey"


@dataclass(frozen=True, slots=True)
class Tally:
    """How two ways of opening eyes compare, by people's answers.

    Args:
        way: the first one.
        other: the second one.
        wins: how often the first was preferred.
        losses: how often the second was.
        alike: how often people saw no difference.
    """

    question: str
    way: str
    other: str
    wins: int
    losses: int
    alike: int

    @property
    def rate(self) -> float:
        """Share of `way` among the answers that chose one, 0..1; one half where none did."""
        chosen = self.wins + self.losses
        return self.wins / chosen if chosen else 0.5

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.wins, self.wins + self.losses)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "rate": self.rate, "interval": list(self.interval)}


def tally(files: Iterable[Path]) -> list[Tally]:
    """All answers together.

    Raises:
        UsageError: a file that is missing, or holds no answers of the survey.
    """
    counted: Counter[tuple[str, str, str, str]] = Counter()
    for path in files:
        for pair, answer in _answers(path):
            first, second = sorted((str(pair["left"]), str(pair["right"])), key=_rank)
            chosen = "alike" if answer == "same" else "wins" if pair[answer] == first else "losses"
            counted[str(pair["question"]), first, second, chosen] += 1
    found = []
    for question, way, other in dict.fromkeys(key[:3] for key in counted):
        wins, losses, alike = (counted[question, way, other, how] for how in ("wins", "losses", "alike"))
        found.append(Tally(question, way, other, wins, losses, alike))
    return found


def table_of(tallies: Iterable[Tally]) -> Table:
    """Tallies as a table for people."""
    rows = []
    for tally in tallies:
        low, high = tally.interval
        rate = f"{100 * tally.rate:.0f} % [{100 * low:.0f}, {100 * high:.0f}]"
        counts = (tally.wins, tally.losses, tally.alike)
        rows.append((Cell(tally.way), Cell(tally.other), Cell(rate, tally.rate), *(Cell(str(n), n) for n in counts)))
    return Table("Preferred", ("way", "against", "win rate", "wins", "losses", "alike"), tuple(rows))


def _answers(path: Path) -> list[tuple[dict[str, Any], str]]:
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
        if saved["format"] != FORMAT:
            raise ValueError(f"format {saved['format']!r}")
        key, answers = unsealed(saved["key"]), [str(one["chosen"]) for one in saved["answers"]]
    except OSError as error:
        raise UsageError(f"{path}: expected a file of answers, got: {error.strerror or error}.") from None
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise UsageError(
            f"{path}: expected the file that the survey's page saves, got something else. Save it again."
        ) from error
    if len(answers) > len(key) or not set(answers) <= {"left", "right", "same"}:
        raise UsageError(f"{path}: expected one of left, right and same a pair, got something else. Save it again.")
    if not all({"left", "right", "question"} <= set(pair) for pair in key):
        raise UsageError(f"{path}: expected to know which side is whose, got a key without it. Save it again.")
    return list(zip(key, answers, strict=False))


def _rank(way: str) -> tuple[bool, bool, str]:
    """Ours before others, the result before the photo before it."""
    return not way.startswith(PRODUCT), way != AFTER, way
