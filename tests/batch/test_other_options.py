"""Other options, or names, need `--overwrite`: what the earlier ones left is named then, and nothing is deleted."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from open_the_eyes.batch.manifest import Manifest
from open_the_eyes.batch.plan import Item, plan
from open_the_eyes.batch.record import Output, Record, failed
from open_the_eyes.batch.run import Stop, run_batch
from open_the_eyes.batch.spec import BatchSpec
from open_the_eyes.errors import UsageError
from tests.batch.processors import photos, unwatched

FIRST = BatchSpec(engine="auto", painter="first")
OTHER = BatchSpec(engine="auto", painter="other", overwrite=True)


def run(folder: Path, spec: BatchSpec, *results: str, fails: bool = False, keep_names: bool = False) -> tuple[str, ...]:
    """What a batch that writes these results for a.jpg tells of those that were there."""
    planned = plan([str(folder / "in")], folder / "out", keep_names=keep_names)

    def execute(items: Sequence[Item], stop: Stop) -> Generator[Record, None, None]:  # noqa: ARG001
        for item in items:
            if fails:
                yield failed(item, spec.fingerprint, "expected a photo", 3)
                continue
            outputs = tuple(written(planned.out, name, spec.painter) for name in results)
            state = "opened" if outputs else "unchanged"
            yield Record(item.name, item.size, item.mtime_ns, "", spec.fingerprint, state, outputs=outputs)  # type: ignore[arg-type]

    with Manifest(planned.folder) as manifest:
        return run_batch(planned, spec, manifest, execute, watch=unwatched).left


def written(out: Path, name: str, text: str) -> Output:
    (out / name).write_text(text)
    return Output(name, len(text), hashlib.sha256(text.encode()).hexdigest())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """in/a.jpg, and in out/ two variations of it."""
    photos(tmp_path / "in", a="blink")
    assert run(tmp_path, FIRST, "a.opened.1.jpg", "a.opened.2.jpg") == ()
    return tmp_path


@pytest.mark.parametrize(
    ("results", "left"),
    [
        (["a.opened.1.jpg", "a.opened.2.jpg"], ()),
        (["a.opened.2.jpg"], ("a.opened.1.jpg",)),
        ([], ("a.opened.1.jpg", "a.opened.2.jpg")),
    ],
)
def test_results_whose_place_no_new_one_takes_are_named_and_stay(
    folder: Path, results: list[str], left: tuple[str, ...]
) -> None:
    assert run(folder, OTHER, *results) == left
    for name in left:
        assert (folder / "out" / name).read_text() == "first"


def test_other_names_are_refused_as_other_options_are(folder: Path) -> None:
    with pytest.raises(UsageError, match="were made with others"):
        run(folder, FIRST, "a.jpg", keep_names=True)
    over = replace(FIRST, overwrite=True)
    assert run(folder, over, "a.1.jpg", "a.2.jpg", keep_names=True) == ("a.opened.1.jpg", "a.opened.2.jpg")
    assert run(folder, FIRST, keep_names=True) == (), "it is done"


@pytest.mark.parametrize(
    ("overwrite", "there", "after"),
    [
        pytest.param(True, "a.opened.jpg", "first", id="asked for"),
        pytest.param(False, "a.opened.jpg", "somebody's", id="not asked for"),
        pytest.param(True, "a.jpg", None, id="it failed of something else"),
    ],
)
def test_what_failed_because_its_name_is_taken_is_tried_again_with_overwrite(
    tmp_path: Path, overwrite: bool, there: str, after: str | None
) -> None:
    photos(tmp_path / "in", a="blink")
    assert run(tmp_path, FIRST, fails=True) == ()
    written(tmp_path / "out", there, "somebody's")
    run(tmp_path, replace(FIRST, overwrite=overwrite), "a.opened.jpg")
    result = tmp_path / "out/a.opened.jpg"
    assert (result.read_text() if result.exists() else None) == after


def test_a_failure_leaves_the_earlier_results_and_names_them(folder: Path) -> None:
    assert run(folder, OTHER, fails=True) == ("a.opened.1.jpg", "a.opened.2.jpg")


def test_what_somebody_has_deleted_is_not_named(folder: Path) -> None:
    (folder / "out/a.opened.1.jpg").unlink()
    assert run(folder, OTHER) == ("a.opened.2.jpg",)
