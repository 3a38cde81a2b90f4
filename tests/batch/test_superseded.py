"""`--overwrite` with other options leaves nothing of the earlier ones, and deletes nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from open_the_eyes.batch.manifest import Manifest
from open_the_eyes.batch.plan import Item
from open_the_eyes.batch.record import Output, Record, failed
from open_the_eyes.batch.run import Stop, run_batch
from open_the_eyes.batch.spec import BatchSpec
from tests.batch.processors import photos, planned, unwatched

FIRST = BatchSpec(engine="auto", painter="first")
OTHER = BatchSpec(engine="auto", painter="other", overwrite=True)


def run(folder: Path, spec: BatchSpec, *results: str, fails: bool = False, retry: bool = False) -> str:
    """What went wrong in a batch that writes these results for a.jpg, and none for others."""
    plan = planned(folder / "in", folder / "out")

    def execute(items: Sequence[Item], stop: Stop) -> Generator[Record, None, None]:  # noqa: ARG001
        for item in items:
            if fails:
                yield failed(item, spec.fingerprint(), "expected a photo", 3)
                continue
            outputs = tuple(written(plan.out, name, spec.painter) for name in results if item.name == "a.jpg")
            state = "opened" if outputs else "unchanged"
            yield Record(item.name, item.size, item.mtime_ns, "", spec.fingerprint(), state, outputs=outputs)  # type: ignore[arg-type]

    with Manifest(plan.folder) as manifest:
        run_batch(plan, spec, manifest, execute, watch=unwatched, retry_failed=retry)
        return " ".join(record.error for record in manifest.latest(plan.items, spec.fingerprint()))


def written(out: Path, name: str, text: str) -> Output:
    (out / name).write_text(text)
    return Output(name, len(text), hashlib.sha256(text.encode()).hexdigest())


def results(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (folder / "out").iterdir() if path.is_file()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """in/a.jpg, and in out/ two variations of it."""
    photos(tmp_path / "in", a="blink")
    run(tmp_path, FIRST, "a.opened.1.jpg", "a.opened.2.jpg")
    return tmp_path


def test_results_of_other_options_are_deleted_where_none_takes_their_place(folder: Path) -> None:
    run(folder, OTHER, "a.opened.2.jpg")
    assert results(folder) == {"a.opened.2.jpg": "other"}


def test_a_photo_that_is_left_as_it_is_has_no_result_any_more(folder: Path) -> None:
    run(folder, OTHER)
    assert results(folder) == {}


def test_a_failure_leaves_the_earlier_results_until_the_photo_is_done(folder: Path) -> None:
    run(folder, OTHER, fails=True)
    assert set(results(folder).values()) == {"first"}
    run(folder, OTHER, "a.opened.jpg", retry=True)
    assert results(folder) == {"a.opened.jpg": "other"}


def edited(result: Path) -> None:
    result.write_text("edited")


def moved_and_linked_to(result: Path) -> None:
    result.rename(result.parents[1] / "moved.jpg")
    result.symlink_to("../moved.jpg")


def given_as_a_photo(result: Path) -> None:
    (result.parents[1] / "in/b.jpg").symlink_to(result)


@pytest.mark.parametrize("change", [edited, moved_and_linked_to, given_as_a_photo])
def test_nothing_else_is_deleted(folder: Path, change: Callable[[Path], None]) -> None:
    result = folder / "out/a.opened.1.jpg"
    change(result)
    before = result.read_text()
    run(folder, OTHER, "a.opened.jpg")
    assert results(folder) == {"a.opened.jpg": "other", result.name: before}


def test_nothing_outside_of_out_is_deleted_whatever_the_manifest_says(folder: Path) -> None:
    run(folder, replace(OTHER, painter="forged"), "../kept.jpg")
    run(folder, OTHER)
    assert (folder / "kept.jpg").exists()


def test_a_result_that_cannot_be_deleted_fails_its_photo(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "unlink", refused)
    assert "expected to delete this result of other options" in run(folder, OTHER, "a.opened.jpg")
