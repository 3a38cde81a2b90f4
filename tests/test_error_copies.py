"""Every kind of error, whichever room has it, goes to another process and back, and under another head, whole."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest

import open_the_eyes
from open_the_eyes.errors import OpenTheEyesError, UsageError
from open_the_eyes.service.errors import QueueFull, WrongMethod

SOURCE: Final = Path(open_the_eyes.__file__).parent
KIND: Final = re.compile(r"^class \w+\((\w+)\):", re.MULTILINE)


def kinds() -> list[type[OpenTheEyesError]]:
    """The whole family: each module that has one of it is imported."""
    names, before = {"OpenTheEyesError"}, set[str]()
    texts = {path: path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")}
    while names != before:
        before = set(names)
        names |= {
            found[1]
            for text in texts.values()
            for found in re.finditer(r"^class (\w+)\((\w+)\):", text, re.MULTILINE)
            if found[2] in names
        }
    for path, text in texts.items():
        if names & set(KIND.findall(text)):
            import_module(".".join(("open_the_eyes", *path.relative_to(SOURCE).with_suffix("").parts)))

    def below(kind: type[OpenTheEyesError]) -> set[type[OpenTheEyesError]]:
        return {kind}.union(*map(below, kind.__subclasses__()))

    ours = {kind for kind in below(OpenTheEyesError) if kind.__module__.startswith("open_the_eyes.")}
    assert {kind.__name__ for kind in ours} == names
    return sorted(ours, key=lambda kind: (kind.__module__, kind.__name__))


def through_pickle(error: OpenTheEyesError) -> OpenTheEyesError:
    found: OpenTheEyesError = pickle.loads(pickle.dumps(error))
    return found


def all_of(error: OpenTheEyesError) -> tuple[Any, ...]:
    return type(error), str(error), vars(error)


@pytest.mark.parametrize("again", [through_pickle, copy.copy])
@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_an_error_comes_out_as_it_went_in(
    kind: type[OpenTheEyesError], again: Callable[[OpenTheEyesError], OpenTheEyesError]
) -> None:
    error = kind("expected a, got b.", mend="c", how="Run")
    assert str(error) == "expected a, got b. Run: c"
    assert all_of(again(error)) == all_of(error)
    headed = error.headed("reference 2")
    assert (type(headed), str(headed)) == (kind, "reference 2: expected a, got b. Run: c")
    assert str(error) == "expected a, got b. Run: c"
    assert all_of(again(headed)) == all_of(headed)


def test_what_an_error_knows_besides_goes_along() -> None:
    full = QueueFull("expected room.", 7)
    assert [one.retry_after for one in (through_pickle(full), full.headed("the photo"))] == [7, 7]  # type: ignore[attr-defined]
    wrong = WrongMethod.of(["GET", "HEAD"], "BREWCOFFEE")
    assert [one.allowed for one in (through_pickle(wrong), wrong.headed("a"))] == [["GET", "HEAD"]] * 2  # type: ignore[attr-defined]
    assert str(wrong) == "expected GET or HEAD, got BREWCOFF."


def test_what_is_named_first_is_no_option_and_stays_when_the_option_is_called_otherwise() -> None:
    headed = UsageError("expected a, got b.", option="faces").headed("reference 2")
    assert (headed.option, str(headed)) == (None, "reference 2: faces: expected a, got b.")
    assert str(headed.called("--faces")) == "--faces: reference 2: faces: expected a, got b."
