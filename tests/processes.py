"""Programs that tests start."""

from __future__ import annotations

import signal


def heed_ctrl_c() -> None:
    """For `preexec_fn`: whatever is started by a shell's background job has Ctrl-C ignored, and so have its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
