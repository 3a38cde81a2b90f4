"""Ctrl-C, heard even where a library makes an error of its own of it: modules in C that are just being loaded do.

While a result is saved it waits, so that no file is there of which nobody is told.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Final

INTERRUPTED: Final = 130
"""Exit code of an interrupted command."""
LINE: Final = "open-the-eyes: interrupted; each file that is there is whole."

_heard = threading.Event()
_saving = threading.Event()


@contextmanager
def listening() -> Iterator[None]:
    """Within, Ctrl-C raises KeyboardInterrupt as ever, and `was_heard` remembers it.

    Where somebody else listens to Ctrl-C already, or none may (another thread than the main one), they go on alone.
    """
    _heard.clear()
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, _hear)
    before, sys.excepthook = sys.excepthook, _print_others
    try:
        yield
    finally:
        sys.excepthook = before
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def held() -> Iterator[None]:
    """Within, a first Ctrl-C is only remembered, for whoever asks `was_heard` afterwards; a second ends all at once."""
    _saving.set()
    try:
        yield
    finally:
        _saving.clear()


def was_heard() -> bool:
    """Whether Ctrl-C was pressed since `listening` began: errors from then on are its doing."""
    return _heard.is_set()


def _hear(number: int, frame: FrameType | None) -> None:
    first = not _heard.is_set()
    _heard.set()
    if not (first and _saving.is_set()):
        signal.default_int_handler(number, frame)


def _print_others(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Of errors that modules in C print themselves, as they do before they make another of them, all but Ctrl-C."""
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
