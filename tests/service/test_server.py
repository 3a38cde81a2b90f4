"""Which doors may be opened to whom; and `open-the-eyes serve` as a program."""

from __future__ import annotations

import signal
import socket
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from benchmarks.service_rig import serving
from open_the_eyes.cli import main
from open_the_eyes.errors import UsageError
from open_the_eyes.service import server
from open_the_eyes.service.api_keys import ApiKeys, make_key
from open_the_eyes.service.database import worker_lock
from open_the_eyes.service.server import _listener, admission, assembled, is_loopback
from open_the_eyes.service.settings import ServiceSettings

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("host", "alone"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.5", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_only_loopback_addresses_count_as_this_machine(host: str, alone: bool) -> None:
    assert is_loopback(host) is alone


def test_others_are_let_in_only_where_a_key_exists(engine: Engine, tmp_path: Path) -> None:
    config = ServiceSettings(folder=tmp_path)
    with pytest.raises(UsageError, match="--new-key"):
        assembled(engine, config, "0.0.0.0")
    make_key(config.keys_file)
    assembled(engine, config, "0.0.0.0").state.service.close()


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "http://127.0.0.1", "[::1]"])
def test_an_address_with_more_than_an_address_is_refused_before_a_key_is_asked_for(host: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--host: expected a name or an address alone"):
        admission(ServiceSettings(folder=tmp_path), host)


def test_a_port_that_is_taken_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match=r"--port: .*choose another --port"):
            _listener("127.0.0.1", taken.getsockname()[1])


def test_no_other_program_listens_at_a_port_beside_us_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = socket.SO_OOBINLINE  # of an option that only Windows has
    monkeypatch.setattr(socket, "SO_EXCLUSIVEADDRUSE", stand_in, raising=False)
    with _listener("127.0.0.1", 0) as listener:
        asked = [listener.getsockopt(socket.SOL_SOCKET, option) != 0 for option in (stand_in, socket.SO_REUSEADDR)]
    assert asked == [True, False]


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.name.invalid"])
def test_an_address_of_another_machine_is_said(host: str) -> None:
    with pytest.raises(UsageError, match=f"--host: .*{host}"):
        _listener(host, 0)


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_that_cannot_be_is_usage(port: str, capsys: Captured) -> None:
    assert main(["serve", "--port", port]) == 2
    assert "--port" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--gpus-each", "--painters", "--frontends"])
def test_options_of_a_cluster_need_one(option: str, capsys: Captured) -> None:
    assert main(["serve", option, "2"]) == 2
    assert "expected --ray" in capsys.readouterr().err


def test_the_help_names_every_setting(capsys: Captured) -> None:
    assert main(["serve", "--help"]) == 0
    told = capsys.readouterr().out
    assert all(f"OTE_{known.name.upper()} " in told for known in fields(ServiceSettings))


def test_a_key_that_cannot_be_kept_is_not_announced(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTE_FOLDER", str(tmp_path))
    monkeypatch.setenv("OTE_KEYS", str(tmp_path))
    assert main(["serve", "--new-key"]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "expected to write the key's hash here" in err


def test_a_new_key_is_shown_once_and_works(tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTE_FOLDER", str(tmp_path))
    assert main(["serve", "--new-key"]) == 0
    key = capsys.readouterr().out.strip()
    assert ApiKeys.read(tmp_path / "keys").owner_of(key) is not None


def test_a_new_key_can_be_for_metrics_alone(tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTE_FOLDER", str(tmp_path))
    assert main(["serve", "--new-key", "--only", "metrics"]) == 0
    assert (tmp_path / "keys").read_text().endswith(" only:metrics\n")
    for wrong in (["--new-key", "--only", "jobs"], ["--only", "metrics"]):
        assert main(["serve", *wrong]) == 2
        assert "--only: expected" in capsys.readouterr().err


def test_to_others_without_a_key_is_one_line_and_code_2(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTE_FOLDER", str(tmp_path))
    assert main(["serve", "--host", "0.0.0.0"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_program_serves_alone_in_its_folder_logs_nothing_personal_and_stops_when_told(
    tmp_path: Path, shut: bytes, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTE_FOLDER", str(tmp_path))
    monkeypatch.setattr(worker_lock, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(server, "serve", lambda *_, **__: pytest.fail("it serves"))
    with serving(tmp_path) as service:
        assert main(["serve", "--port", "0"]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert f"another service uses it at {service.address};" in line
        sent = {"photo": ("Ada at the beach.jpg", shut)}
        assert httpx.post(service.address + "/v1/jobs?token=hidden", files=sent, timeout=60).status_code == 422
        job = httpx.post(service.address + "/v1/jobs", files=sent, timeout=60).json()["id"]
        assert httpx.get(f"{service.address}/v1/jobs/{job}/events", timeout=60).text.count("event: done") == 1
        assert httpx.get(service.address + "/openapi.json", headers={"Host": "evil.example"}).status_code == 403
        assert service.stop() == -signal.SIGTERM  # uvicorn stops in order, and then passes the signal on
        log = "\n".join(service.log)
    assert "POST /v1/jobs 202" in log
    for private in ("Ada", "hidden", job, "Traceback"):
        assert private not in log
    assert not [line for line in log.splitlines() if "access" in line and "127.0.0.1" in line]
