"""The family tree, as drawn."""

from __future__ import annotations

import errno
import pickle
import re

import cv2
import pytest

from open_the_eyes import errors
from open_the_eyes.cli.flags.common import by_flag
from open_the_eyes.errors import NoRoomInMemory, OpenTheEyesError, UsageError, as_known, memory_in_words

FAMILY = [v for v in vars(errors).values() if isinstance(v, type) and issubclass(v, OpenTheEyesError)]
DRAWN = re.findall(r"^[ │├└─]*(\w+) +(\d{1,3})? +(\d{3})?", errors.__doc__ or "", flags=re.MULTILINE)


def drawn(name: str) -> tuple[str, str]:
    return next((code, status) for drawn_name, code, status in DRAWN if drawn_name == name)


def members() -> list[type[OpenTheEyesError]]:
    return [kind for kind in FAMILY if kind is not OpenTheEyesError]


def test_the_drawing_shows_the_whole_family() -> None:
    assert {kind.__name__ for kind in FAMILY} <= {name for name, *_ in DRAWN}


@pytest.mark.parametrize("kind", members(), ids=lambda kind: kind.__name__)
def test_codes_are_those_in_the_drawing(kind: type[OpenTheEyesError]) -> None:
    code, status = drawn(kind.__name__)
    assert code == str(kind.exit_code)
    assert status in ("", str(kind.http_status))
    assert kind.exit_code >= 2
    assert 200 <= kind.http_status < 600


def test_one_handler_catches_all_of_them() -> None:
    for kind in members():
        with pytest.raises(OpenTheEyesError, match="expected a, got b"):
            raise kind("expected a, got b")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(ImportError("libGL.so.1: cannot open shared object file: No such file"), 2, id="Linux"),
        pytest.param(ImportError("DLL load failed while importing cv2"), 2, id="Windows"),
        pytest.param(ImportError("cannot import name 'gone' from 'numpy'"), 1, id="none of the system's"),
    ],
)
def test_a_library_that_the_system_lacks_is_no_bug_of_ours(error: ImportError, code: int) -> None:
    known = as_known(error)
    assert known.exit_code == code
    assert ("`open-the-eyes doctor`" in str(known)) is (code == 2)


OF_OPENCV = "OpenCV(4.11.0) alloc.cpp:73: error: (-4:Insufficient memory) Failed to allocate 9 bytes in function 'f'\n"


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(MemoryError(), id="Python"),
        pytest.param(cv2.error(OF_OPENCV), id="OpenCV"),
        pytest.param(RuntimeError("std::bad_alloc"), id="C++"),
        pytest.param(OSError(errno.ENOMEM, "Cannot allocate memory"), id="the system"),
    ],
)
def test_lack_of_memory_is_no_bug_of_ours_whoever_tells_it(error: Exception) -> None:
    with pytest.raises(NoRoomInMemory, match="not enough memory for this photo; close") as raised, memory_in_words():
        raise error
    assert raised.value.__cause__ is error
    assert str(as_known(raised.value, room="take fewer")).endswith("photo; take fewer.")


OTHERS = [cv2.error("of another kind"), OSError(errno.ENOSPC, "full"), UsageError("bad_alloc")]


@pytest.mark.parametrize("error", OTHERS, ids=repr)
def test_other_errors_are_no_lack_of_memory(error: Exception) -> None:
    with pytest.raises(type(error)) as raised, memory_in_words():
        raise error
    assert raised.value is error


def test_a_refused_option_is_known_by_its_name_and_not_by_the_sentence() -> None:
    refused = UsageError("expected a, got b.", option="eye_color", mend="c", how="Run")
    assert (refused.option, str(refused)) == ("eye_color", "eye_color: expected a, got b. Run: c")
    elsewhere = pickle.loads(pickle.dumps(refused))
    with pytest.raises(UsageError) as shown, by_flag():
        raise elsewhere
    assert (shown.value.option, str(shown.value)) == ("--eye-color", "--eye-color: expected a, got b. Run: c")
    with pytest.raises(UsageError, match="mode: a sentence") as other, by_flag():
        raise UsageError("mode: a sentence that begins like one.")
    assert other.value.option is None
