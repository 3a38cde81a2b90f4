"""Where a benchmark's report and its pages go, and where a report is read again; nobody else's file is replaced."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import UsageError
from ...system.paths import is_file, is_folder, is_there, real_place, special
from .. import paths

if TYPE_CHECKING:
    from ...bench.figures import BenchReport
    from ...bench.run import Found

TITLE = b"# Benchmarks"
"""Beginning of a page of documentation that the benchmark wrote."""
REPORT, PAGE = "report.json", "report.html"


def report_at(text: str) -> BenchReport:
    """The report in a file that `bench` wrote before.

    Raises:
        UsageError: there is none.
    """
    from ...bench.figures import report_from_json

    try:
        document = json.loads(Path(text).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        came = (error.strerror or str(error)) if isinstance(error, OSError) else "a file that is no JSON"
        raise UsageError(f"{text}: expected a report.json of `open-the-eyes bench`, got: {came}. Name one.") from None
    return report_from_json(document, text)


def named_folder(text: str | None) -> Path | None:
    """A folder with a name that reports can call it by, which "." has not; None for None."""
    if text is None:
        return None
    return Path(text) if Path(text).name not in ("", "..") else Path(text).resolve()


def page_place(option: str, text: str) -> Path:
    """Where a page of documentation goes: a new file, or one that the benchmark wrote before."""
    path = Path(text)
    if path.suffix.lower() not in (".md", ".markdown"):
        raise UsageError(f"{option} {text}: expected a name ending in .md; the page is Markdown.")
    real = real_place(path)
    if is_there(real) and not _is_page(real):
        raise UsageError(f"{option} {text}: expected a page of the benchmark's or no file, got another one. Rename it.")
    paths.check_folder(path.parent, option, text)
    return path


def _is_page(path: Path) -> bool:
    try:
        return is_file(path) and path.read_bytes().startswith(TITLE)
    except OSError:
        return False


def output_folder(out: str) -> Path:
    """Where the report goes: a folder in which no report is, or the benchmark's own."""
    folder = Path(out)
    if not out or (is_there(folder) and not is_folder(folder)):
        came = special(folder) or "a file" if out else "nothing"
        raise UsageError(f"-o {out}: expected a folder for the report, got {came}.")
    paths.check_folder(folder, "-o")
    report = real_place(folder / REPORT)
    if is_there(report):
        try:
            report_at(str(report))
        except UsageError as error:
            raise UsageError(f"-o {out}: its {REPORT} is none of the benchmark's and stays. Name another.") from error
    return folder


def written(found: Found, folder: Path, *, photos: bool) -> list[Path]:
    """The page and the JSON; those of an earlier run are replaced."""
    from ...bench.page import page_of

    page, report = folder / PAGE, folder / REPORT
    paths.write_text(report, json.dumps(found.report.to_json(), indent=1) + "\n", overwrite=True)
    paths.write_text(page, page_of(found.report, found.albums if photos else {}), overwrite=True)
    return [page, report]
