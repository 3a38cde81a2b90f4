"""What `doctor` found: one thing looked at, and all of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ..version import __version__


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `mend` is the command for what is not ok, "" where there is nothing to do.

    What is not `needed` by the default engine may be absent. What is ok and can be mended works as it is, and is not
    what is asked for.
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
