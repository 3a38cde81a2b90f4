"""`python -m tools.audit`: whether anything installed here is known to be vulnerable, asked of pip-audit.

A finding fails. Where no vulnerability service can be reached nothing is known, and that is said: pip-audit itself
prints "No known vulnerabilities found", too, when each single question went unanswered.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any, Final

ACCEPTED: Final[dict[str, str]] = {}
"""Findings that are lived with: the id, and why it cannot be used against us or cannot be mended yet."""

COMMAND: Final = (sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off", "--timeout", "10")
UNREACHABLE: Final = (
    "ConnectionError",
    "ConnectTimeout",
    "ReadTimeout",
    "SSLError",  # whoever answered was not the service
    "Could not connect",
    "HTTPError",
    "ServiceError",
)
NOT_DONE: Final = (
    "audit: NOT DONE, no vulnerability service can be reached from here; what is installed may be vulnerable"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to print, and the exit code."""

    lines: list[str]
    code: int


def verdict(told: str, complaints: str) -> Verdict:
    """Of what pip-audit wrote to stdout and to stderr."""
    try:
        dependencies = json.loads(told)["dependencies"]
    except (ValueError, KeyError):
        if any(word in complaints for word in UNREACHABLE):
            return Verdict([NOT_DONE], 0)
        return Verdict([f"audit: expected a report of pip-audit, got none: {complaints.strip()[-500:]}"], 2)
    audited = [one for one in dependencies if "skip_reason" not in one]
    if not audited:
        return Verdict([NOT_DONE], 0)
    findings = [(one, flaw) for one in audited for flaw in one["vulns"]]
    lines = [_line(one, flaw) for one, flaw in findings]
    skipped = sorted(one["name"] for one in dependencies if "skip_reason" in one)
    lines.append(f"audit: {len(audited)} packages asked about, {len(findings)} findings")
    if skipped:
        lines.append(f"audit: not asked about: {', '.join(skipped)}")
    return Verdict(lines, int(any(flaw["id"] not in ACCEPTED for _, flaw in findings)))


def _line(package: dict[str, Any], flaw: dict[str, Any]) -> str:
    mended = ", ".join(flaw["fix_versions"]) or "no release yet"
    accepted = f"; accepted: {ACCEPTED[flaw['id']]}" if flaw["id"] in ACCEPTED else ""
    return f"audit: {package['name']} {package['version']}: {flaw['id']}, mended in {mended}{accepted}"


def main() -> int:
    asked = subprocess.run(COMMAND, capture_output=True, text=True, check=False)
    found = verdict(asked.stdout, asked.stderr)
    sys.stdout.write("\n".join(found.lines) + "\n")
    return found.code


if __name__ == "__main__":
    sys.exit(main())
