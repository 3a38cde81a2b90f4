"""Keys are shown once and kept as hashes; two of them never see each other's jobs."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from open_the_eyes.errors import PhotoNotWritten, UsageError
from open_the_eyes.service.api_keys import ApiKeys, make_key
from open_the_eyes.service.http.middleware import PUBLIC
from tests.service.running import running_service

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine


def test_what_is_kept_of_a_key_is_its_hash_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "keys"
    key = make_key(path)
    assert key.startswith("ote_")
    assert key not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_keys_are_known_again_and_others_are_not(tmp_path: Path) -> None:
    one, other = make_key(tmp_path / "keys"), make_key(tmp_path / "keys")
    keys = ApiKeys.read(tmp_path / "keys")
    assert len({keys.owner_of(one), keys.owner_of(other), None}) == 3
    for wrong in ("", one[:-1], one + "x", one.upper(), "ote_", "\udcff"):
        assert keys.owner_of(wrong) is None


def test_a_line_may_say_whose_key_it_is(tmp_path: Path) -> None:
    key = make_key(tmp_path / "keys")
    (tmp_path / "keys").write_text(f"# keys\n\n{(tmp_path / 'keys').read_text().strip()} studio, 2026\n")
    assert ApiKeys.read(tmp_path / "keys").owner_of(key) is not None


def test_a_key_for_metrics_alone_is_nobodys_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    figures = make_key(path, only_metrics=True)
    with pytest.raises(UsageError, match="a key for photos"):
        ApiKeys.read(path)
    full = make_key(path)
    path.write_text(path.read_text().replace("only:metrics", "only:metrics Prometheus"))
    keys = ApiKeys.read(path)
    assert keys.owner_of(figures) is None
    assert keys.owner_at_metrics(figures) is not None
    assert keys.owner_at_metrics(full) == keys.owner_of(full) is not None
    path.write_text(path.read_text().replace("only:metrics", "only:metric"))
    with pytest.raises(UsageError, match="expected only:metrics"):
        ApiKeys.read(path)


def test_no_file_means_no_keys(tmp_path: Path) -> None:
    assert ApiKeys.read(tmp_path / "keys").hashes == ()


@pytest.mark.parametrize("content", [b"secret\n", b"\xff\xfe\n", b"ABCD" * 16, b"# ended\n"], ids=repr)
def test_a_file_of_another_kind_is_refused_and_not_quoted(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "keys").write_bytes(content)
    with pytest.raises(UsageError, match="expected") as caught:
        ApiKeys.read(tmp_path / "keys")
    assert "secret" not in str(caught.value)


def test_a_key_that_cannot_be_kept_is_not_made(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    with pytest.raises(PhotoNotWritten, match="OTE_KEYS"):
        make_key(tmp_path / "keys")


def test_two_keys_cannot_see_each_others_jobs(remembering: Engine, tmp_path: Path, shut: bytes) -> None:
    mine, theirs = (
        {"Authorization": f"Bearer {make_key(tmp_path / 'keys')}"},
        {"Authorization": f"Bearer {make_key(tmp_path / 'keys')}"},
    )
    with running_service(remembering, tmp_path, keys=ApiKeys.read(tmp_path / "keys")) as server:
        both = {"Idempotency-Key": "the same word"}
        job = server.job(shut, **mine, **both)
        other = server.job(shut, **theirs, **both)
        assert other != job
        for key, own in ((mine, job), (theirs, other)):
            assert [one["id"] for one in server.http.get("/v1/jobs", headers=key).json()["jobs"]] == [own]
        assert server.ended(job, **mine)["state"] == "done"
        for method, path in [("GET", ""), ("GET", "/events"), ("GET", "/result"), ("DELETE", "")]:
            address = f"/v1/jobs/{job}{path}"
            assert server.http.request(method, address, headers=theirs).status_code == 404
            assert server.http.request(method, address).status_code == 401
        assert server.http.get(f"/v1/jobs/{job}/result", headers=mine).status_code == 200
        assert server.http.get("/metrics").status_code == 401
        assert "bearer" in server.http.get("/openapi.json", headers=mine).text


@pytest.mark.parametrize("keyed", [True, False])
def test_the_description_tells_of_keys_and_where_one_is_wanted(
    remembering: Engine, tmp_path: Path, keyed: bool
) -> None:
    key = {"Authorization": f"Bearer {make_key(tmp_path / 'keys')}"}
    with running_service(remembering, tmp_path, keys=ApiKeys.read(tmp_path / "keys") if keyed else None) as server:
        document = server.http.get("/openapi.json", headers=key).json()
        assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                security = operation.get("security", document["security"])
                answer = server.http.request(method, path.replace("{job_id}", str(uuid4())))
                assert (answer.status_code == 401) == (security == [{"key": []}]), (method, path)
                assert (not security) == (path in PUBLIC), (method, path)
                assert ("401" in operation["responses"]) == bool(security), (method, path)


def test_a_key_file_whose_last_line_an_editor_left_open_takes_another_key(tmp_path: Path) -> None:
    one = make_key(tmp_path / "keys")
    (tmp_path / "keys").write_text(f"{(tmp_path / 'keys').read_text().strip()} Jürgen", encoding="utf-8")
    other = make_key(tmp_path / "keys")
    keys = ApiKeys.read(tmp_path / "keys")
    assert None not in (keys.owner_of(one), keys.owner_of(other))
