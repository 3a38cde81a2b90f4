"""xmpMM:InstanceID, which an edit replaces, and a ResourceEvent in xmpMM:History where there is one.

ISO 16684-1, "XMP Media Management namespace". DocumentID and OriginalDocumentID stay.
"""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from ...edit_record import EditRecord
from .xmp import RDF, property_values, quoted, with_properties

MEDIA_MANAGEMENT: Final = "http://ns.adobe.com/xap/1.0/mm/"
INSTANCE: Final = f"{MEDIA_MANAGEMENT} InstanceID"
HISTORY: Final = f"{MEDIA_MANAGEMENT} History"
_EVENT: Final = "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"
_OURS: Final = uuid5(NAMESPACE_URL, "urn:open-the-eyes:xmp:1.0:")


@dataclass(frozen=True, slots=True)
class Identity:
    """xmpMM:InstanceID as a property, and a ResourceEvent as an item of xmpMM:History, both as XML."""

    instance: str
    event: str


def identity_after(packet: bytes | None, record: EditRecord, form: str = "") -> Identity:
    """The instance ID after an edit, and its event; both empty where the packet has neither ID nor history.

    The same packet, record and form have the same ID: no time is in it, nor chance.

    Args:
        form: what else makes one file of an edit another than the next, such as its format.

    Raises:
        BrokenXmp: the packet cannot be understood.
    """
    empty = packet is None or not packet.strip(b"\0 \r\n\t")
    texts = (
        {}
        if packet is None or empty
        else property_values(packet, frozenset(), top_level=frozenset({INSTANCE, HISTORY}))
    )
    if not texts:
        return Identity("", "")
    before = next(iter(texts.get(INSTANCE, [])), "")
    name = f"xmp.iid:{uuid5(_OURS, json.dumps([before, astuple(record), form]))}"
    event = (
        f'<rdf:li xmlns:rdf="{RDF}" xmlns:stEvt="{_EVENT}" stEvt:action="edited" stEvt:instanceID="{name}"'
        f" stEvt:softwareAgent={quoted(f'open-the-eyes {record.version}')}/>"
    )
    return Identity(f'<xmpMM:InstanceID xmlns:xmpMM="{MEDIA_MANAGEMENT}">{name}</xmpMM:InstanceID>', event)


def without_instance_id(xmp: bytes) -> bytes:
    """The packet without its instance ID: none is better than that of the state before.

    Raises:
        BrokenXmp: the packet cannot be understood.
    """
    return with_properties(xmp, frozenset(), lambda _: "", top_level=frozenset({INSTANCE}))
