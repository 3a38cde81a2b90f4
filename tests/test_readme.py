"""What README and two pages of docs/ show is what happens: Python and commands run, tables held against the code."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final, get_args

import pytest

from open_the_eyes.errors import OpenTheEyesError
from open_the_eyes.options import MODES, Mode
from open_the_eyes.pipeline import SPARE
from open_the_eyes.roles import Outcome

ROOT: Final = Path(__file__).parents[1]
README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
USAGE: Final = (ROOT / "docs/usage.md").read_text(encoding="utf-8")
PYTHON: Final = (ROOT / "docs/python.md").read_text(encoding="utf-8")
PIPELINE: Final = (ROOT / "docs/pipeline.md").read_text(encoding="utf-8")
PAGES: Final = [
    path.relative_to(ROOT) for pattern in ("*.md", "docs/**/*.md", "*/*/MODEL_CARD.md") for path in ROOT.glob(pattern)
]


def blocks(page: str, language: str) -> list[str]:
    """Code blocks, without `make` targets: those set up environments of their own, and run this very suite."""
    found = re.findall(r"^```(\w+)\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)
    return [code for kind, code in found if kind == language and not code.startswith("make ")]


def anchors(page: str) -> set[str]:
    """What a link into a page may have after its "#": headings, as GitHub names them."""
    headings = re.findall(r"^#+ (.*)$", page, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.fixture
def folder(tmp_path: Path, blink: Path) -> Path:
    """A folder with a photo called family.jpg, in it someone who blinked."""
    shutil.copy(blink, tmp_path / "family.jpg")
    return tmp_path


def run(command: list[str], folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("page", "language"), [(README, "python"), (README, "bash"), (USAGE, "bash"), (PYTHON, "python")]
)
def test_there_is_something_to_run(page: str, language: str) -> None:
    assert blocks(page, language)


def test_all_that_the_pages_show_can_be_run_in_one_folder_from_the_first_line_to_the_last(folder: Path) -> None:
    def commands(page: str) -> None:
        for code in blocks(page, "bash"):
            run(["bash", "-e", "-o", "pipefail", "-c", code], folder)

    commands(README)
    assert README.index("```bash") < README.index("```python")
    for code in blocks(README, "python"):
        assert "opened" in run([sys.executable, "-W", "error", "-c", code], folder)
    commands(USAGE)
    made = {"family.opened.jpg", "one.jpg", "family.python.jpg", "out.jpg", "family.faces.jpg", "again.jpg"}
    assert {path.name for path in folder.glob("*.jpg")} == {"family.jpg", *made}
    assert [path.name for path in (folder / "opened").glob("*.jpg")] == ["family.opened.jpg"]
    assert all((folder / place / "family.opened.1.jpg").is_file() for place in ("many", "best"))


def test_the_page_on_python_opens_the_eyes_of_each_photo(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    for code in blocks(PYTHON, "python"):
        exec(code, {})
    assert (folder / "family.opened.jpg").is_file()


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_whoever_installs_the_clone_leaves_it_editable_and_takes_the_versions_that_are_tested(page: Path) -> None:
    """What is no editable install takes the place of that of `make`, and `git pull` changes the program no more."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for options in re.findall(r'\bpip install ([^`;\n]*?)"?\.(?:\[[\w,]+\]")?(?=[`\n ])', text):
        assert options.endswith("-e "), options
        assert "-c constraints.txt" in options or page.name == "gpu.md", options  # where torch is whatever fits the GPU


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_into_the_repository_lead_somewhere(page: Path) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", text):
        path = (ROOT / page).parent / target if target else ROOT / page
        assert path.exists(), target
        assert not anchor or anchor in anchors(path.read_text(encoding="utf-8")), f"{target}#{anchor}"


def test_the_index_of_the_decisions_names_every_file_by_its_title() -> None:
    index = (ROOT / "docs/decisions.md").read_text(encoding="utf-8")
    titles = {name: title for title, name in re.findall(r"\| \[([^]]+)\]\(decisions/([^)]+)\)", index)}
    files = sorted((ROOT / "docs/decisions").iterdir())
    assert set(titles) == {path.name for path in files}
    for path in files:
        heading = path.read_text(encoding="utf-8").partition("\n")[0]
        assert heading.startswith(f"# {titles[path.name]}")


def test_a_file_of_decisions_is_read_in_one_sitting() -> None:
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in ROOT.glob("docs/decisions/*")}
    assert [name for name, lines in lengths.items() if lines > 150] == []


def test_every_exit_code_is_explained() -> None:
    def kinds(kind: type[OpenTheEyesError]) -> set[int]:
        return {kind.exit_code}.union(*map(kinds, kind.__subclasses__()))

    assert {code for code in kinds(OpenTheEyesError) if f"| {code} | " not in USAGE} == set()


@pytest.mark.parametrize("mode", MODES)
def test_the_modes_are_as_both_tables_say(mode: Mode) -> None:
    spare = SPARE[mode]
    assert f"| `{mode}` | {spare or 'none'} |" in README
    assert f"| `{mode}` | V{f' + {spare}' if spare else ''} |" in PIPELINE


@pytest.mark.parametrize("outcome", get_args(Outcome))
def test_every_outcome_is_explained(outcome: str) -> None:
    assert f"| `{outcome}` |" in PIPELINE
