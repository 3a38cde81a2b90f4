"""Which state of a document a file is, in XMP: an edit gives it another name, and a line in its history if it has one.

ISO 16684-1, "XMP Media Management namespace". The document's own name, and that of its original, stay.
"""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from ...edit_record import EditRecord
from .xmp import RDF, quoted, spliced, texts_of

MEDIA_MANAGEMENT: Final = "http://ns.adobe.com/xap/1.0/mm/"
INSTANCE: Final = f"{MEDIA_MANAGEMENT} InstanceID"
HISTORY: Final = f"{MEDIA_MANAGEMENT} History"
_EVENT: Final = "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"
_OURS: Final = uuid5(NAMESPACE_URL, "urn:open-the-eyes:xmp:1.0:")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a packet says of a state of its document, as XML: a property, and an item of the history."""

    instance: str
    event: str


def identity_after(packet: bytes | None, record: EditRecord, form: str = "") -> Identity:
    """The name of the state after an edit, and its line; both empty where the packet tells of no state.

    The same packet, record and form have the same name: no hour is in it, nor chance.

    Args:
        form: what else makes one file of an edit another than the next, such as its format.

    Raises:
        BrokenXmp: the packet cannot be understood.
    """
    empty = packet is None or not packet.strip(b"\0 \r\n\t")
    texts = {} if packet is None or empty else texts_of(packet, frozenset(), on_top=frozenset({INSTANCE, HISTORY}))
    if not texts:
        return Identity("", "")
    before = next(iter(texts.get(INSTANCE, [])), "")
    name = f"xmp.iid:{uuid5(_OURS, json.dumps([before, astuple(record), form]))}"
    event = (
        f'<rdf:li xmlns:rdf="{RDF}" xmlns:stEvt="{_EVENT}" stEvt:action="edited" stEvt:instanceID="{name}"'
        f" stEvt:softwareAgent={quoted(f'open-the-eyes {record.version}')}/>"
    )
    return Identity(f'<xmpMM:InstanceID xmlns:xmpMM="{MEDIA_MANAGEMENT}">{name}</xmpMM:InstanceID>', event)


def without_name(xmp: bytes) -> bytes:
    """The packet without the name of its document's state: none is better than that of the state before.

    Raises:
        BrokenXmp: the packet cannot be understood.
    """
    return spliced(xmp, frozenset(), lambda _: "", on_top=frozenset({INSTANCE}))
