"""What `doctor` found: one thing looked at, and all of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ..version import __version__


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that `doctor` looked at.

    What is not `needed` by the default engine may be absent. One that is ok and still has a `mend` works as it is, but
    is not what is asked for.

    Args:
        ok: whether it can be used.
        found: what was found, for people.
        mend: the command that mends it; "" where there is nothing to do.
        needed: whether the default engine needs it.
    """

    name: str
    ok: bool
    found: str
    mend: str = ""
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Findings:
    """Every check, in the order shown."""

    checks: tuple[Check, ...]

    @property
    def can_run(self) -> bool:
        """Whether the default engine can open eyes here."""
        return all(check.ok for check in self.checks if check.needed)

    def to_json(self) -> dict[str, Any]:
        return {"version": __version__, "can_run": self.can_run, "checks": [asdict(check) for check in self.checks]}
