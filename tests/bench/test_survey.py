"""Blind pairs, and a tally that means what people answered."""

from __future__ import annotations

import base64
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from open_the_eyes.bench.album import Shot
from open_the_eyes.bench.survey import Pair, pairs_of, survey_of, tally
from open_the_eyes.bench.survey.pairs import MOST, sealed
from open_the_eyes.cli import main
from open_the_eyes.errors import UsageError

OURS, OTHER = "Open The Eyes, appearance", "OpenCV inpainting (Telea)"


def shots(count: int, *labels: str) -> list[Shot]:
    return [Shot(f"{n}.jpg", 1.0, "", tuple((label, label.encode()) for label in labels)) for n in range(count)]


def test_sides_are_drawn_and_a_seed_repeats_them() -> None:
    albums = {"blinks": shots(40, "before", "after")}
    pairs = pairs_of(albums, 1)
    sides = Counter(pair.left[0] for pair in pairs)
    assert 10 < sides["before"] < 30
    assert pairs == pairs_of(albums, 1)
    assert pairs != pairs_of(albums, 2)


def test_before_and_after_and_engines_are_paired_and_people_are_spared() -> None:
    pairs = pairs_of({"open": shots(40, "truth", "blink painted on", OURS, OTHER)}, 0)
    assert len(pairs) == MOST
    met = {frozenset((pair.left[0], pair.right[0])) for pair in pairs}
    assert met == {frozenset((OURS, one)) for one in ("blink painted on", "truth", OTHER)}


def test_the_page_shows_no_name_of_who_made_what() -> None:
    page = survey_of(pairs_of({"open": shots(3, "truth", "blink painted on", OURS, OTHER)}, 0), 0)
    data = json.loads(page.split('type="application/json">')[1].split("</script>")[0])
    shown = json.dumps(data["pairs"])
    for word in (OURS, OTHER, "truth", "before", "after"):
        assert word not in shown
    assert "http" not in page.replace("application/json", "")
    assert "localStorage" not in page


def test_a_survey_without_pictures_is_refused() -> None:
    with pytest.raises(UsageError, match="--survey: expected pictures"):
        survey_of([], 0)


PAIRS = [
    Pair("a", "before/after", ("before", b""), ("after", b"")),
    Pair("b", "before/after", ("after", b""), ("before", b"")),
    Pair("c", "engines", (OTHER, b""), (OURS, b"")),
]


def answered(folder: Path, name: str, *chosen: str, **changed: Any) -> Path:
    told = {"format": "open-the-eyes-survey", "version": 1, "key": sealed(PAIRS)}
    told["answers"] = [{"chosen": one} for one in chosen]
    path = folder / name
    path.write_text(json.dumps({**told, **changed}), encoding="utf-8")
    return path


def test_answers_of_several_people_add_up(tmp_path: Path) -> None:
    files = [answered(tmp_path, "a.json", "right", "left", "right"), answered(tmp_path, "b.json", "left", "same")]
    told = {(one.way, one.other): (one.wins, one.losses, one.alike) for one in tally(files)}
    assert told == {("after", "before"): (2, 1, 1), (OURS, OTHER): (1, 0, 0)}


def test_win_rates_have_intervals(tmp_path: Path) -> None:
    (first, *_) = tally([answered(tmp_path, f"{n}.json", "right", "left") for n in range(10)])
    assert first.rate == 1.0
    assert first.interval == pytest.approx((0.8389, 1.0), abs=1e-3)


@pytest.mark.parametrize(
    "changed",
    [
        {"format": "other"},
        {"key": "%%%"},
        {"key": base64.b64encode(b"{}").decode()},
        {"key": base64.b64encode(b'[{"photo": 1}]').decode()},
        {"key": 5},
        {"answers": None},
        {"answers": [{"chosen": "up"}]},
        {"answers": [{}]},
        {"answers": [{"chosen": "left"}] * 9},
    ],
    ids=[
        "format", "no_base64", "no_list", "no_sides", "a_number", "no_answers", "unknown_side", "empty", "too_many",
    ],
)  # fmt: skip
def test_a_file_that_is_no_answer_is_refused_in_one_line(tmp_path: Path, changed: dict[str, Any]) -> None:
    path = answered(tmp_path, "a.json", "left", **changed)
    with pytest.raises(UsageError, match=r"a\.json: expected") as refusal:
        tally([path])
    assert "\n" not in str(refusal.value)


def test_the_command_prints_the_tally(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = answered(tmp_path, "a.json", "right", "left", "right")
    assert main(["bench", "survey", "tally", str(path)]) == 0
    assert "100 %" in capsys.readouterr().out
    assert main(["bench", "survey", "tally", "--json", str(path)]) == 0
    assert {one["wins"] for one in json.loads(capsys.readouterr().out)} == {1, 2}
    assert main(["bench", "survey", "tally", str(tmp_path / "none.json")]) == 2
