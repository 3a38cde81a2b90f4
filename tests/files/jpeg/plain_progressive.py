"""The blocks of a progressive JPEG, read one bit after the other as ITU-T T.81 annex G tells it: slow and ours alone.

It shares no line with the package, so that what the package claims of coefficients can be checked against it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tests.files.jpeg.plain_baseline import Plane

SOF2, DHT, SOS, DRI, EOI = 0xC2, 0xC4, 0xDA, 0xDD, 0xD9


@dataclass
class File:
    """What the segments have said so far."""

    size_wh: tuple[int, int] = (0, 0)
    planes: list[Plane] = field(default_factory=list)
    codes: dict[tuple[int, int], dict[str, int]] = field(default_factory=dict)
    restart: int = 0


class Bits:
    def __init__(self, piece: bytes) -> None:
        plain = piece.replace(b"\xff\x00", b"\xff")
        self.bits = f"{int.from_bytes(plain, 'big'):0{8 * len(plain)}b}" if plain else ""
        self.at = 0

    def take(self, count: int) -> int:
        assert self.at + count <= len(self.bits)
        self.at += count
        return int("0" + self.bits[self.at - count : self.at], 2)

    def symbol(self, codes: dict[str, int]) -> int:
        for length in range(1, 17):
            found = codes.get(self.bits[self.at : self.at + length])
            if found is not None:
                self.at += length
                return found
        raise AssertionError("no code")

    def number(self, size: int) -> int:
        value = self.take(size)
        return value if not size or value >> (size - 1) else value - (1 << size) + 1


def planes(data: bytes) -> list[Plane]:
    """Every component's coefficients."""
    file, at = File(), 2
    while data[at + 1] != EOI:
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        payload = data[at + 4 : at + 2 + length]
        marker, at = data[at + 1], at + 2 + length
        if marker == SOF2:
            frame(file, payload)
        elif marker == DHT:
            tables(file, payload)
        elif marker == DRI:
            file.restart = int.from_bytes(payload, "big")
        elif marker == SOS:
            end = at
            while data[end] != 0xFF or data[end + 1] == 0 or 0xD0 <= data[end + 1] <= 0xD7:
                end += 1
            scan(file, payload, data[at:end])
            at = end
    return file.planes


def scripts(data: bytes) -> list[bytes]:
    """The headers of all scans."""
    found, at = [], 2
    while (at := data.find(b"\xff\xda", at)) >= 0:
        found.append(data[at : at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")])
        at += len(found[-1])
    return found


def frame(file: File, payload: bytes) -> None:
    file.size_wh = int.from_bytes(payload[3:5], "big"), int.from_bytes(payload[1:3], "big")
    told = [(payload[n], payload[n + 1] >> 4, payload[n + 1] & 15) for n in range(6, len(payload), 3)]
    if len(told) == 1:
        told = [(told[0][0], 1, 1)]
    most = max(a for _, a, _ in told), max(d for _, _, d in told)
    mcus = [-(-size // (8 * m)) for size, m in zip(file.size_wh, most, strict=True)]
    file.planes = [Plane(n, a, d, np.zeros((mcus[1] * d, mcus[0] * a, 64), np.int64)) for n, a, d in told]


def tables(file: File, payload: bytes) -> None:
    at = 0
    while at < len(payload):
        codes, code, values = {}, 0, at + 17
        for length in range(1, 17):
            for _ in range(payload[at + length]):
                codes[f"{code:0{length}b}"] = payload[values]
                code, values = code + 1, values + 1
            code <<= 1
        file.codes[payload[at] >> 4, payload[at] & 15] = codes
        at = values


def scan(file: File, payload: bytes, body: bytes) -> None:
    chosen = [(payload[n], payload[n + 1]) for n in range(1, 1 + 2 * payload[0], 2)]
    first, last, precision = payload[-3:]
    units = list(order(file, [number for number, _ in chosen]))
    per_piece = file.restart or len(units)
    for nth, piece in enumerate(pieces(body)):
        bits, before, ended = Bits(piece), dict.fromkeys((n for n, _ in chosen), 0), 0
        for unit in units[nth * per_piece : (nth + 1) * per_piece]:
            for plane, row, column in unit:
                block = plane.blocks[row, column]
                codes = dict(chosen)[plane.number]
                low = precision & 15
                if first == 0 and precision >> 4:
                    block[0] |= bits.take(1) << low
                elif first == 0:
                    before[plane.number] += bits.number(bits.symbol(file.codes[0, codes >> 4]))
                    block[0] = before[plane.number] << low
                elif precision >> 4:
                    ended = refine(bits, block, file.codes[1, codes & 15], (first, last, low), ended)
                else:
                    ended = bring(bits, block, file.codes[1, codes & 15], (first, last, low), ended)
        assert not ended
        assert len(bits.bits) - bits.at < 8


def order(file: File, numbers: list[int]) -> Iterator[list[tuple[Plane, int, int]]]:
    """The blocks of each MCU."""
    some = [next(p for p in file.planes if p.number == number) for number in numbers]
    if len(some) == 1:
        plane = some[0]
        most = max(p.across for p in file.planes), max(p.down for p in file.planes)
        width, height = (
            math.ceil(math.ceil(size * part / m) / 8)
            for size, part, m in zip(file.size_wh, (plane.across, plane.down), most, strict=True)
        )
        yield from ([(plane, row, column)] for row in range(height) for column in range(width))
        return
    down, across = some[0].blocks.shape[0] // some[0].down, some[0].blocks.shape[1] // some[0].across
    for y in range(down):
        for x in range(across):
            yield [
                (p, y * p.down + row, x * p.across + column)
                for p in some
                for row in range(p.down)
                for column in range(p.across)
            ]


def pieces(body: bytes) -> list[bytes]:
    out: list[bytes] = []
    start = 0
    for at in range(len(body) - 1):
        if body[at] == 0xFF and 0xD0 <= body[at + 1] <= 0xD7:
            assert body[at + 1] == 0xD0 + len(out) % 8
            out.append(body[start:at])
            start = at + 2
    return [*out, body[start:]]


def bring(bits: Bits, block: NDArray[np.int64], codes: dict[str, int], band: tuple[int, int, int], ended: int) -> int:
    """Figure G.3 backwards."""
    first, last, low = band
    if ended:
        return ended - 1
    k = first
    while k <= last:
        run, size = divmod(bits.symbol(codes), 16)
        if not size and run < 15:
            return (1 << run) + bits.take(run) - 1
        k += run
        if size:
            assert k <= last
            block[k] = bits.number(size) << low
        k += 1
    assert k == last + 1
    return 0


def refine(bits: Bits, block: NDArray[np.int64], codes: dict[str, int], band: tuple[int, int, int], ended: int) -> int:
    """Figure G.7 backwards."""
    first, last, low = band
    k = first
    while not ended and k <= last:
        run, size = divmod(bits.symbol(codes), 16)
        if not size and run < 15:
            ended = (1 << run) + bits.take(run)
            break
        fresh = (1 if bits.take(1) else -1) if size else 0
        while block[k] or run:
            if block[k]:
                correct(bits, block, k, low)
            else:
                run -= 1
            k += 1
        if size:
            block[k] = fresh << low
        k += 1
    if not ended:
        return 0
    for place in range(k, last + 1):
        if block[place]:
            correct(bits, block, place, low)
    return ended - 1


def correct(bits: Bits, block: NDArray[np.int64], k: int, low: int) -> None:
    if bits.take(1):
        block[k] += int(np.sign(block[k])) << low
