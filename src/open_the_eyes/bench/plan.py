"""What a run measures, and how often."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from ..errors import UsageError
from ..options import Mode, Options

Part = Literal["speed", "memory", "quality"]
PARTS: Final[tuple[Part, ...]] = ("speed", "memory", "quality")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One run of the benchmark.

    Args:
        quick: the built-in portrait alone, few turns: under two minutes on two cores.
        parts: which of PARTS.
        engine: whose quality is measured, and who is timed in every mode.
        mode, seed: of everything but the comparison of modes.
        closed: a folder of photos in which somebody's eyes are closed.
        open: a folder of portraits with open eyes, to be hidden by painted blinks.
        sample: at most so many photos of each folder, always the same ones.
        turns: of each warm measurement.
        liveportrait: a checkout of LivePortrait with its weights.
    """

    quick: bool = False
    parts: tuple[Part, ...] = PARTS
    engine: str = "auto"
    mode: Mode = "standard"
    seed: int = 0
    closed: Path | None = None
    open: Path | None = None
    sample: int | None = None
    turns: int | None = None
    liveportrait: Path | None = None
    options: Options = field(init=False)

    def __post_init__(self) -> None:
        unknown = [part for part in self.parts if part not in PARTS]
        if unknown or not self.parts:
            raise UsageError(
                f"expected some of {', '.join(PARTS)}; got {', '.join(unknown) or 'nothing'}.", option="--only"
            )
        if self.engine == "reference":
            raise UsageError(
                "expected auto, appearance or sdxl, got 'reference', which needs another photo of everybody; "
                "its speed is measured anyway.",
                option="--engine",
            )
        for name, number in (("--sample", self.sample), ("--turns", self.turns)):
            if number is not None and not 1 <= number <= 100_000:
                raise UsageError(f"expected 1 to 100000, got {number}.", option=name)
        object.__setattr__(self, "options", Options.of(mode=self.mode, seed=self.seed))

    @property
    def warm_turns(self) -> int:
        return self.turns or (6 if self.quick else 30)

    @property
    def slow_turns(self) -> int:
        """How often measurements that take seconds each are repeated."""
        return min(self.warm_turns, max(2, self.warm_turns // 4))

    @property
    def fresh_processes(self) -> int:
        return min(self.warm_turns, 2 if self.quick else 5)

    def to_json(self) -> dict[str, Any]:
        values = {name: value for name, value in asdict(self).items() if name != "options"}
        folders = {
            name: None if values[name] is None else values[name].name for name in ("closed", "open", "liveportrait")
        }
        return {**values, **folders, "parts": list(self.parts), "turns": self.warm_turns}
