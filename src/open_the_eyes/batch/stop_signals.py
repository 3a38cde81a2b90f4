"""By what a batch is told to stop: its parent process hears it and decides, its workers are deaf to it."""

from __future__ import annotations

import signal
from typing import Final

HANGUP: Final[signal.Signals | None] = getattr(signal, "SIGHUP", None)
"""Signal that the terminal was closed, or the connection to it is gone; None where the system has none, as Windows."""
STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, *([] if HANGUP is None else [HANGUP]))
