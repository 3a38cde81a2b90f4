"""Content Credentials: signed with the user's certificate, by a chain made here; the library reads them back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import c2pa
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image

from open_the_eyes.cli import main
from open_the_eyes.edit_record import COMPOSITE, PHOTOGRAPHED
from open_the_eyes.errors import UsageError
from open_the_eyes.files import (
    Credentials,
    is_as_signed,
    is_painted,
    read,
    read_record,
    signed_itself,
    type_of_composite,
    without_gps,
    write,
)
from open_the_eyes.files.jpeg.mpf import with_offsets_moved
from open_the_eyes.files.jpeg.segments import MPF, split
from open_the_eyes.photo import FileFormat, Photo
from open_the_eyes.settings import Settings
from tests.files.pictures import RECORD, facts, picture, saved
from tests.files.signing import KEYS, chain, manifest, pem

FORMATS: Final[dict[str, tuple[FileFormat, str]]] = {
    "jpg": ("JPEG", "image/jpeg"),
    "png": ("PNG", "image/png"),
    "webp": ("WEBP", "image/webp"),
    "tif": ("TIFF", "image/tiff"),
    "heic": ("HEIF", "image/heic"),
    "avif": ("AVIF", "image/avif"),
}


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_signed_file_says_what_was_done_and_to_what(suffix: str, tmp_path: Path) -> None:
    file_format, media_type = FORMATS[suffix]
    (tmp_path / f"photo.{suffix}").write_bytes(saved(picture(), file_format))
    source = read(tmp_path / f"photo.{suffix}", Settings())
    out = tmp_path / f"out.{suffix}"

    write(source, out, record=RECORD, credentials=Credentials.load(*chain(tmp_path)))

    active, state, blamed = manifest(out, media_type)
    (actions,) = [a["data"]["actions"] for a in active["assertions"] if a["label"].startswith("c2pa.actions")]
    assert [action["action"] for action in actions] == ["c2pa.opened", "c2pa.edited"]
    assert actions[1]["digitalSourceType"].endswith("compositeWithTrainedAlgorithmicMedia")
    assert [ingredient["relationship"] for ingredient in active["ingredients"]] == ["parentOf"]
    assert "thumbnail" not in active
    assert "thumbnail" not in active["ingredients"][0]
    assert state == "Valid"
    assert blamed == ["signingCredential.untrusted"]  # nobody knows the authority of a test
    assert read_record(read(out, Settings())) == RECORD
    assert is_as_signed(out, file_format)


@pytest.mark.parametrize("word", [PHOTOGRAPHED, COMPOSITE])
def test_what_was_put_together_is_signed_as_that(word: str, tmp_path: Path) -> None:
    record, out = replace(RECORD, engine="reference", source_type=word), tmp_path / "out.png"
    write(read(saved(picture(), "PNG"), Settings()), out, record=record, credentials=Credentials.load(*chain(tmp_path)))

    assert f'"{word}"' in json.dumps(manifest(out, "image/png")[0])


@pytest.mark.parametrize("kind", KEYS)
def test_every_kind_of_key_signs(kind: str, tmp_path: Path) -> None:
    source = read(saved(picture(), "JPEG"), Settings())

    write(source, tmp_path / "out.jpg", record=RECORD, credentials=Credentials.load(*chain(tmp_path, kind)))

    assert manifest(tmp_path / "out.jpg", "image/jpeg")[1] == "Valid"


def test_a_pixel_changed_afterwards_is_found_out(tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    write(read(saved(picture(), "PNG"), Settings()), out, record=RECORD, credentials=Credentials.load(*chain(tmp_path)))
    data = bytearray(out.read_bytes())
    data[data.index(b"IDAT") + 20] ^= 1
    out.write_bytes(data)

    assert "assertion.dataHash.mismatch" in manifest(out, "image/png")[2]
    assert not is_as_signed(out, "PNG")


@pytest.mark.parametrize("suffix", FORMATS)
def test_credentials_that_came_along_are_not_the_files_own(suffix: str, tmp_path: Path) -> None:
    credentials, (source, made) = Credentials.load(*chain(tmp_path)), (tmp_path / f"{n}.{suffix}" for n in ("a", "b"))
    write(Photo(np.asarray(picture())), source, record=None, credentials=credentials)
    photo = read(source, Settings())

    for signing in (None, credentials):
        write(photo, made, record=RECORD, credentials=signing, overwrite=True)
        assert signed_itself(facts(read(made, Settings())), facts(photo)) is (signing is not None)


def test_what_others_have_signed_last_or_nobody_has_is_not_as_this_program_signed_it(tmp_path: Path) -> None:
    credentials, out = Credentials.load(*chain(tmp_path)), tmp_path / "out.png"
    write(read(saved(picture(), "PNG"), Settings()), out, record=RECORD, credentials=credentials)
    out.write_bytes(created(credentials, out.read_bytes(), "image/png", "digitalArt"))
    assert manifest(out, "image/png")[1] == "Valid"
    assert not is_as_signed(out, "PNG")
    picture().save(out)
    assert not is_as_signed(out, "PNG")


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_source_that_was_signed_stays_in_the_history_and_is_told_of_unsigned(suffix: str, tmp_path: Path) -> None:
    """PNG, HEIC and AVIF leave out the credentials of the source, JPEG, WebP and TIFF keep them."""
    credentials, (file_format, media_type) = Credentials.load(*chain(tmp_path)), FORMATS[suffix]
    first, second, bare = (tmp_path / f"{n}.{suffix}" for n in ("first", "second", "bare"))
    write(read(saved(picture(), file_format), Settings()), first, record=RECORD, credentials=credentials)
    source = read(first, Settings())

    again = write(source, second, record=RECORD, credentials=credentials)
    report = write(source, bare, record=RECORD)

    active, state, _ = manifest(second, media_type)
    assert state == "Valid"
    assert "active_manifest" in active["ingredients"][0]
    said = "The source's Content Credentials stay in the file and no longer match it."
    assert said not in again.notes
    assert (said in report.notes) == (suffix in ("jpg", "webp", "tif"))
    if said in report.notes:
        assert "assertion.dataHash.mismatch" in manifest(bare, media_type)[2]
    else:
        with pytest.raises(c2pa.C2paError):
            manifest(bare, media_type)


def with_manifest_behind_the_index(data: bytes) -> bytes:
    parts = split(data)
    old, index = (next(s for s in parts.header if s.name == name) for name in ("APP11", "APP2"))
    moved = with_offsets_moved(index.payload[len(MPF) :], len(bytes(old)), len(data) - len(parts.trailer)) or b""
    return data.replace(bytes(old), b"").replace(index.payload, MPF + moved + bytes(old))


def test_the_index_of_several_pictures_fits_the_signed_file(tmp_path: Path) -> None:
    credentials, second = Credentials.load(*chain(tmp_path)), picture(size_wh=(32, 24))
    first, out, again = (tmp_path / f"{n}.jpg" for n in ("first", "out", "again"))
    first.write_bytes(saved(picture(), "MPO", save_all=True, append_images=[second]))

    write(read(first, Settings()), out, record=RECORD, credentials=credentials)
    first.write_bytes(with_manifest_behind_the_index(out.read_bytes()))
    write(read(first, Settings()), again, record=RECORD, credentials=credentials)

    for path in (out, again):
        data = path.read_bytes()
        with Image.open(path) as opened:
            assert getattr(opened, "mpinfo", {})[0xB002][0]["Size"] == len(data) - len(split(data).trailer)
            opened.seek(1)
            assert opened.size == second.size
        assert manifest(path, "image/jpeg")[1] == "Valid"


PLACE: Final = b"47,11.12345N"


def with_place(credentials: Credentials, data: bytes, media_type: str) -> bytes:
    """Signed by a camera that tells the place."""
    place = {"@context": {"exif": "http://ns.adobe.com/exif/1.0/"}, "exif:GPSLatitude": PLACE.decode()}
    return created(
        credentials, data, media_type, "digitalCapture", {"label": "stds.exif", "data": place, "kind": "Json"}
    )


def created(credentials: Credentials, data: bytes, media_type: str, word: str, *others: dict[str, Any]) -> bytes:
    """Signed by what made it, with its digital source type."""
    action = {
        "action": "c2pa.created",
        "digitalSourceType": f"http://cv.iptc.org/newscodes/digitalsourcetype/{word}",
        "reason": "c2pa.unspecified",
    }
    assertions = [{"label": "c2pa.actions", "data": {"actions": [action]}}, *others]
    out, told = BytesIO(), json.dumps({"claim_generator_info": [{"name": "a maker"}], "assertions": assertions})
    with c2pa.Context() as context, c2pa.Builder(told, context) as builder, credentials.signer() as signer:
        builder.sign(signer, media_type, BytesIO(data), out)
    return out.getvalue()


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_place_goes_from_the_sources_credentials_too(suffix: str, tmp_path: Path) -> None:
    credentials, (file_format, media_type) = Credentials.load(*chain(tmp_path)), FORMATS[suffix]
    (tmp_path / f"photo.{suffix}").write_bytes(with_place(credentials, saved(picture(), file_format), media_type))
    source = without_gps(read(tmp_path / f"photo.{suffix}", Settings()))

    unsigned = write(source, tmp_path / f"unsigned.{suffix}", record=RECORD)
    signed = write(source, tmp_path / f"signed.{suffix}", record=RECORD, credentials=credentials)

    told = "The source's Content Credentials were taken out with the place: they may tell it, too."
    begins = "The signature's history begins here: Content Credentials of the source may tell the place."
    assert PLACE in (tmp_path / f"photo.{suffix}").read_bytes()
    for report in (unsigned, signed):
        assert PLACE not in Path(report.path).read_bytes()
        assert (told in report.notes) == (suffix in ("jpg", "webp", "tif"))
        assert not any("no longer match" in note for note in report.notes)
        assert (begins in report.notes) == (report is signed)
    assert manifest(tmp_path / f"signed.{suffix}", media_type)[1] == "Valid"


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_was_made_by_an_algorithm_counts_as_painted_even_where_its_credentials_are_left_out(
    suffix: str, tmp_path: Path
) -> None:
    credentials, (file_format, media_type) = Credentials.load(*chain(tmp_path)), FORMATS[suffix]
    plain = saved(picture(), file_format)
    for word, painted in (("trainedAlgorithmicMedia", True), ("digitalArt", False), ("digitalCapture", False)):
        photo = read(created(credentials, plain, media_type, word), Settings())
        assert is_painted(photo) is painted
        assert is_painted(without_gps(photo)) is painted
        if not painted:
            kept = word if word == "digitalArt" else "compositeCapture"
            assert type_of_composite(photo, []).endswith(f"/{kept}")


def test_the_key_stays_out_of_what_is_printed(tmp_path: Path) -> None:
    assert "PRIVATE" not in repr(Credentials.load(*chain(tmp_path)))


def unusable(folder: Path) -> dict[str, tuple[Path, Path, str]]:
    cert, key = chain(folder)
    locked, other, dsa = folder / "locked.pem", folder / "other.pem", folder / "x448.pem"
    locked.write_bytes(pem(KEYS["es256"](), b"secret"))
    dsa.write_bytes(pem(ec.generate_private_key(ec.SECP256K1())))
    anothers = folder / "anothers.pem"
    anothers.write_bytes(pem(KEYS["es256"]()))
    (folder / "old").mkdir()
    other.write_bytes(b"-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----\n")
    return {
        "no such file": (folder / "missing.pem", key, "check the path"),
        "a key for a certificate": (key, key, "certificate"),
        "a certificate for a key": (cert, cert, "private key"),
        "a key with a password": (cert, locked, "without a password"),
        "nonsense": (cert, other, "without a password"),
        "a curve of another kind": (cert, dsa, "ES256"),
        "another certificate's key": (cert, anothers, "check the certificate and its key"),
        "a certificate that has ended": (*chain(folder / "old", until=datetime(2026, 1, 2)), "not valid at time"),
    }


@pytest.mark.parametrize(
    "kind",
    ["no such file", "a key for a certificate", "a certificate for a key", "a key with a password", "nonsense",
     "a curve of another kind", "another certificate's key", "a certificate that has ended"],
)  # fmt: skip
def test_what_cannot_sign_gets_a_clear_line(kind: str, tmp_path: Path) -> None:
    cert, key, says = unusable(tmp_path)[kind]

    with pytest.raises(UsageError, match=says):
        Credentials.load(cert, key)


def test_the_command_line_signs_and_wants_both(blink: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cert, key = chain(tmp_path)
    out = tmp_path / "out.png"

    assert main(["open", str(blink), "-o", str(out), "--c2pa-cert", str(cert)]) == 2
    assert "expected both" in capsys.readouterr().err
    assert main(["open", str(blink), "-o", str(out), "--c2pa-cert", str(cert), "--c2pa-key", str(key)]) == 0
    assert manifest(out, "image/png")[1] == "Valid"
