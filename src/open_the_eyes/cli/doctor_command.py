"""`open-the-eyes doctor`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import WeightsMissing
from . import speech

if TYPE_CHECKING:
    from .findings import Check


def doctor_command(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON, and nothing else.")] = False,
) -> None:
    """Says what can run here, what is missing, and the command that gets it.

    MISSING is needed and absent is not; what a warning is of works, and is not what is asked for. The exit code is 0
    if the default engine can run, and 4 if it cannot.

    \b
    Examples:
      open-the-eyes doctor
      open-the-eyes doctor --json
    """
    from .doctor import examine

    findings = examine()
    if as_json:
        speech.say(json.dumps(findings.to_json(), indent=2))
    else:
        width = max(len(check.name) for check in findings.checks)
        for check in findings.checks:
            state = _state(check)
            speech.say(f"{state:<7}  {check.name:<{width}}  {check.found}")
            if check.mend:
                speech.say(f"         {'':<{width}}  {'mend' if check.needed else 'get'} it with: {check.mend}")
    if not findings.can_run:
        raise WeightsMissing("the default engine cannot run here; what is marked MISSING above says how to mend it.")


def _state(check: Check) -> str:
    if check.ok:
        return "warning" if check.mend else "ok"
    return "MISSING" if check.needed else "absent"
