"""`python -m open_the_eyes`."""

from __future__ import annotations

import subprocess
import sys


def test_the_package_runs_as_the_program_does() -> None:
    done = subprocess.run([sys.executable, "-m", "open_the_eyes", "opn"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("open-the-eyes: ")
