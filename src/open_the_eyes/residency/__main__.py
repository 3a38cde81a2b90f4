"""Prints the table of docs/gpu.md: `python -m open_the_eyes.residency`."""

from __future__ import annotations

import sys

from .capacity import table

if __name__ == "__main__":
    sys.stdout.write("".join(f"{line}\n" for line in table()))
