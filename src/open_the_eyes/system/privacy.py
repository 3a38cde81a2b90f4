"""Libraries that report to their makers over the network are told not to, before they are loaded.

The official builds of recent releases of onnxruntime do (its Privacy.md): an identifier of the machine, the system, and
the path of the interpreter, which may hold a person's name, kept in the home folder until they can be sent. A variable
of the environment keeps it from all of that, if it is there before onnxruntime is loaded; its function comes too late.
"""

from __future__ import annotations

import os
from typing import Final

SWITCHES: Final = {
    "ORT_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "RAY_USAGE_STATS_ENABLED": "0",
}


def keep_to_itself() -> None:
    """Sets what is not set: who has said yes or no has said it."""
    for name, off in SWITCHES.items():
        os.environ.setdefault(name, off)
