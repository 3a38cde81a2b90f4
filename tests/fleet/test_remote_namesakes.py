"""Photos of one name at several addresses: a result gives way to its own photo's, and to no namesake's."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

fsspec = pytest.importorskip("fsspec", reason="the extra `serve` is not installed", exc_type=ImportError)

from open_the_eyes.batch.manifest import Manifest  # noqa: E402 -- those below need fsspec
from open_the_eyes.batch.plan import Item  # noqa: E402
from open_the_eyes.batch.record import Output, Record  # noqa: E402
from open_the_eyes.batch.run import run_batch  # noqa: E402
from open_the_eyes.fleet.remote import RemoteFolders, plan_remote, remote_processor  # noqa: E402
from open_the_eyes.fleet.remote_store import size_at  # noqa: E402
from tests.batch.processors import SPEC, unwatched  # noqa: E402


class Store:
    """A store with a photo a.jpg in each of two folders, and the batches that go to one OUT."""

    def __init__(self, address: str, state: Path) -> None:
        self._address, self._state = address, state

    def batch(self, source: str) -> str:
        """What becomes of the photo."""
        remote = RemoteFolders(f"{self._address}/{source}", f"{self._address}/out")
        planned = plan_remote(remote, self._state)
        do = remote_processor(remote, self._state, self._done, SPEC.fingerprint, SPEC)
        with Manifest(planned.folder, lambda name: size_at(remote.out, name)) as manifest:
            run_batch(planned, SPEC, manifest, lambda items, _: (do(item) for item in items), watch=unwatched)
            (record,) = manifest.latest(planned.items, SPEC.fingerprint)
        return record.state

    def _done(self, item: Item) -> Record:
        data = b"eyes of " + item.source.read_bytes()
        item.output.parent.mkdir(parents=True)
        item.output.write_bytes(data)
        path = item.output.relative_to(self._state).as_posix()
        output = Output(path, len(data), hashlib.sha256(data).hexdigest())
        told = Record(item.name, item.size, item.mtime_ns, "", SPEC.fingerprint, "opened", ("opened",), (output,))
        return replace(told, origin=item.origin)


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("here", [False, True], ids=["in a store", "on this machine"])
def test_a_namesake_at_another_address_does_not_take_the_place_of_a_result(tmp_path: Path, here: bool) -> None:
    address = f"file://{tmp_path}" if here else "memory://bucket"
    files = fsspec.filesystem("file" if here else "memory")
    store = Store(address, tmp_path / "state")
    told = []
    for times, source in enumerate(("card1", "card1", "card2", "card1")):
        files.makedirs(f"{address}/{source}", exist_ok=True)
        files.pipe_file(f"{address}/{source}/a.jpg", source.encode() * (1 + times))  # exported again each time
        told.append(store.batch(source))
        if source == "card2":
            assert files.cat_file(f"{address}/out/a.opened.jpg") == b"eyes of card1card1"
    assert told == ["opened", "opened", "failed", "opened"]
