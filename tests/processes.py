"""Programs that tests start."""

from __future__ import annotations

import signal


def heed_ctrl_c() -> None:
    """For `preexec_fn`: what a shell starts in the background has Ctrl-C ignored, and so have its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
