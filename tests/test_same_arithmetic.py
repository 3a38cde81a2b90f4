"""The program computes alike wherever it runs."""

from __future__ import annotations

import subprocess
import sys


def test_linear_algebra_has_one_thread_before_anything_loads_it() -> None:
    code = (
        "import os, sys; os.environ['OPENBLAS_NUM_THREADS'] = '4'; from open_the_eyes.cli import main;"
        "assert 'numpy' not in sys.modules; main(['--version']);"
        "print(os.environ['OPENBLAS_NUM_THREADS'], 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[-2:] == ["1", "False"]
