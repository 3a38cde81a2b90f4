"""The family tree, as drawn."""

from __future__ import annotations

import re

import pytest

from open_the_eyes import errors
from open_the_eyes.errors import OpenTheEyesError, as_known

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
