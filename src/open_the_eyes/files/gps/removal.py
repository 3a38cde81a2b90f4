"""Where a photo was taken, taken out; nothing else of the metadata moves."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ...photo import Photo
from ..credentials.manifest import has_manifest, without_manifest
from ..jpeg import trailer
from ..metadata import photoshop
from ..metadata.exif import with_orientation
from .blocks import block_without, extended_packets, is_exif, kind_of, tells_place, xmp_without
from .exif import without_place

_MORE_THAN_PLACE: Final = "Extended XMP, such as a depth map, was taken out with the place: it held that, too."
_UNSEARCHED: Final = "{} in which the place cannot be searched for was taken out whole."
_CREDENTIALS: Final = "The source's Content Credentials were taken out with the place: they may tell it, too."


def without_gps(photo: Photo) -> Photo:
    """The photo without GPS in EXIF and XMP; a block of either that cannot be read is taken out, for it may hold some.

    Of such EXIF the orientation stays, for the pixels are stored by it; a further EXIF block never takes its place.
    So are Content Credentials, for cameras put it there, and a JPEG's extended XMP when it tells of the place. The
    report says what was taken out whole. A film or another picture behind a JPEG stays, without the place; what of it
    cannot be searched is told of by `notes`.
    """
    if photo.file is None:
        return photo
    facts = without_manifest(photo.file)
    extended = any(tells_place(packet) for packet in extended_packets(facts.blocks))
    exif_left = None if facts.exif is None else without_place(facts.exif)
    xmp = None if facts.xmp is None else xmp_without(facts.xmp, extended=extended)
    blocks_left = [(block, block_without(block, extended=extended)) for block in facts.blocks]
    whole = {kind_of(block) for block, kept in blocks_left if kept is None} - {""}
    whole |= {kind for kind, had, has in (("EXIF", facts.exif, exif_left), ("XMP", facts.xmp, xmp)) if had and not has}
    notes = [_CREDENTIALS] if has_manifest(photo.file) else []
    notes += [_UNSEARCHED.format(" and ".join(sorted(whole)))] if whole else []
    notes += [_MORE_THAN_PLACE] if extended else []
    blocks = tuple(kept for _, kept in blocks_left if kept is not None)
    exif = with_orientation(facts.orientation, exif_left)
    if exif is None:
        blocks = tuple(block for block in blocks if not is_exif(block))
    return replace(
        photo,
        file=replace(
            facts,
            exif=photoshop.tags_without(exif, photoshop.EXIF_AND_XMP) if facts.format == "TIFF" else exif,
            xmp=xmp,
            blocks=photoshop.segments_without(blocks, photoshop.EXIF_AND_XMP),
            trailer=trailer.without_place(facts.trailer).data,
            notes=(*facts.notes, *notes),
            placeless=True,
        ),
    )


def may_tell_place(photo: Photo) -> bool:
    """Whether something stands behind the picture in which the place cannot be searched for."""
    return photo.file is not None and not trailer.without_place(photo.file.trailer).completely
