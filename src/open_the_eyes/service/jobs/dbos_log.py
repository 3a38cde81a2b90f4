"""What DBOS logs, without jobs that were cancelled: their normal end is an error to it, with traceback and id."""

from __future__ import annotations

import logging
from typing import Final

ENDS: Final = ("DBOSAwaitedWorkflowCancelledError", "DBOSNonExistentWorkflowError")
"""Errors of a job that stopped at its next step, since it was cancelled, or deleted, too, meanwhile."""


def mend_log() -> None:
    """From now on, such an end is not logged; a second time changes nothing."""
    logging.getLogger("dbos").addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    return record.exc_info is None or type(record.exc_info[1]).__name__ not in ENDS
