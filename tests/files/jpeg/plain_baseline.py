"""The blocks of a baseline JPEG, read one bit after the other as ITU-T T.81 annex F tells it: slow, short, ours alone.

It shares no line with the package, so that what the package claims of coefficients can be checked against it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

SHORT = 8
"""Most codes are no longer: for these, what follows tells what was found when the same followed before."""


@dataclass
class Codes:
    """A Huffman table: code -> symbol; and by the next SHORT bits, where they were met: symbol and length."""

    symbols: dict[str, int]
    met: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass
class Plane:
    """One component: (rows, columns, 64) coefficients in zigzag order, whole MCUs."""

    number: int
    across: int
    down: int
    blocks: NDArray[np.int64]


@dataclass
class Header:
    size_wh: tuple[int, int] = (0, 0)
    factors: dict[int, tuple[int, int]] = field(default_factory=dict)
    codes: dict[tuple[int, int], Codes] = field(default_factory=dict)
    chosen: list[tuple[int, int, int]] = field(default_factory=list)
    restart: int = 0


def planes(data: bytes) -> list[Plane]:
    """Every component's coefficients."""
    return scan(data)[0]


def changed_blocks(before: Plane, after: Plane) -> NDArray[np.bool_]:
    return np.asarray((before.blocks != after.blocks).any(axis=2))


def touched_blocks(mask: NDArray[np.bool_], plane: Plane, every: list[Plane]) -> NDArray[np.bool_]:
    """Which blocks of a plane have a pixel of the mask; the mask is as stored."""
    high = 8 * max(p.down for p in every) // plane.down
    wide = 8 * max(p.across for p in every) // plane.across
    rows, columns = plane.blocks.shape[:2]
    whole = np.zeros((rows * high, columns * wide), np.bool_)
    whole[: mask.shape[0], : mask.shape[1]] = mask
    return np.asarray(whole.reshape(rows, high, columns, wide).any(axis=(1, 3)))


def scan(data: bytes) -> tuple[list[Plane], list[int]]:
    """Every component's coefficients; and where each block begins, in bits of the data without stuffing and markers."""
    header, body = opened(data)
    factors = [(1, 1)] if len(header.chosen) == 1 else [header.factors[number] for number, _, _ in header.chosen]
    most_across, most_down = max(a for a, _ in factors), max(d for _, d in factors)
    mcus_wh = -(-header.size_wh[0] // (8 * most_across)), -(-header.size_wh[1] // (8 * most_down))
    out = [
        Plane(number, a, d, np.zeros((mcus_wh[1] * d, mcus_wh[0] * a, 64), np.int64))
        for (number, _, _), (a, d) in zip(header.chosen, factors, strict=True)
    ]
    starts: list[int] = []
    per_piece = header.restart or mcus_wh[0] * mcus_wh[1]
    done, offset = 0, 0
    for piece in pieces(body):
        plain = piece.replace(b"\xff\x00", b"\xff")
        bits = f"{int.from_bytes(plain, 'big'):0{8 * len(plain)}b}"
        at, before = 0, [0] * len(out)
        for mcu in range(done, min(done + per_piece, mcus_wh[0] * mcus_wh[1])):
            for n, (plane, (_, dc, ac)) in enumerate(zip(out, header.chosen, strict=True)):
                for cell in range(plane.across * plane.down):
                    starts.append(offset + at)
                    block, at = read_block(bits, at, header.codes[0, dc], header.codes[1, ac])
                    block[0] = before[n] = before[n] + block[0]
                    y = mcu // mcus_wh[0] * plane.down + cell // plane.across
                    x = mcu % mcus_wh[0] * plane.across + cell % plane.across
                    plane.blocks[y, x] = block
        done += per_piece
        offset += len(bits)
        assert len(bits) - at < 16, "more than filling at the end"
    assert done >= mcus_wh[0] * mcus_wh[1]
    return out, starts


def opened(data: bytes) -> tuple[Header, bytes]:
    header, at = Header(), 2
    while True:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        payload = data[at + 4 : at + 2 + length]
        at += 2 + length
        if marker in (0xC0, 0xC1):
            header.size_wh = int.from_bytes(payload[3:5], "big"), int.from_bytes(payload[1:3], "big")
            header.factors = {payload[i]: divmod(payload[i + 1], 16) for i in range(6, len(payload), 3)}
        elif marker == 0xC4:
            add_codes(header.codes, payload)
        elif marker == 0xDD:
            header.restart = int.from_bytes(payload, "big")
        elif marker == 0xDA:
            rows = [payload[i : i + 2] for i in range(1, 1 + 2 * payload[0], 2)]
            header.chosen = [(number, *divmod(tables, 16)) for number, tables in rows]
            return header, data[at : data.index(b"\xff\xd9", at)]


def add_codes(codes: dict[tuple[int, int], Codes], payload: bytes) -> None:
    while payload:
        counts, values = payload[1:17], payload[17:]
        table: dict[str, int] = {}
        code = 0
        for length, count in enumerate(counts, start=1):
            for _ in range(count):
                table[f"{code:0{length}b}"] = values[len(table)]
                code += 1
            code *= 2
        codes[divmod(payload[0], 16)] = Codes(table)
        payload = values[len(table) :]


def pieces(body: bytes) -> list[bytes]:
    """Cut at the restart markers."""
    for number in range(8):
        body = body.replace(b"\xff" + bytes([0xD0 + number]), b"\xff\xd0")
    return body.split(b"\xff\xd0")


def read_block(bits: str, at: int, dc: Codes, ac: Codes) -> tuple[NDArray[np.int64], int]:
    block = np.zeros(64, np.int64)
    symbol, at = read_code(bits, at, dc)
    block[0], at = read_value(bits, at, symbol)
    k = 1
    while k < 64:
        symbol, at = read_code(bits, at, ac)
        run, size = divmod(symbol, 16)
        if size == 0 and run < 15:
            break
        k += run
        block[k], at = read_value(bits, at, size)
        k += 1
    return block, at


def read_code(bits: str, at: int, codes: Codes) -> tuple[int, int]:
    following = bits[at : at + SHORT]
    if following in codes.met:
        symbol, length = codes.met[following]
        return symbol, at + length
    for length in range(1, 17):
        if bits[at : at + length] in codes.symbols:
            symbol = codes.symbols[bits[at : at + length]]
            if length <= SHORT:
                codes.met[following] = symbol, length
            return symbol, at + length
    raise ValueError(f"no code at bit {at}")


def read_value(bits: str, at: int, size: int) -> tuple[int, int]:
    raw = bits[at : at + size]
    if not size:
        return 0, at
    return (int(raw, 2) if raw[0] == "1" else int(raw, 2) - (1 << size) + 1), at + size
