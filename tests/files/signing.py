"""Certificates and keys made for a test, and what a signed file tells."""

from __future__ import annotations

import json
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW, LATER = datetime(2026, 1, 1), datetime(2046, 1, 1)
KEYS: Final[dict[str, Any]] = {
    "es256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "es384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ps256": lambda: rsa.generate_private_key(65_537, 2048),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
}


def name(of: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tests"), x509.NameAttribute(NameOID.COMMON_NAME, of)]
    )


def certificate(
    public: Any, of: str, by: str, by_key: Any, *, authority: bool, until: datetime = LATER
) -> x509.Certificate:
    usage = x509.KeyUsage(not authority, False, False, False, False, authority, authority, False, False)
    built = (
        x509.CertificateBuilder()
        .subject_name(name(of))
        .issuer_name(name(by))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(authority, None), True)
        .add_extension(usage, True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by_key.public_key()), False)
    )
    if not authority:
        built = built.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
    return built.sign(by_key, hashes.SHA256())


def pem(key: Any, password: bytes | None = None) -> bytes:
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    private: bytes = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
    return private


def chain(folder: Path, kind: str = "es256", until: datetime = LATER) -> tuple[Path, Path]:
    """A photographer's certificate and key, the certificate signed by an authority of its own."""
    authority, own = KEYS["es256"](), KEYS[kind]()
    certificates = [
        certificate(own.public_key(), "a photographer", "an authority", authority, authority=False, until=until),
        certificate(authority.public_key(), "an authority", "an authority", authority, authority=True),
    ]
    (folder / "cert.pem").write_bytes(b"".join(c.public_bytes(serialization.Encoding.PEM) for c in certificates))
    (folder / "key.pem").write_bytes(pem(own))
    return folder / "cert.pem", folder / "key.pem"


def manifest(path: Path, media_type: str) -> tuple[dict[str, Any], str, list[str]]:
    """The active manifest, whether it is valid, and what it is blamed for."""
    with c2pa.Reader(media_type, BytesIO(path.read_bytes())) as reader:
        told = json.loads(reader.json())
    blamed = [status["code"] for status in told.get("validation_status", [])]
    return told["manifests"][told["active_manifest"]], told["validation_state"], blamed
