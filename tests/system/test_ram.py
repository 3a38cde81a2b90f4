"""Memory as the system tells it, in a container and outside one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from shutil import disk_usage
from typing import Final

import pytest

from open_the_eyes.bench import machine
from open_the_eyes.cli import doctor
from open_the_eyes.system import ram
from open_the_eyes.system.ram import free_ram_mib, give_back, idle_ram_mib, total_ram_mib
from tests.fake_windows import FakeWindows

MIB = 2**20

VM_STAT: Final = """Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                                6400.
Pages active:                            300000.
Pages inactive:                           64000.
Pages speculative:                          640.
Pages throttled:                              0.
"Translation faults":                1234567890.
"""


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for what the system tells, which is nothing yet."""
    monkeypatch.setattr(ram, "_MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(ram, "_CGROUP", tmp_path)
    return tmp_path


def test_free_memory_is_told_with_swap_or_not_at_all(system: Path) -> None:
    told = system / "meminfo"
    assert free_ram_mib() is None
    told.write_text("MemTotal: 9000000 kB\nMemAvailable: 2048 kB\nSwapFree: 1024 kB\nHugePages_Total: 0\n")
    assert free_ram_mib() == 3.0
    told.write_text("MemTotal: 9000000 kB\n")
    assert free_ram_mib() is None


@pytest.mark.parametrize(
    ("limit", "swap_limit", "free_mib"),
    [
        pytest.param("max", "max", 1000 + 500, id="no limit"),
        pytest.param(str(600 * MIB), "0", 600 - 400 + 130, id="no swap; what files are cached in counts as free"),
        pytest.param(str(600 * MIB), "max", 600 - 400 + 130 + 500, id="all swap of the machine"),
        pytest.param(str(600 * MIB), str(90 * MIB), 600 - 400 + 130 + 80, id="some swap, of which some is taken"),
        pytest.param(str(600 * MIB), "1", 600 - 400 + 130, id="more swap taken than there may be"),
        pytest.param(str(9000 * MIB), "max", 1000 + 500, id="a limit above what the machine has"),
        pytest.param("much", "max", 1000 + 500, id="a limit that nobody understands"),
    ],
)
def test_in_a_container_its_limit_counts(system: Path, limit: str, swap_limit: str, free_mib: float) -> None:
    (system / "meminfo").write_text(f"MemAvailable: {1000 * 1024} kB\nSwapFree: {500 * 1024} kB\n")
    (system / "memory.max").write_text(f"{limit}\n")
    (system / "memory.current").write_text(f"{400 * MIB}\n")
    (system / "memory.stat").write_text(f"anon {270 * MIB}\nactive_file {30 * MIB}\ninactive_file {100 * MIB}\n")
    (system / "memory.swap.max").write_text(f"{swap_limit}\n")
    (system / "memory.swap.current").write_text(f"{10 * MIB}\n")
    assert free_ram_mib() == pytest.approx(free_mib)


def test_a_control_group_without_words_on_memory_is_no_limit(system: Path) -> None:
    (system / "meminfo").write_text("MemAvailable: 2048 kB\nSwapFree: 0 kB\n")
    assert (free_ram_mib(), idle_ram_mib()) == (2.0, 2.0)


def test_what_files_are_cached_in_is_idle_and_swap_is_not(system: Path) -> None:
    (system / "meminfo").write_text("MemFree: 1024 kB\nMemAvailable: 8192 kB\nSwapFree: 4096 kB\n")
    assert (idle_ram_mib(), free_ram_mib()) == (8.0, 12.0)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """One with room for 500 MiB of swap."""
    monkeypatch.setattr("shutil.disk_usage", lambda _: disk_usage("/")._replace(free=500 * MIB))


@pytest.fixture
def mac(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of 8 GiB, which tells its pages by a program, and knows no name for those that are not used."""
    known = {"SC_PAGE_SIZE": 16384, "SC_PHYS_PAGES": 2**33 // 16384}

    def sysconf(name: str) -> int:
        if name not in known:
            raise ValueError("unrecognized configuration name")
        return known[name]

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        assert command == ["/usr/bin/vm_stat"]
        return subprocess.CompletedProcess(command, 0, VM_STAT)

    monkeypatch.setattr("os.sysconf", sysconf)
    monkeypatch.setattr(subprocess, "run", run)


@pytest.mark.usefixtures("system", "disk", "mac")
def test_a_mac_tells_its_memory() -> None:
    assert (total_ram_mib(), idle_ram_mib()) == (8192, 100 + 1000 + 10)
    assert free_ram_mib() == 1110 + 500
    assert doctor.memory().found == "8.0 GiB, 1.1 GiB unused"
    assert machine.memory_gib() == 8.0


@pytest.mark.usefixtures("system", "mac")
def test_a_mac_that_tells_something_else_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0, "?"))
    assert (total_ram_mib(), idle_ram_mib(), free_ram_mib()) == (8192, None, None)
    assert doctor.memory().found == "8.0 GiB"


@pytest.mark.usefixtures("system", "disk")
def test_windows_tells_its_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    windows = FakeWindows(monkeypatch)
    monkeypatch.delattr("os.sysconf")
    assert (total_ram_mib(), idle_ram_mib(), free_ram_mib()) == (16384, 4096, 9216 + 500)
    assert doctor.memory().found == "16.0 GiB, 4.0 GiB unused"
    windows.tells = False
    assert (total_ram_mib(), idle_ram_mib(), free_ram_mib()) == (None, None, None)
    assert doctor.memory().found == "unknown"


FREED: Final = """
import numpy as np
from open_the_eyes.system.ram import give_back, ram_mib
kept = [np.ones(64 * 1024, np.uint8) for _ in range(3200)]  # too small for pages of their own
held = ram_mib()
kept = kept[::64]
freed = ram_mib()
give_back()
print(held - freed, held - ram_mib())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems take what is freed by themselves")
def test_what_was_freed_is_given_back() -> None:
    told = subprocess.run([sys.executable, "-c", FREED], check=True, capture_output=True, text=True).stdout
    by_itself, given_back = map(float, told.split())
    assert by_itself < 50 < 150 < given_back


@pytest.mark.parametrize(("system", "library"), [("win32", "none"), ("linux", "musl")])
def test_nothing_is_given_back_where_that_is_unknown(
    system: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(_: None) -> object:
        assert library == "musl"
        return object()

    monkeypatch.setattr("sys.platform", system)
    monkeypatch.setattr("ctypes.CDLL", opened)
    give_back()
