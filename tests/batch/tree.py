"""A small shoot of files that are as good as photos where nobody opens them."""

from __future__ import annotations

from pathlib import Path

import pytest

JPEG = b"\xff\xd8\xff\xe0 as good as a photo"
PNG = b"\x89PNG\r\n\x1a\n as good as a photo"


def laid_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """shoot/{a.jpg, b.PNG, notes.md, .hidden.jpg, day/{c.jpg, a.jpg, a.opened.jpg}, .trash/d.jpg, empty/}"""
    monkeypatch.chdir(tmp_path)
    for name in ("a.jpg", "notes.md", ".hidden.jpg", "day/c.jpg", "day/a.jpg", "day/a.opened.jpg", ".trash/d.jpg"):
        path = Path("shoot") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(JPEG)
    Path("shoot/b.PNG").write_bytes(PNG)
    Path("shoot/empty").mkdir()
    return Path("shoot")
