"""The lab's own certificate authority and the server's certificate, made once and kept in a directory."""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lab import private

_LIFETIME = timedelta(days=365)


def ensure(directory: Path, address: str) -> tuple[Path, Path, Path]:
    """(CA certificate, server certificate, key) in ``directory``; made anew if they do not fit or are old."""
    directory.mkdir(parents=True, exist_ok=True)
    files = directory / "ca.pem", directory / "server.pem", directory / "server.key"
    if not all(file.exists() for file in files) or not _usable(files[1], address):
        _make(files, address)
    return files


def _usable(certificate: Path, address: str) -> bool:
    loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
    names = loaded.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    fresh = loaded.not_valid_after_utc > datetime.now(timezone.utc) + timedelta(days=1)
    return fresh and ipaddress.ip_address(address) in names.get_values_for_type(x509.IPAddress)


def _make(files: tuple[Path, Path, Path], address: str) -> None:
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _authority(authority_key)
    server = _server(server_key, authority, authority_key, address)
    key = server_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    private.write(files[2], key)
    for file, certificate in ((files[1], server), (files[0], authority)):
        _write(file, certificate.public_bytes(serialization.Encoding.PEM))


def _write(file: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all: clients wait for the authority's to exist, and then read it."""
    new = file.with_name(f"{file.name}.new")
    new.write_bytes(content)
    new.replace(file)


def _builder(name: str, issuer: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = "kubefabric lab CA"
    builder = _builder(name, name, key.public_key())
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return builder.add_extension(usage, critical=True).sign(key, hashes.SHA256())


def _server(
    key: ec.EllipticCurvePrivateKey,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    address: str,
) -> x509.Certificate:
    addresses = {ipaddress.ip_address(address), ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")}
    names = [x509.DNSName("localhost"), *(x509.IPAddress(item) for item in sorted(addresses, key=str))]
    identifier = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = _builder("kubefabric lab APIC", "kubefabric lab CA", key.public_key())
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), False)
    return builder.sign(authority_key, hashes.SHA256())
