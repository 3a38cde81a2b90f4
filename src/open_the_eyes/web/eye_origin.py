"""Where the new eyes of a face are from, as a report tells it, and who in the other shots could have given theirs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from ..options.eye_style import PLAIN_STYLE, EyeStyle

Same: TypeAlias = tuple[int, int, int]
"""Face, shot and face there, of which the option `match` says that they are one person's."""

_SHOT: Final = re.compile(r"reference (\d{1,3}), face \d{1,5}")
"""Name of a face of the other shots in the service's reports; names of files stay in the browser."""


@dataclass(frozen=True, slots=True)
class NotFrom:
    """Why a face has not got the eyes of another shot, as `origins.Lack` has it."""

    why: str
    same: Same


@dataclass(frozen=True, slots=True)
class EyeOrigin:
    """Where a face's eyes are from.

    Args:
        source: as the report has it, such as "reference 2, face 1", or "appearance" for eyes that are made up.
        painted: whether the shot that gave them says that it may be painted itself.
        not_from: why the other shots gave none, where none of them did.
        style: what was made of them.
    """

    source: str = ""
    painted: bool = False
    not_from: tuple[NotFrom, ...] = ()
    style: EyeStyle = PLAIN_STYLE

    @classmethod
    def of(cls, face: Mapping[str, Any], report: Mapping[str, Any], style: EyeStyle = PLAIN_STYLE) -> EyeOrigin:
        """From a face's entry in a report; those of older versions tell less. The style is what the job was asked."""
        source = str(face.get("source", ""))
        found = _SHOT.fullmatch(source)
        painted = [number for number, one in enumerate(report.get("references", ()), start=1) if one.get("painted")]
        is_painted = found is not None and int(found[1]) in painted
        matched = [one for one in face.get("no_donor", ()) if one["match"] is not None]
        return cls(source, is_painted, tuple(NotFrom(one["why"], _same(one["match"])) for one in matched), style)

    def led(self) -> EyeOrigin:
        """The origin of eyes that were painted after these, where these were laid in and did not turn out well."""
        return replace(self, source=f"painted, after {self.source}") if self.is_own else self

    @property
    def shot(self) -> int:
        """The number of the shot whose eyes these are, or after whose eyes they were made up; 0 for none."""
        found = _SHOT.search(self.source)
        return 0 if found is None else int(found[1])

    @property
    def is_own(self) -> bool:
        """Whether these are the person's own eyes, of another shot."""
        return _SHOT.fullmatch(self.source) is not None

    @property
    def may_be(self) -> tuple[Same, ...]:
        """Who in the other shots may be this person, though nobody surely is."""
        return tuple(one.same for one in self.not_from if one.why in ("stranger", "uncertain"))


def _same(listed: list[int]) -> Same:
    face, shot, there = listed
    return face, shot, there
