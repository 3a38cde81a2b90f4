"""The Content Credentials that a source file brings along: where they are, and the file's parts without them.

C2PA 2.1, annex A: in a JPEG's segments, a WebP's chunk or a TIFF's tag. Those of the other formats are not carried
(`FileFacts.manifest_lost`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ...photo import FileFacts
from ..metadata.exif import tag_numbers
from ..metadata.ifd import read_first_ifd, tiff_block

MANIFEST_TAG: Final = 52545


def has_manifest(facts: FileFacts) -> bool:
    """Whether a manifest is carried."""
    return any(map(is_manifest, facts.blocks)) or (facts.format == "TIFF" and MANIFEST_TAG in tag_numbers(facts.exif))


def signed_itself(made: FileFacts, source: FileFacts) -> bool:
    """Whether a file made from a source has Content Credentials of its own, and not only those that came along."""
    if made.manifest_lost:  # a source's are not carried there
        return True
    return bool(set(_manifests(made)) - set(_manifests(source)))


def _manifests(facts: FileFacts) -> list[bytes]:
    found = [payload for name, payload in facts.blocks if is_manifest((name, payload))]
    if facts.format == "TIFF" and MANIFEST_TAG in tag_numbers(facts.exif):
        found.append(tiff_block(read_first_ifd(facts.exif or b"").only({MANIFEST_TAG})))
    return found


def without_manifest(facts: FileFacts) -> FileFacts:
    """The same facts without manifests."""
    if not has_manifest(facts):
        return facts
    blocks = tuple(block for block in facts.blocks if not is_manifest(block))
    return replace(
        facts, blocks=blocks, exif=_without_manifest_tag(facts.exif) if facts.format == "TIFF" else facts.exif
    )


def is_manifest(block: tuple[str, bytes]) -> bool:
    """Whether a block holds a manifest: in a JPEG it is JUMBF in APP11 (ISO 19566-5)."""
    name, payload = block
    return name == "C2PA" or (name == "APP11" and payload.startswith(b"JP") and b"jumb" in payload[:20])


def _without_manifest_tag(tags: bytes | None) -> bytes | None:
    if MANIFEST_TAG not in tag_numbers(tags):
        return tags
    root = read_first_ifd(tags or b"")
    kept = root.only({*root.entries, *root.sub_ifds} - {MANIFEST_TAG})
    return tiff_block(kept) if kept.entries or kept.sub_ifds else None
