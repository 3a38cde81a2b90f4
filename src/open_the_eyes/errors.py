"""Everything that can go wrong, once.

    OpenTheEyesError                exit  HTTP
    ├── UsageError                     2   422   an option that does not exist, or two that contradict each other
    ├── PhotoError                     3   400   a photo could not be read or written
    │   ├── UnreadablePhoto            3   415   not a picture, damaged, or a format we do not know
    │   ├── PhotoTooLarge              3   413   more bytes or pixels than the settings allow
    │   └── PhotoNotWritten            3   507   the result could not be stored
    │       └── NoRoomOnDisk           3   507   since the disk is full, or a quota used up
    ├── WeightsMissing                 4   503   a model's files are not on this machine
    ├── NoCapacity                     5   503   no room: memory, GPU memory, queue
    │   ├── NoRoomInMemory             5   503   the computer's memory ran out
    │   ├── GpuFailed                  5   503   a GPU reported an error that is none of memory
    │   └── NoRoomOnGpu                5   503   a model does not fit, whatever is moved away
    │       └── GpuBusy                5   503   it would, but whoever works with the GPU did not leave in time
    ├── SomePhotosFailed               6   207   several photos were asked for, some did not succeed
    ├── FiguresWorse                   7   409   a benchmark is surely worse than the one it was compared with
    └── Cancelled                    130   409   somebody asked to stop; nothing was written

A message gives what was expected, what came, and what to do next. "No closed eyes here" is a result, not an error.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Final, TypeVar

from .addresses import without_secrets

_OF_SYSTEM: Final = re.compile(r"cannot open shared object file|DLL load failed|Library not loaded")
"""How Linux, Windows and macOS say that a library of the system is missing which one of Python's needs."""
_NO_ROOM: Final = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
_NO_MEMORY: Final = re.compile(
    r"^OpenCV.*\(-4:Insufficient memory\)|^\[ONNXRuntimeError\].*failed to allocate|\bbad_alloc\b",
    re.IGNORECASE | re.DOTALL,
)
"""How OpenCV, onnxruntime and C++ say that the computer's memory ran out. OpenCV keeps the number in its class, where
another thread's error may replace it."""
INSPECT: Final = "open-the-eyes inspect PHOTO"
"""Command that lists the faces with their numbers."""


_Error = TypeVar("_Error", bound="OpenTheEyesError")


class OpenTheEyesError(Exception):
    """Root of the family; `exit_code` and `http_status` are the same for every instance of a class.

    A message holds no password and no token of an address, whoever wrote it: it may go to a file or a log.

    Every kind can be made from a message alone: that is how copies and pickles are made, which then get its other
    attributes.

    Args:
        message: what was expected, what came, and what to do next, as far as `how` and `mend` do not say that.
        mend: the command or setting that mends it, if one does; for whoever runs the program, and not for those who
            ask a service, who get `fault` alone.
        how: such as "Run": the text ends in these words and the command. Without them `mend` is for `doctor` alone.
    """

    exit_code: int = 1
    http_status: int = 500

    def __init__(self, message: str = "", *, mend: str = "", how: str = "") -> None:
        self.fault, self.mend = without_secrets(message), without_secrets(mend)
        self.how = how
        super().__init__(self._text())

    def headed(self: _Error, head: str) -> _Error:
        """The same of one among several, which is named first."""
        other = copy(self)
        other.fault = f"{without_secrets(head)}: {self.fault}"
        other.args = (other._text(),)
        return other

    def _text(self) -> str:
        return f"{self.fault} {self.how}: {self.mend}" if self.how else self.fault


class UsageError(OpenTheEyesError):
    """What was asked for is none of what can be.

    Args:
        option: what is refused, as whoever gave it calls it; the message begins with it. None where it is no single
            one.
    """

    exit_code = 2
    http_status = 422

    def __init__(self, message: str = "", *, option: str | None = None, mend: str = "", how: str = "") -> None:
        super().__init__(message if option is None else f"{option}: {message}", mend=mend, how=how)
        self.option: str | None = option
        self._said = without_secrets(message)

    def headed(self, head: str) -> UsageError:
        """The same of one among several; no option begins it any more."""
        other = super().headed(head)
        other.option, other._said = None, other.fault
        return other

    def called(self, option: str, mend: str | None = None) -> UsageError:
        """The same of an option that goes by another name where it was given, and may be mended in another way."""
        return UsageError(self._said, option=option, mend=self.mend if mend is None else mend, how=self.how)


class PhotoError(OpenTheEyesError):
    exit_code = 3
    http_status = 400


class UnreadablePhoto(PhotoError):
    http_status = 415


class PhotoTooLarge(PhotoError):
    http_status = 413


class PhotoNotWritten(PhotoError):
    http_status = 507


class NoRoomOnDisk(PhotoNotWritten):
    pass


class WeightsMissing(OpenTheEyesError):
    exit_code = 4
    http_status = 503


class NoCapacity(OpenTheEyesError):
    exit_code = 5
    http_status = 503


class NoRoomInMemory(NoCapacity):
    pass


class GpuFailed(NoCapacity):
    pass


class NoRoomOnGpu(NoCapacity):
    pass


class GpuBusy(NoRoomOnGpu):
    pass


class SomePhotosFailed(OpenTheEyesError):
    exit_code = 6
    http_status = 207


class FiguresWorse(OpenTheEyesError):
    exit_code = 7
    http_status = 409


class Cancelled(OpenTheEyesError):
    exit_code = 130
    http_status = 409


def not_written(error: Exception) -> type[PhotoNotWritten]:
    """The kind of error to raise where this one kept a photo from being written."""
    full = isinstance(error, OSError) and error.errno in _NO_ROOM
    return NoRoomOnDisk if full else PhotoNotWritten


def lacks_memory(error: BaseException) -> bool:
    """Whether an error says that the computer's memory ran out; of a GPU's, `residency` knows."""
    if isinstance(error, MemoryError | NoRoomInMemory):
        return True
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    return not isinstance(error, OpenTheEyesError) and bool(_NO_MEMORY.search(str(error)))


@contextmanager
def memory_in_words() -> Iterator[None]:
    """Whatever kind of error says that memory ran out comes out as `NoRoomInMemory`; all others go through."""
    try:
        yield
    except Exception as error:
        if isinstance(error, OpenTheEyesError) or not lacks_memory(error):
            raise
        raise as_known(error) from error


def as_known(
    error: Exception,
    *,
    room: str = "close other programs or make the photo smaller",
    bug: str = "run again with --debug and report what it says",
) -> OpenTheEyesError:
    """The error itself if it is one of ours; lack of memory as NoRoomInMemory, of a system's library as UsageError.

    Anything else is named as a bug.

    Args:
        room, bug: what to do next about lack of memory and a bug.
    """
    if lacks_memory(error):
        return NoRoomInMemory(f"not enough memory for this photo; {room}.")
    if isinstance(error, OpenTheEyesError):
        return error
    if isinstance(error, ImportError) and _OF_SYSTEM.search(str(error)):
        return UsageError(f"a library cannot be loaded ({error}); `open-the-eyes doctor` says what to install.")
    return OpenTheEyesError(f"this is a bug of ours ({type(error).__name__}: {error}); {bug}.")
