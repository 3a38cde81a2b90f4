"""Boxes of films, by hand."""

from __future__ import annotations

from typing import Final

PLACE: Final = b"+48.2082+016.3738/"
FTYP: Final = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"
MDAT: Final = b"\0\0\0\x0cmdat+1.2"


def box(kind: bytes, *held: bytes) -> bytes:
    whole = b"".join(held)
    return (8 + len(whole)).to_bytes(4, "big") + kind + whole


def long_box(kind: bytes, *held: bytes) -> bytes:
    """The same with a length of eight bytes."""
    whole = b"".join(held)
    return b"\0\0\0\1" + kind + (16 + len(whole)).to_bytes(8, "big") + whole


def handler(kind: bytes) -> bytes:
    return box(b"hdlr", bytes(8), kind, bytes(13))


def track(kind: bytes, *described: bytes) -> bytes:
    return box(b"trak", box(b"tkhd", bytes(84)), box(b"mdia", handler(kind), box(b"minf", *described)))


def keyed(*items: tuple[bytes, bytes], full: bool = False, last: bool = False) -> bytes:
    """A `meta` of (key, text), as QuickTime or, `full`, ISO has it; `last`: texts come before their keys."""
    keys = b"".join((8 + len(key)).to_bytes(4, "big") + b"mdta" + key for key, _ in items)
    texts = [
        box(n.to_bytes(4, "big"), box(b"data", b"\0\0\0\1", bytes(4), text)) for n, (_, text) in enumerate(items, 1)
    ]
    listed = box(b"keys", bytes(4), len(items).to_bytes(4, "big"), keys)
    both = [listed, box(b"ilst", *texts)]
    return box(b"meta", bytes(4) * full, handler(b"mdta"), *(both[::-1] if last else both))


def film(*in_moov: bytes) -> bytes:
    return FTYP + box(b"moov", box(b"mvhd", bytes(100)), track(b"vide"), *in_moov) + MDAT
