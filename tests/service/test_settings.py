"""What an operator sets is read once, and a wrong value is named."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from open_the_eyes.errors import UsageError
from open_the_eyes.service.api_keys import LOCAL
from open_the_eyes.service.database.connections import ConnectionShares
from open_the_eyes.service.settings import ServiceSettings

HOSTS = ("photos.example", "photos_2.local", "::1", "10.0.0.7")


def test_without_anything_set_everything_is_in_one_folder(tmp_path: Path) -> None:
    config = ServiceSettings.from_environment({"OTE_FOLDER": str(tmp_path)})
    assert config.store_url == str(tmp_path / "jobs")
    assert config.database_url == f"sqlite:///{tmp_path}/jobs.sqlite"
    assert config.keys_file == tmp_path / "keys"
    assert config.retention == 24 * 3600
    assert config.worker_name == "local"


def test_everything_can_be_set() -> None:
    config = ServiceSettings.from_environment(
        {
            "OTE_STORE": "s3://bucket/jobs",
            "OTE_DATABASE": "postgresql://u:p@db/ote",
            "OTE_KEYS": "/etc/keys",
            "OTE_RETENTION": "60",
            "OTE_MAX_QUEUE": "5",
            "OTE_MAX_QUEUE_PER_KEY": "2",
            "OTE_MAX_REFERENCES": "1",
            "OTE_MAX_RECEIVED_BYTES": "7",
            "OTE_REQUESTS_PER_MINUTE": "10",
            "OTE_PATIENCE": "600",
            "OTE_MAX_CONNECTIONS": "12",
            "OTE_HOSTS": "Photos.example., photos_2.local,::1,10.0.0.7",
            "OTE_WORKER": "gpu-1",
            "OTE_DEVICE": "cpu",
        }
    )
    assert (config.store_url, config.database_url) == ("s3://bucket/jobs", "postgresql://u:p@db/ote")
    assert (config.keys_file, config.retention, config.max_queue) == (Path("/etc/keys"), 60, 5)
    assert (config.max_queue_of("key-1"), config.max_queue_of(LOCAL)) == (2, 5)
    assert (config.max_references, config.max_received_bytes, config.requests_per_minute) == (1, 7, 10)
    assert config.patience == 600
    assert (config.max_connections, config.connection_shares) == (12, ConnectionShares(jobs=5, queues=4))
    assert (config.hosts, config.worker_name) == (HOSTS, "gpu-1")


def test_uploads_leave_room_among_the_temporary_files_of_a_pod() -> None:
    manifest = (Path(__file__).parents[2] / "deploy/kubernetes/base/deployment.yaml").read_text(encoding="utf-8")
    (gib,) = re.findall(r"- name: tmp\s+emptyDir:\s+sizeLimit: (\d+)Gi", manifest)
    config = ServiceSettings(folder=Path("/data"))
    assert config.max_request_bytes < config.max_received_bytes < int(gib) << 30


@pytest.mark.parametrize(("whole", "part"), [(1, 4), (16, 4), (17, 5), (100, 25)])
def test_a_key_has_a_quarter_of_the_queue_and_whoever_needs_none_all_of_it(whole: int, part: int) -> None:
    config = ServiceSettings(folder=Path("/data"), max_queue=whole)
    assert (config.max_queue_of("key-1"), config.max_queue_of(LOCAL)) == (part, whole)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OTE_RETENTION", "0"),
        ("OTE_PATIENCE", "0"),
        ("OTE_MAX_CONNECTIONS", "9"),
        ("OTE_RETENTION", "-1"),
        ("OTE_RETENTION", "soon"),
        ("OTE_MAX_QUEUE", "9" * 30),
        ("OTE_MAX_QUEUE_PER_KEY", "0"),
        ("OTE_MAX_REFERENCES", "²"),
        ("OTE_FOLDER", ""),
        ("OTE_FOLDER", "~no-such-user/jobs"),
        ("OTE_KEYS", "a\0b"),
        ("OTE_KEYS", "~no-such-user/keys"),
        ("OTE_STORE", "  "),
        ("OTE_DATABASE", "mysql://u:secret@db/ote"),
        ("OTE_DATABASE", "jobs.sqlite"),
        ("OTE_DATABASE", "sqlite://"),
        ("OTE_HOSTS", ","),
        ("OTE_HOSTS", "http://photos.example/"),
        ("OTE_HOSTS", "photos.example:8443"),
        ("OTE_HOSTS", "photos.example,*"),
        ("OTE_HOSTS", "[::1]"),
        ("OTE_WORKER", "a" * 100),
    ],
)
def test_a_wrong_value_is_refused_by_name_and_no_password_is_quoted(name: str, value: str) -> None:
    with pytest.raises(UsageError, match=f"^{name}: expected") as caught:
        ServiceSettings.from_environment({name: value})
    assert "secret" not in str(caught.value)


def test_where_photos_are_kept_is_told_without_a_password() -> None:
    config = ServiceSettings(folder=Path("/data"))
    assert config.place == "/data"
    assert replace(config, store="s3://bucket/jobs").place == "s3://bucket/jobs"
    assert replace(config, store="ftp://ann:secret@host/jobs").place == "ftp://host/jobs"


@pytest.mark.usefixtures("no_home")
def test_who_has_no_home_is_told_to_name_a_folder(tmp_path: Path) -> None:
    assert ServiceSettings.from_environment({"OTE_FOLDER": str(tmp_path)}).folder == tmp_path
    with pytest.raises(UsageError, match=r"^OTE_FOLDER: expected a folder, got none.*set it, or HOME"):
        ServiceSettings.from_environment({})
