"""What an editor may ask for, and what is refused."""

from __future__ import annotations

import json
import re
from ast import literal_eval
from dataclasses import FrozenInstanceError
from fractions import Fraction
from typing import Any, get_type_hints

import numpy as np
import pytest

from open_the_eyes.errors import UsageError
from open_the_eyes.options import MODES, ChooseOptions, GenerateOptions, Options, RestoreOptions
from open_the_eyes.options.eye_style import EYE_COLORS
from open_the_eyes.wording import written

NAN = float("nan")
KINDS = {name: kind for stage in get_type_hints(Options).values() for name, kind in get_type_hints(stage).items()}
"""Of every option there is."""


@pytest.mark.parametrize(
    ("flat", "words"),
    [
        pytest.param({"faces": ()}, "got none", id="faces: none"),
        pytest.param({"faces": (0,)}, "from 1 to 10,000, got 0", id="faces: zero"),
        pytest.param({"faces": (10_000, 10_001)}, r"from 1 to 10,000, got 10001\.", id="faces: too many for a photo"),
        pytest.param({"faces": (10**22,)}, "from 1 to 10,000, got 1000000", id="faces: a slip"),
        pytest.param({"faces": (1.0,)}, r"a whole number, got 1\.0\.", id="faces: no whole number"),
        pytest.param({"faces": (1, -3)}, r"got -3\.", id="faces: a negative one among good ones"),
        pytest.param({"even_open": True}, "even_open: expected faces named by number", id="even open: whose"),
        pytest.param({"even_open": [1]}, "even_open: expected faces named by number", id="even open: not named"),
        pytest.param({"faces": (1, 3), "even_open": [3, 4]}, "are named, got 4;", id="even open: named elsewhere"),
        pytest.param({"faces": (1,), "even_open": [0]}, "even_open: .* 1 to 10,000, got 0", id="even open: zero"),
        pytest.param({"faces": (1,), "even_open": [10**9]}, "even_open: .* to 10,000", id="even open: too large"),
        pytest.param({"picks": [(10_001, 0)]}, "picks: expected faces from 1 to 10,000", id="picks: too large"),
        pytest.param({"match": [(1, 1, 10_001)]}, "match: numbers go from 1 to 10,000", id="match: too large"),
        pytest.param({"faces": (1,), "even_open": [True]}, "even_open: .*whole number", id="even open: no number"),
        pytest.param({"faces": (1,), "even_open": "yes"}, "even_open: .*face numbers", id="even open: a word"),
        pytest.param({"faces": (1,), "even_open": 1}, "even_open: expected true, false", id="even open: one"),
        pytest.param({"mode": "best"}, "fast, standard, quality, ultra; got best", id="mode"),
        pytest.param({"mode": ""}, "mode", id="mode: empty"),
        pytest.param({"variations": 0}, "1 to 16, got 0", id="variations: none"),
        pytest.param({"variations": 17}, "1 to 16, got 17", id="variations: too many"),
        pytest.param({"seed": -1}, "seed.*got -1", id="seed: negative"),
        pytest.param({"seed": 2**32}, "seed", id="seed: too large"),
        pytest.param({"eye_color": "red"}, "auto, brown.*got red", id="eye colour"),
        pytest.param({"gaze": (0.1,)}, "two numbers", id="gaze: one number"),
        pytest.param({"gaze": (None, 1)}, r"\[0.3, -0.1\], got \[null, 1\]\.", id="gaze: null"),
        pytest.param({"gaze": (0.0, 1.01)}, r"-1 to 1, such as \[0.3, -0.1\]; got \[0, 1.01\]\.", id="gaze: too far"),
        pytest.param({"gaze": (NAN, 0.0)}, "-1 to 1", id="gaze: not a number"),
        pytest.param({"openness": -0.1}, "0 to 1.5", id="openness: negative"),
        pytest.param({"openness": 1.6}, "got 1.6", id="openness: too wide"),
        pytest.param({"openness": NAN}, "got nan", id="openness: not a number"),
        pytest.param({"mode": np.array(["fast", "ultra"])}, "mode: expected one of fast", id="several modes"),
        pytest.param({"restorer": "magic"}, "restorer: expected one of none, codeformer.*got magic", id="restorer"),
        pytest.param({"whole_face": True}, "whole_face: expected a restorer", id="nobody to restore the face"),
        pytest.param({"fidelity": 0.2}, "fidelity: expected a restorer", id="nobody to be faithful"),
        pytest.param({"precision": "fp4"}, "precision: expected one of auto.*got fp4", id="precision"),
        pytest.param({"fidelity": 1.2}, "fidelity.*got 1.2", id="fidelity"),
        pytest.param({"wings": "blue"}, "^wings: unknown option; known are all, even_open", id="no such option"),
        pytest.param({"mood": "x"}, r"^mood: unknown option; did you mean mode\? Known are all", id="a slip"),
        pytest.param({"b": 1, "a": 2}, "^a: unknown option, as well as b; ", id="two of them"),
    ],
)
def test_what_cannot_be_is_refused_and_named(flat: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        Options.of(**flat)
    assert caught.value.option in {*flat, "faces"}


@pytest.mark.parametrize(
    "flat",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"faces": (1,)}, id="one face"),
        pytest.param({"faces": (7, 1, 1)}, id="faces in any order, twice"),
        pytest.param({"faces": (7, 1), "even_open": True}, id="even open eyes"),
        pytest.param({"faces": (7, 1), "even_open": (7,)}, id="even open eyes of one"),
        pytest.param({"even_open": False}, id="no open eyes"),
        pytest.param({"variations": 16, "seed": 2**32 - 1, "openness": 1.5, "gaze": (-1, 1)}, id="the far ends"),
        pytest.param({"variations": 1, "seed": 0, "openness": 0, "gaze": (0, 0)}, id="the near ends"),
        *(pytest.param({"mode": mode}, id=mode) for mode in MODES),
        *(pytest.param({"eye_color": color}, id=color) for color in EYE_COLORS),
    ],
)
def test_what_can_be_is_kept_as_it_was_said(flat: dict[str, Any]) -> None:
    options = Options.of(**flat)
    for name, value in flat.items():
        stage = options.choose if name in ("faces", "all", "even_open") else options.generate
        assert getattr(stage, name) == value


def test_numpys_numbers_become_pythons_for_records_are_json() -> None:
    flat: dict[str, Any] = {
        "faces": [np.int64(1)],
        "variations": np.int64(2),
        "seed": np.uint32(3),
        "gaze": np.array([0.5, -1]).tolist(),
        "openness": np.float32(0.75),
        "restorer": "codeformer",
        "fidelity": Fraction(1, 2),
    }
    given = Options.of(**flat)
    asked = (given.choose.faces, given.generate.variations, given.generate.seed, given.generate.openness)
    assert json.dumps(asked) == "[[1], 2, 3, 0.75]"
    assert type(given.restore.fidelity) is float
    several: dict[str, Any] = {"picks": [(np.int64(1), np.int64(0))], "match": [[1, np.int8(1), 2]]}
    assert Options.of(**several).generate.picks == ((1, 0),)


@pytest.mark.parametrize(
    "given", [{"mode": "fast"}, None, ChooseOptions()], ids=["flat names", "null", "another stage"]
)
def test_a_stage_takes_its_own_options_alone(given: Any) -> None:
    with pytest.raises(UsageError, match=r"^generate: expected GenerateOptions\(\.\.\.\), got ") as refused:
        Options(generate=given)
    assert refused.value.option == "generate"


def test_flat_names_reach_their_stage() -> None:
    wanted = Options(
        choose=ChooseOptions(faces=(2,), all=True),
        generate=GenerateOptions(mode="fast", seed=4),
        restore=RestoreOptions(restorer="codeformer", fidelity=0.2),
    )
    assert Options.of(faces=(2,), all=True, mode="fast", seed=4, restorer="codeformer", fidelity=0.2) == wanted
    assert Options.of() == Options()


def test_who_gets_new_eyes_in_the_place_of_open_ones() -> None:
    everyone = ChooseOptions(faces=(1, 3), even_open=True)
    some = ChooseOptions(faces=(1, 3), even_open=(3,))
    assert [everyone.opens_even(face) for face in (1, 2, 3)] == [True, False, True]
    assert [some.opens_even(face) for face in (1, 2, 3)] == [False, False, True]
    assert not any(ChooseOptions(faces=(1, 3), even_open=one).opens_even(1) for one in (False, ()))
    assert some.of_faces((1,)) == ChooseOptions(faces=(1,))
    assert everyone.of_faces((3,)) == ChooseOptions(faces=(3,), even_open=True)


def test_no_two_stages_have_an_option_of_one_name() -> None:
    import dataclasses

    names = [f.name for kind in (ChooseOptions, GenerateOptions, RestoreOptions) for f in dataclasses.fields(kind)]
    assert len(names) == len(set(names))


def test_options_do_not_change_under_anyones_hands() -> None:
    with pytest.raises(FrozenInstanceError):
        GenerateOptions().seed = 3  # type: ignore[misc]  # what must not work


@pytest.mark.parametrize(
    "flat",
    [
        pytest.param({"variations": "3"}, id="text for a count"),
        pytest.param({"seed": 1.5}, id="half a seed"),
        pytest.param({"openness": "wide"}, id="a word for a number"),
        pytest.param({"gaze": "ab"}, id="text for a gaze"),
        pytest.param({"gaze": 3}, id="one number for a gaze"),
        pytest.param({"faces": "12"}, id="text for faces"),
        pytest.param({"faces": 2}, id="a number for faces"),
        pytest.param({"fidelity": None}, id="nothing for a number"),
        pytest.param({"mode": 3}, id="a number for a mode"),
        pytest.param({"eye_color": None}, id="nothing for a colour"),
        pytest.param({"picks": 3}, id="a number for picks"),
        pytest.param({"picks": (1, 2)}, id="one pair for picks"),
        pytest.param({"picks": ((1, 2, 3),)}, id="three numbers for a pick"),
        pytest.param({"picks": ((1, "2"),)}, id="text for an attempt"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_in_our_own_words(flat: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="expected") as refused:
        Options.of(**flat)
    assert [refused.value.option] == list(flat)


@pytest.mark.parametrize(
    ("name", "typed", "works"),
    [
        ("faces", "1,3", "[1, 3]"),
        ("gaze", "0.3,-0.1", "[0.3, -0.1]"),
        ("match", "1=2", "[[1, 2, 3]]"),
        ("picks", "1", "[["),
    ],
)
def test_what_is_written_as_on_the_command_line_is_refused_with_a_list_that_works(
    name: str, typed: Any, works: str
) -> None:
    with pytest.raises(UsageError, match=f'{name}: expected .* such as {re.escape(works)}.*got "{typed}"'):
        Options.of(**{name: typed})


@pytest.mark.parametrize("value", [1, 0, 1.0, "true", "", None, [True]], ids=repr)
@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind is bool])
def test_yes_or_no_is_said_by_true_or_false_alone(name: str, value: Any) -> None:
    with pytest.raises(UsageError, match=re.escape(f"{name}: expected true or false, got {written(value)}.")):
        Options.of(**{name: value, "restorer": "gfpgan"})
    for said in (True, False):
        flat: dict[str, Any] = {name: said, "restorer": "gfpgan"}
        assert Options.of(**flat).changed().get(name, False) is said


@pytest.mark.parametrize("value", [True, False])
@pytest.mark.parametrize(
    ("name", "around"),
    [
        *(pytest.param(name, "{}", id=name) for name, kind in KINDS.items() if kind in (int, float, float | None)),
        pytest.param("faces", "({},)", id="a face"),
        pytest.param("gaze", "({}, 0)", id="gaze: across"),
        pytest.param("gaze", "(0, {})", id="gaze: down"),
        pytest.param("picks", "(({}, 0),)", id="picks: the face"),
        pytest.param("picks", "((1, {}),)", id="picks: the attempt"),
        pytest.param("match", "((1, {}, 1),)", id="match: the reference"),
    ],
)
def test_neither_true_nor_false_is_a_number(name: str, around: str, value: bool) -> None:
    with pytest.raises(UsageError, match=rf"^{name}: expected .* got .*{written(value)}"):
        Options.of(**{name: literal_eval(around.format(value))})


@pytest.mark.parametrize(
    ("flat", "why"),
    [
        pytest.param({"picks": ((0, 1),)}, "faces from 1", id="no face 0"),
        pytest.param({"picks": ((1, -1),)}, "faces from 1", id="no attempt before the first"),
        pytest.param({"picks": ((1, 10**9),)}, "faces from 1", id="nor one nobody can have seen"),
        pytest.param({"picks": ((1, 0), (1, 2))}, "twice", id="one face twice"),
        pytest.param(
            {"picks": ((1, 0),), "variations": 2}, "one variation", id="several variations of what was picked"
        ),
    ],
)
def test_picks_that_cannot_be_are_refused(flat: dict[str, Any], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        Options.of(**flat)


@pytest.mark.parametrize("match", [((1, 1, 1), (1, 1, 2)), ((1, 1, 1), (2, 1, 1))], ids=["to two", "of two"])
def test_nobody_is_matched_twice_in_a_reference(match: tuple[tuple[int, int, int], ...]) -> None:
    with pytest.raises(UsageError, match="match: expected each face once a reference"):
        Options.of(match=match)
    assert Options.of(match=((1, 1, 1), (1, 2, 1), (2, 1, 2))).match.match[2] == (2, 1, 2)


def test_help_names_every_option() -> None:
    told = re.findall(r"\w+", (Options.of.__doc__ or "").partition("\n\n")[2])
    assert set(KINDS) <= set(told)
