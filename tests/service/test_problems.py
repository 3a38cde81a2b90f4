"""What clients are told: in words of the service, since they have no command line and set nothing of its operator's."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sqlalchemy.exc import SQLAlchemyError

from open_the_eyes.errors import NoCapacity, OpenTheEyesError, WeightsMissing
from open_the_eyes.files import read
from open_the_eyes.options import ChooseOptions, GenerateOptions, MatchOptions, Options, RestoreOptions
from open_the_eyes.residency.budget import no_room
from open_the_eyes.service.errors import StoreAway, StoreUnreadable
from open_the_eyes.service.problems import headers_of, problem_of
from open_the_eyes.settings import Settings
from open_the_eyes.stages.attempts import check_numbers
from open_the_eyes.stages.choose import decide
from tests.service.conftest import as_file

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine

PICTURE = as_file(np.zeros((9, 9, 3), np.uint8))
FACES = "POST /v1/inspect tells which faces there are."
LATER = "Try again later, or tell the service's operator."


def raise_(error: OpenTheEyesError) -> None:
    raise error


@pytest.mark.parametrize(
    ("refused", "ending"),
    [
        pytest.param(lambda _: ChooseOptions(faces=(0,)), FACES, id="no number of a face"),
        pytest.param(lambda _: decide([], ChooseOptions(faces=(2,))), FACES, id="a face that is not there"),
        pytest.param(lambda _: MatchOptions(match=((0, 1, 1),)), FACES, id="no number in a match"),
        pytest.param(lambda _: ChooseOptions(even_open=True), FACES, id="even open eyes of nobody"),
        pytest.param(lambda _: check_numbers(GenerateOptions(picks=((2, 0),)), 1), FACES, id="a pick for nobody"),
        pytest.param(lambda _: RestoreOptions(whole_face=True), "or leave it out.", id="no restorer"),
        pytest.param(lambda one: one.check(Options.of(lcm=True)), "leave it out.", id="another engine's"),
        pytest.param(lambda _: read(PICTURE, Settings(max_pixels=80)), "make it smaller.", id="too many pixels"),
        pytest.param(lambda _: read(PICTURE, Settings(max_bytes=9)), "make it smaller.", id="too many bytes"),
        pytest.param(lambda _: raise_(no_room("sdxl", 9, 8)), LATER, id="no room on the GPU"),
    ],
)
def test_no_refusal_speaks_of_the_command_line_or_of_settings(
    engine: Engine, refused: Callable[[Engine], object], ending: str
) -> None:
    with pytest.raises(OpenTheEyesError) as raised:
        refused(engine)
    told = problem_of(raised.value)["detail"]
    assert told.endswith(ending)
    assert not re.search(r"--\w|OTE_|`|open-the-eyes", told)


@pytest.mark.parametrize(
    ("error", "again"),
    [
        pytest.param(StoreAway("expected room, there is none."), True, id="no room in the store"),
        pytest.param(StoreUnreadable("expected to read it."), True, id="the store does not answer"),
        pytest.param(SQLAlchemyError("no connection"), True, id="the database does not answer"),
        pytest.param(WeightsMissing("expected weights, found none."), False, id="no model"),
        pytest.param(NoCapacity("expected a smaller photo."), False, id="too large a photo"),
    ],
)
def test_who_may_succeed_later_is_told_when_to_come_again(error: Exception, again: bool) -> None:
    assert ("Retry-After" in headers_of(error)) == again


def test_who_runs_the_program_is_told_what_to_run_or_set() -> None:
    with pytest.raises(OpenTheEyesError, match=r"^the photo: .* make it smaller\. Or raise the limit: OTE_MAX_PIXELS$"):
        read(PICTURE, Settings(max_pixels=80))
    with pytest.raises(OpenTheEyesError, match=r"no face 2\. List them: open-the-eyes inspect PHOTO$"):
        decide([], ChooseOptions(faces=(2,)))


def test_a_model_that_is_not_there_is_something_to_do_without() -> None:
    told = problem_of(WeightsMissing("/root/weights: nothing", mend="open-the-eyes fetch gfpgan", how="Run"))["detail"]
    assert "leave out what asks for one" in told
    assert "/root" not in told
