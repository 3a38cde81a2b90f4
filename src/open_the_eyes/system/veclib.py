"""Apple's linear algebra, with which numpy's packages for Macs calculate, and which threadpoolctl does not know."""

from __future__ import annotations

import os
import sys
from typing import Final

THREADS: Final = "VECLIB_MAXIMUM_THREADS"
"""Variable that limits Accelerate's threads. It is read once, at the first product of matrices, and numpy calculates
one while it is loaded."""


def have_one_thread() -> None:
    """On a Mac, sets what is not set, for whatever is loaded after this: who has said how many has said it."""
    if sys.platform == "darwin":
        os.environ.setdefault(THREADS, "1")


def is_numpys() -> bool:
    """Whether numpy was built to use it."""
    import numpy as np

    built = getattr(np.__config__, "CONFIG", {}).get("Build Dependencies", {})
    return str(built.get("blas", {}).get("name", "")).lower() == "accelerate"


def version() -> str:
    """That of the system, which it comes with: "accelerate of macOS 15.1"."""
    import platform

    return f"accelerate of macOS {platform.mac_ver()[0]}"


def chip() -> str:
    """Such as "Apple M2", for which it chooses its code; "" where the system does not tell."""
    import subprocess

    try:
        command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
