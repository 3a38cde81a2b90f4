"""Properties written into an XMP packet without touching anything else in it: it is parsed, then spliced.

ISO 16684-1. Packets with a document type are refused, so entities can neither swell nor reach outside.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final
from xml.parsers import expat

from ..parcel import MAX_METADATA

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DESCRIPTION: Final = f"{RDF} Description"
_ARRAYS: Final = frozenset({f"{RDF} Seq", f"{RDF} Bag", f"{RDF} Alt"})
_TAG: Final = re.compile(rb"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_ATTRIBUTE: Final = re.compile(rb"(?<!\s)\s+([^\s=<>\"']+)\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_BARE_DESCRIPTION: Final = re.compile(
    rb"<[^\s>\"']+(?:\s+(?:xmlns(?::[^\s=]+)?|[^\s=]+:about)\s*=\s*(?:\"[^\"]*\"|'[^']*'))*\s*/?>\s*"
)
"""A start tag with namespaces and `rdf:about` only, and no content."""
_ESCAPES: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
)
_EMPTY_PACKET: Final = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="' + RDF.encode() + b'">'
    b'</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
_MAX_DEPTH: Final = 100
_MAX_ELEMENTS: Final = 100_000
"""Most elements of a packet, their attributes counted too."""
_TOO_MANY_ATTRIBUTES: Final = re.compile(rb"<[^<>\"'!?]+(?:(?:\"[^<\"]*\"|'[^<']*')[^<>\"']*){10001}")
"""A start tag of more than 10,000 attributes, all of which the parser would hold at once; a value may be of any
length."""
_MAX_NAMESPACE: Final = 1000
"""Longest namespace, characters; the parser spells it out in every name."""
_BYTE_ORDER_MARKS: Final = (
    (b"\xff\xfe\0\0", "utf-32-le"), (b"\0\0\xfe\xff", "utf-32-be"),
    (b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"),
)  # fmt: skip
"""First bytes of a packet in UTF-16 or UTF-32, and that encoding."""
_DECLARATION: Final = re.compile(r"<\?xml\s[^>]*\?>\s*")
_PACKET_END: Final = b"<?xpacket end="


class BrokenXmp(ValueError):
    """The packet cannot be understood."""


def as_utf8(packet: bytes) -> bytes:
    """The packet in UTF-8, as JPEG and PNG have to hold it; as it is where it already may be, or cannot be decoded."""
    encoding = next((encoding for start, encoding in _BYTE_ORDER_MARKS if packet.startswith(start)), None)
    if encoding is None or len(packet) > MAX_METADATA:
        return packet
    width = 4 if "32" in encoding else 2
    try:
        text = packet[: len(packet) // width * width].decode(encoding).rstrip("\0").removeprefix("\ufeff")
    except UnicodeDecodeError:
        return packet
    declared = _DECLARATION.match(text)
    return text[declared.end() if declared else 0 :].encode()


def with_less_padding(packet: bytes, size: int) -> bytes:
    """The packet with as little of its padding left out as brings it to a size; without any where that is too little.

    Args:
        packet: UTF-8.
        size: bytes.
    """
    packet = packet.rstrip(b"\0 \r\n\t") if len(packet) > size else packet
    end = packet.rfind(_PACKET_END)
    if len(packet) <= size or end < 0:
        return packet
    bare = len(packet[:end].rstrip())
    return packet[: max(bare, end - (len(packet) - size))] + packet[end:]


def with_properties(
    packet: bytes | None,
    replaced: frozenset[str],
    properties: Callable[[str], str],
    *,
    top_level: frozenset[str] = frozenset(),
    items: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """The packet with new properties in a description of their own, before the end of its RDF.

    Args:
        replaced: properties, as "namespace name", whose present values go, wherever they are; the rest stays byte for
            byte, in UTF-8.
        properties: gives the XML of a whole `rdf:Description`, with its prefixes declared, for the attributes that
            every description of this packet has to begin with.
        top_level: more properties to replace, but not fields of structures, which tell of parts and of other documents.
        items: XML to append to an array, by its top-level property, where there is one that has items.

    Raises:
        BrokenXmp: not well-formed, too large, with a document type, in no Unicode, or without RDF.
    """
    packet = packet if packet is not None and packet.strip(b"\0 \r\n\t") else _EMPTY_PACKET
    parsed = _PacketParser(packet, replaced.__contains__, top_level)
    packet = parsed.packet
    if parsed.rdf_end is None:
        raise BrokenXmp("no RDF in it")
    added = properties(f'xmlns:rdf="{RDF}" rdf:about={quoted(parsed.about)}').encode()
    insertions = {parsed.array_ends[name]: item.encode() for name, item in items.items() if name in parsed.array_ends}
    insertions[parsed.rdf_end] = added
    out, at = bytearray(), 0
    for start, end in sorted([*parsed.cuts, *((place, place) for place in insertions)]):
        out += packet[at:start] + (insertions[start] if start == end else b"")
        at = end
    return bytes(out + packet[at:])


def quoted(value: str) -> str:
    """An attribute's value in its quotes; the standard library's own `quoteattr` would load all of HTTP and TLS."""
    return f'"{value.translate(_ESCAPES)}"'


def without_properties(packet: bytes, removed: Callable[[str], bool]) -> bytes:
    """The packet without some properties; the rest stays byte for byte.

    Args:
        removed: told "namespace name" of a property, whether it goes.

    Raises:
        BrokenXmp: as for `with_properties`, but for RDF, which need not be there.
    """
    parsed = _PacketParser(packet, removed)
    return _without_ranges(parsed.packet, 0, len(parsed.packet), parsed.cuts) if parsed.cuts else packet


def property_values(
    packet: bytes, wanted: frozenset[str], *, top_level: frozenset[str] = frozenset()
) -> dict[str, list[str]]:
    """For each wanted "namespace name" the texts under it: of the element itself or of the items of its list, or of the
    attribute.

    Args:
        top_level: wanted as well, but not as fields of structures, which tell of parts and of other documents.

    Raises:
        BrokenXmp: as for `with_properties`.
    """
    found = _PacketParser(packet, wanted.__contains__, top_level).texts
    return {name: ["".join(pieces).strip() for pieces in texts] for name, texts in found.items()}


class _PacketParser:
    """One pass over a packet, in UTF-8: where the wanted properties stand, their values, and where RDF ends."""

    def __init__(self, packet: bytes, wanted: Callable[[str], bool], top_level: frozenset[str] = frozenset()) -> None:
        self.about = ""
        self.rdf_end: int | None = None
        self.cuts: list[tuple[int, int]] = []
        self.texts: dict[str, list[list[str]]] = {}  # each in the pieces that it comes in
        self.array_ends: dict[str, int] = {}  # of the arrays that have items
        packet = as_utf8(packet)
        if len(packet) > MAX_METADATA:
            raise BrokenXmp(f"more than {MAX_METADATA:,} bytes")
        if _TOO_MANY_ATTRIBUTES.search(packet):
            raise BrokenXmp("too many attributes")
        self.packet, self._wants, self._top_level = packet, wanted, top_level
        self._open_elements: list[tuple[str, int]] = []  # name and beginning of every element that is open
        self._count = 0
        self._property = 0  # how many were open when the wanted one began, 0 outside
        self._prefixes: dict[str, list[str]] = {}  # what each stands for, the innermost last
        self._parser = parser = expat.ParserCreate("UTF-8", " ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = self._refuse
        parser.StartNamespaceDeclHandler, parser.EndNamespaceDeclHandler = self._start_namespace, self._end_namespace
        parser.StartElementHandler, parser.EndElementHandler = self._start_element, self._end_element
        parser.CharacterDataHandler = self._character_data
        try:
            parser.Parse(packet.rstrip(b"\0 \r\n\t"), True)
        except expat.ExpatError as error:
            raise BrokenXmp(str(error)) from error

    def _refuse(self, *_: object) -> None:
        raise BrokenXmp("a document type in it")

    def _start_namespace(self, prefix: str | None, uri: str | None) -> None:
        if len(uri or "") > _MAX_NAMESPACE:
            raise BrokenXmp("a namespace of absurd length")
        self._prefixes.setdefault(prefix or "", []).append(uri or "")

    def _end_namespace(self, prefix: str | None) -> None:
        self._prefixes[prefix or ""].pop()

    def _start_element(self, name: str, attributes: dict[str, str]) -> None:
        at = self._parser.CurrentByteIndex
        self._open_elements.append((name, at))
        self._count += 1 + len(attributes)
        if len(self._open_elements) > _MAX_DEPTH or self._count > _MAX_ELEMENTS:
            raise BrokenXmp("nested too deep, or too many elements and attributes")
        if self._property:
            if name == f"{RDF} li":
                self._current_values().append([])
        elif self._wants(name) or (name in self._top_level and self._is_at_depth(2)):
            self._property = len(self._open_elements)
            self._current_values().append([attributes.get(f"{RDF} resource", "")])
        else:  # an item of a list and a property with a structure may have attributes like a description's
            if name == _DESCRIPTION:
                self.about = self.about or attributes.get(f"{RDF} about", "")
            wanted = [key for key in attributes if self._wants_attribute(key)]
            for key in wanted:
                self.texts.setdefault(key, []).append([attributes[key]])
            self.cuts += self._attribute_ranges(at) if wanted else ()

    def _character_data(self, text: str) -> None:
        if self._property:
            self._current_values()[-1].append(text)

    def _end_element(self, name: str) -> None:
        start = self._open_elements[-1][1]
        if len(self._open_elements) == self._property:
            self._property = 0
            self.cuts.append((start, self._end_of(start)[1]))
        elif name == _DESCRIPTION and not self._property:
            self._cut_emptied_description(start)
        elif name in _ARRAYS and self._is_at_depth(3):
            inside, behind = self._end_of(start)
            if inside < behind:
                self.array_ends.setdefault(self._open_elements[-2][0], inside)
        elif name == f"{RDF} RDF":
            inside, behind = self._end_of(start)
            self.rdf_end = inside if inside < behind else None  # nothing can be laid into an empty one
        self._open_elements.pop()

    def _wants_attribute(self, name: str) -> bool:
        return self._wants(name) or (name in self._top_level and self._is_at_depth(1))

    def _is_at_depth(self, depth: int) -> bool:
        """Whether the open element is so deep in RDF: 1 is a description, 2 its property, 3 the array in it."""
        return len(self._open_elements) > depth and self._open_elements[-depth - 1][0] == f"{RDF} RDF"

    def _current_values(self) -> list[list[str]]:
        return self.texts.setdefault(self._open_elements[self._property - 1][0], [])

    def _end_of(self, start: int) -> tuple[int, int]:
        """Where the content of the element that ends here ends, and it itself; both behind an element without any."""
        tag_end = self._tag_end(start)
        if self.packet.startswith(b"/>", tag_end - 2):  # the parser is behind it, or still before it
            return tag_end, tag_end
        at = self._parser.CurrentByteIndex
        return at, self._tag_end(at)

    def _tag_end(self, at: int) -> int:
        found = _TAG.match(self.packet, at)
        if found is None:
            raise BrokenXmp("a tag without an end")
        return found.end()

    def _attribute_ranges(self, at: int) -> Iterator[tuple[int, int]]:
        for found in _ATTRIBUTE.finditer(self.packet, at, self._tag_end(at)):
            prefix, _, name = found[1].decode().rpartition(":")
            spaces = self._prefixes.get(prefix) if prefix else None  # the one without a prefix is for elements alone
            if spaces and self._wants_attribute(f"{spaces[-1]} {name}"):
                yield found.span()

    def _cut_emptied_description(self, start: int) -> None:
        """A description that held nothing but what is cut, such as ours from an earlier edit, goes altogether."""
        first = len(self.cuts)
        while first and self.cuts[first - 1][0] > start:
            first -= 1
        inside, behind = self._end_of(start)
        inner = self.cuts[first:]
        if inner and _BARE_DESCRIPTION.fullmatch(_without_ranges(self.packet, start, inside, inner)):
            self.cuts[first:] = [(start, behind)]


def _without_ranges(packet: bytes, start: int, end: int, cuts: list[tuple[int, int]]) -> bytes:
    """The packet's bytes from `start` to `end` without these ranges, which are in order."""
    kept = zip([start, *(cut[1] for cut in cuts)], [*(cut[0] for cut in cuts), end], strict=True)
    return b"".join(packet[begin:stop] for begin, stop in kept)
