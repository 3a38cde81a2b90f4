"""`open-the-eyes bench`: a small real run, what its page and its document say, and refusals before any work.

All that looks at the run is here: each process of the tests would make its own.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from open_the_eyes.bench.against import against
from open_the_eyes.bench.cells import seconds
from open_the_eyes.bench.figures import report_from_json
from open_the_eyes.bench.markdown import markdown_of
from open_the_eyes.bench.page import page_of
from open_the_eyes.bench.peers import PEERS
from open_the_eyes.bench.tables import tables_of
from open_the_eyes.cli import main
from tests.bench.page_checker import checked
from tests.shut import shut

if TYPE_CHECKING:
    from open_the_eyes.bench.run import Found


@pytest.fixture
def ran(small_bench: Found, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The command in an empty folder; the run behind it is the session's."""
    from open_the_eyes.bench import run

    monkeypatch.setattr(run, "run", lambda *_, **__: small_bench)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_small_bench_measures_everything_it_promises(small_bench: Found) -> None:
    report = small_bench.report
    cases = {figure.case for figure in report.of("speed")}
    assert {f"portrait, {mode}" for mode in ("fast", "standard", "quality", "ultra", "4 variations")} <= cases
    assert "portrait, reference" in cases
    for figure in report.whats("speed", "photo"):
        stages = [f.value for f in report.of("speed") if f.case == figure.case and f.what.startswith("stage/")]
        assert sum(stages) <= 1.5 * max(figure.samples)
        assert len(figure.floor) == len(figure.samples) == 1
    assert {figure.what for figure in report.of("cold")} >= {"first photo", "second photo", "first photo/generate"}
    assert len(report.of("batch")) >= 1
    told = [one.what for one in report.absent]
    if "sdxl, bf16" in told:
        assert "sdxl, LCM, 4 steps" in told
    assert all(50 < peak.value < 4000 for peak in report.whats("memory", "peak RAM"))


def test_nothing_outside_the_mask_moved_and_the_eyes_beat_leaving_them_shut(small_bench: Found) -> None:
    quality = {(f.what, f.way): f.value for f in small_bench.report.of("quality")}
    ours = next(way for _, way in quality if way.startswith("Open The Eyes"))
    assert quality["outside", ours] == 0
    assert quality["SSIM", ours] > quality["SSIM", "left shut"] > quality["SSIM", "OpenCV inpainting (Telea)"]
    assert quality["iris colour", ours] < quality["iris colour", "left shut"]


def test_the_page_is_whole_and_asks_nobody(small_bench: Found) -> None:
    page = page_of(small_bench.report, small_bench.albums)
    checker = checked(page)
    assert checker.outside == []
    assert checker.targets <= checker.ids
    assert "@import" not in page
    assert re.search(r"url\((?!data:)", page) is None
    assert "prefers-color-scheme: dark" in page


def test_every_row_of_every_table_is_on_the_page_and_in_the_documentation(small_bench: Found) -> None:
    page, text = page_of(small_bench.report, {}), markdown_of(small_bench.report)
    for table in tables_of(small_bench.report):
        assert f"### {table.title}\n" in text
        for row in table.rows:
            assert " | ".join(cell.text for cell in row) in text
            assert f">{row[0].text.replace('>', '&gt;')}</th>" in page


def test_what_two_runs_say_alike_is_in_the_documentation_once(small_bench: Found) -> None:
    one, two = markdown_of(small_bench.report), markdown_of(small_bench.report, small_bench.report)
    for title in ("### Published figures", "### Not measured here", "## What the measures are"):
        assert one.count(title) == two.count(title) == 1
    assert two.count("### Speed") == 2


def test_a_published_figure_names_where_it_can_be_read_and_stands_beside_none_of_ours(small_bench: Found) -> None:
    assert all(one.address.startswith("https://") for one in PEERS)
    assert against(small_bench.report).columns == ("what", "published", "on", "by")


def test_stages_are_in_the_order_in_which_they_run(small_bench: Found) -> None:
    rows = markdown_of(small_bench.report).split("### Stage by stage")[1].split("###")[0]
    assert rows.index("| detect |") < rows.index("| confirm |") < rows.index("| crop |")


def test_the_documentation_holds_no_figure_that_the_report_does_not(small_bench: Found) -> None:
    figures = {figure.value for figure in small_bench.report.figures}
    told = {seconds(one) for one in figures}
    stage_rows = markdown_of(small_bench.report).split("### Stage by stage")[1].split("###")[0]
    for found in re.findall(r"\| ([\d.]+ m?s) (?=\|)", stage_rows):
        assert found in told


def test_both_kinds_of_pages_name_the_machine(small_bench: Found) -> None:
    for made in (page_of(small_bench.report, {}), markdown_of(small_bench.report)):
        assert str(small_bench.report.machine["processor"]) in made
        assert f"{small_bench.report.machine['cores']} cores" in made


def test_pictures_are_in_the_page_only_when_given(small_bench: Found) -> None:
    assert "data:image/jpeg" in page_of(small_bench.report, small_bench.albums)
    assert "data:image" not in page_of(small_bench.report, {})


def test_the_command_writes_a_page_a_report_a_survey_and_a_document(
    ran: Path, small_bench: Found, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "--quick", "-o", "out", "--survey", "--markdown", "docs/bench.md"]) == 0
    written = sorted(path.relative_to(ran).as_posix() for path in ran.rglob("*.*"))
    assert written == ["docs/bench.md", "out/report.html", "out/report.json", "out/survey.html"]
    stored = json.loads((ran / "out/report.json").read_text())
    assert len(report_from_json(stored, "report").figures) == len(small_bench.report.figures)
    said = capsys.readouterr().out
    assert "portrait, standard" in said
    assert "written: out/report.html" in said
    assert str(Path.home()) not in (ran / "docs/bench.md").read_text()


def test_what_cannot_be_written_is_refused_before_anything_is_measured(
    ran: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("measured")

    monkeypatch.setattr("open_the_eyes.bench.run.run", never)
    (ran / "mine").mkdir()
    (ran / "mine/report.json").write_text('{"mine": 1}')
    (ran / "mine.md").write_text("mine")
    assert main(["bench", "--quick", "-o", "mine"]) == 2
    assert main(["bench", "--quick", "-o", "new/../mine"]) == 2
    assert main(["bench", "--quick", "--markdown", "new/../mine.md"]) == 2
    assert main(["bench", "--quick", "-o", "mine/report.json/new"]) == 3
    assert main(["bench", "--quick", "--markdown", "mine/report.json/bench.md"]) == 3
    assert (ran / "mine/report.json").read_text() == '{"mine": 1}'
    first, second, page, *others = capsys.readouterr().err.splitlines()
    assert "its report.json is none of the benchmark's and stays" in first
    assert "its report.json is none of the benchmark's and stays" in second
    assert "expected a page of the benchmark's or no file" in page
    assert all("report.json is not. Name another." in line for line in others)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--quick", "-o", "shut/new"], 3, "-o shut/new: expected a folder that can be written"),
        (
            ["--quick", "--markdown", "shut/page.md"],
            3,
            "--markdown shut/page.md: expected a folder that can be written",
        ),
        (
            ["document", "report.json", "-o", "shut/page.md"],
            3,
            "-o shut/page.md: expected a folder that can be written",
        ),
        (["--quick", "--closed", "shut"], 3, "shut: expected a folder that may be looked into, got: Permission denied"),
        (["--quick", "--open", "shut/new"], 3, "shut/new: expected a folder that may be looked into"),
    ],
)
def test_a_folder_that_is_shut_is_told_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("shut").mkdir()
    shut(Path("shut"), monkeypatch)
    assert main(["bench", *arguments]) == code
    assert said in capsys.readouterr().err.splitlines()[-1]


def test_json_stands_alone_on_stdout(ran: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--quick", "--json", "--no-photos"]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == 1
    assert "data:image" not in (ran / "open-the-eyes-bench/report.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "taste"], "--only: expected some of speed, memory, quality"),
        (["--only", ""], "--only: expected some of"),
        (
            ["compare", "gone.json", "gone.json"],
            "gone.json: expected a report.json of `open-the-eyes bench`, got: No such file",
        ),
        (["compare", "file.txt", "file.txt"], "got: a file that is no JSON"),
        (["--mode", "slow"], "--mode: expected one of"),
        (["--seed", "x"], "--seed: expected a whole number"),
        (["--seed", "-1"], "--seed: expected 0 to"),
        (["--sample", "0"], "--sample: expected 1 to"),
        (["--turns", "1000000"], "--turns: expected 1 to"),
        (["--closed", "nowhere"], "nowhere: expected a folder of photos, got nothing"),
        (["--open", "file.txt"], "file.txt: expected a folder of photos, got a file"),
        (["--open", "."], "expected photos"),
        (["--engine", "magic"], "--engine: expected one of"),
        (["--engine", "reference"], "--engine: expected auto, appearance or sdxl"),
        (["--survey", "--only", "speed"], "--survey: expected quality to be measured"),
        (["--markdown", "file.txt"], "--markdown file.txt: expected a name ending in .md"),
        (["--markdown", "other.md"], "--markdown other.md: expected a page of the benchmark's or no file"),
        (["-o", "file.txt"], "-o file.txt: expected a folder"),
        (["-o", ""], "expected a folder for the report, got nothing"),
    ],
)
def test_what_cannot_be_done_is_refused_before_any_work(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file.txt").write_text("x")
    Path("other.md").write_text("# Somebody's diary\n")
    assert main(["bench", *arguments]) == 2
    told = capsys.readouterr().err.splitlines()
    assert said in told[-1]
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "file.txt": "x",
        "other.md": "# Somebody's diary\n",
    }


def test_networks_say_what_is_missing_and_download_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    from importlib.util import find_spec

    if find_spec("torchvision") and find_spec("torch_fidelity"):
        pytest.skip("torchvision and torch-fidelity are installed: this would download")
    assert main(["bench", "networks"]) == 2
    assert "python -m pip install torchvision torch-fidelity" in capsys.readouterr().err


def test_stored_runs_become_a_page_without_measuring_again(
    ran: Path, small_bench: Found, capsys: pytest.CaptureFixture[str]
) -> None:
    (ran / "a.json").write_text(json.dumps(small_bench.report.to_json()))
    assert main(["bench", "document", "a.json", "a.json", "-o", "page.md"]) == 0
    assert (ran / "page.md").read_text().count("### Stage by stage") == 2
    assert main(["bench", "document", "a.json", "-o", "page.md"]) == 0  # its own page may be replaced
    assert main(["bench", "document", "a.json", "-o", "page.jpg"]) == 2
    assert "expected a name ending in .md" in capsys.readouterr().err
