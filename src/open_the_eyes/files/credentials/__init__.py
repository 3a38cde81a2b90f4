"""Content Credentials (C2PA 2.1): the edit, signed with the user's own certificate. An extra, through c2pa-python.

A signature holds random numbers, as elliptic curves need them, so a signed file is the one kind whose bytes differ from
run to run.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np

from ...edit_record import PAINTED
from ...errors import PhotoNotWritten, UsageError
from ...photo import MEDIA_TYPES, FileFacts, FileFormat
from ...version import __version__
from ..jpeg.mpf import with_final_index

if TYPE_CHECKING:
    from c2pa import Context, Signer

_CURVES: Final = {"secp256r1": b"es256", "secp384r1": b"es384", "secp521r1": b"es512"}
_NO_THUMBNAILS: Final = {"builder": {"thumbnail": {"enabled": False}}}
_OFFLINE: Final = {"verify": {"remote_manifest_fetch": False}}
_PROGRAM: Final = "open-the-eyes"
_INSTALL: Final = 'install it with: pip install "open-the-eyes[c2pa]"'


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """A certificate chain, the signer's own first, and its private key, both PEM; `repr` keeps the key to itself."""

    chain: bytes
    key: bytes
    algorithm: bytes

    @classmethod
    def load(cls, certificate: Path, key: Path) -> Credentials:
        """Credentials from two files, tried out by signing a picture of one pixel.

        Raises:
            UsageError: one that cannot be read or used, or the library for it is missing.
        """
        chain, secret = _pem(certificate, b"CERTIFICATE"), _pem(key, b"PRIVATE KEY")
        loaded = cls(chain, secret, _algorithm(secret, key))
        pixel = cv2.imencode(".png", np.zeros((1, 1), np.uint8))[1].tobytes()
        try:
            _with_manifest(pixel, "PNG", None, loaded, PAINTED)
        except PhotoNotWritten as error:
            raise UsageError(str(error), option="--c2pa-cert") from error
        return loaded

    def signer(self) -> Signer:
        """Signs with this certificate and key.

        Raises:
            UsageError: what is given is no certificate, or no key.
        """
        from c2pa import C2paError, C2paSignerInfo, Signer

        try:
            return Signer.from_info(C2paSignerInfo(self.algorithm, self.chain, self.key, None))
        except C2paError as error:
            raise UsageError(
                f"expected a certificate that can sign, got: {_one_line(error)}", option="--c2pa-cert"
            ) from error


def signed(
    data: bytes,
    file_format: FileFormat,
    source: FileFacts | None,
    credentials: Credentials,
    source_type: str = PAINTED,
) -> bytes:
    """The file with a manifest: opened from its source, then edited, into what `source_type` says (IPTC).

    The source goes in as a hash, with the manifest it may have; without thumbnails, for they would show the old eyes.
    One whose place is left out does not go in: its manifest may tell it.

    Raises:
        PhotoNotWritten: the certificate is not one for signing content, or the library refuses the file.
    """
    signed_file = _with_manifest(data, file_format, source, credentials, source_type)
    with_index = with_final_index(data, signed_file) if file_format == "JPEG" else data
    return (
        signed_file if with_index == data else _with_manifest(with_index, file_format, source, credentials, source_type)
    )


def _with_manifest(
    data: bytes, file_format: FileFormat, source: FileFacts | None, credentials: Credentials, source_type: str
) -> bytes:
    from c2pa import Builder, C2paBuilderIntent, C2paError

    media_type, out = MEDIA_TYPES[file_format], BytesIO()
    try:
        with (
            _context(_NO_THUMBNAILS) as context,
            Builder(_manifest(source_type), context) as builder,
            credentials.signer() as signer,
        ):
            builder.set_intent(C2paBuilderIntent.EDIT)
            original = _source_bytes(source)
            if source is not None and source.format is not None and original is not None:
                parent = json.dumps({"title": "original", "relationship": "parentOf"})
                builder.add_ingredient(parent, MEDIA_TYPES[source.format], BytesIO(original))
            builder.sign(signer, media_type, BytesIO(data), out)
    except C2paError as error:
        raise PhotoNotWritten(
            f"expected to sign the result, got: {_one_line(error)}; check the certificate and its key."
        ) from error
    return out.getvalue()


def is_as_signed(path: Path, file_format: FileFormat) -> bool:
    """Whether this program was the last to sign a file, and no byte of it has changed since.

    Raises:
        OSError: it cannot be read.
    """
    from c2pa import C2paError, Reader

    data, media_type = BytesIO(path.read_bytes()), MEDIA_TYPES[file_format]
    try:
        with _context(_OFFLINE) as context, Reader(media_type, data, context=context) as reader:
            store = json.loads(reader.json())
    except C2paError:  # such as of a file that nobody has signed
        return False
    signers = store["manifests"][store["active_manifest"]].get("claim_generator_info", [])
    return store["validation_state"] in ("Valid", "Trusted") and any(one.get("name") == _PROGRAM for one in signers)


def _context(settings: dict[str, Any]) -> Context:
    from c2pa import Context, Settings

    return Context(Settings.from_dict(settings))


def _manifest(source_type: str) -> str:
    edited = {"action": "c2pa.edited", "digitalSourceType": source_type}
    return json.dumps(
        {
            "claim_generator_info": [{"name": _PROGRAM, "version": __version__}],
            "assertions": [{"label": "c2pa.actions", "data": {"actions": [edited]}}],
        }
    )


def _source_bytes(source: FileFacts | None) -> bytes | None:
    """The bytes of the file that was edited, if it is still there and still the same, and nothing of it is left out."""
    if source is None or source.path is None or source.placeless:
        return None
    try:
        data = source.path.read_bytes()
    except OSError:
        return None
    return data if hashlib.sha256(data).hexdigest() == source.sha256 else None


def _pem(path: Path, kind: bytes) -> bytes:
    try:
        text = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: expected a PEM file, got: {error.strerror or error}; check the path.") from error
    if kind not in text:
        raise UsageError(f"{path}: expected a PEM file with a {kind.decode().lower()}, it has none; check the path.")
    return text


def _algorithm(secret: bytes, path: Path) -> bytes:
    """C2PA's name of the algorithm that a key signs with."""
    try:
        from c2pa import C2paSigningAlg as _  # noqa: F401 -- whether it is there
        from cryptography.hazmat.primitives import serialization
    except ImportError as error:
        raise UsageError(
            f"expected the library c2pa-python, it is missing; {_INSTALL}.", option="--c2pa-cert"
        ) from error
    try:
        key: Any = serialization.load_pem_private_key(secret, password=None)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{path}: expected a private key without a password, got: {_one_line(error)}") from error
    curve = getattr(getattr(key, "curve", None), "name", "")
    kind = type(key).__name__.lower()
    found = _CURVES.get(curve) or (b"ps256" if "rsa" in kind else b"ed25519" if "ed25519" in kind else None)
    if found is None:
        raise UsageError(f"{path}: expected a key for ES256, ES384, ES512, PS256 or Ed25519; got another kind.")
    return found


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
