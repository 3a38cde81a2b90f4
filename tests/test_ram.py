"""Memory as the system tells it, in a container and outside one."""

from __future__ import annotations

from pathlib import Path

import pytest

from open_the_eyes import ram
from open_the_eyes.ram import free_ram_mib

MIB = 2**20


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
    assert free_ram_mib() == 2.0
