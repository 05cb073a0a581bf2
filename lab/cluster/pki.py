"""A certificate authority per cluster, its certificates, and kubeconfig files that carry them."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lab import private

_LIFETIME = datetime.timedelta(days=365)


@dataclass(frozen=True)
class Identity:
    """Who a certificate speaks for: user (CN), groups (O) as Kubernetes reads them, and names it serves under."""

    name: str
    user: str
    groups: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()


def api_server_names(service_addresses: Sequence[str]) -> tuple[str, ...]:
    """The names and addresses that the API server's certificate must carry (kubernetes.io, "PKI certificates")."""
    service = ("kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local")
    return (*service, "localhost", "127.0.0.1", "::1", *service_addresses)


def ensure(directory: Path, identities: Sequence[Identity]) -> None:
    """Make ca.crt, sa.key and sa.pub (service account tokens), and <name>.crt/.key for each identity.

    What is there and says the same is kept.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (directory / "ca.crt").exists():
        _make_authority(directory)
    if not (directory / "sa.key").exists():
        _make_token_key(directory)
    for identity in identities:
        note = directory / f"{identity.name}.json"
        wanted = json.dumps([identity.user, identity.groups, identity.alternatives])
        if not note.exists() or note.read_text() != wanted:
            _make_certificate(directory, identity)
            note.write_text(wanted)


def kubeconfig(directory: Path, name: str, cluster: str, server: str) -> str:
    """A kubeconfig file (YAML) with everything inside it for one of the directory's identities."""

    def data(file: str) -> str:
        return base64.b64encode((directory / file).read_bytes()).decode()

    user = {"client-certificate-data": data(f"{name}.crt"), "client-key-data": data(f"{name}.key")}
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": cluster, "cluster": {"server": server, "certificate-authority-data": data("ca.crt")}}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": cluster, "context": {"cluster": cluster, "user": name}}],
        "current-context": cluster,
    }
    return yaml.safe_dump(document, sort_keys=False)


def write_private(path: Path, text: str) -> None:
    """Write a file that only root may read, in one step and only when its content changes."""
    if path.exists() and path.read_text() == text and path.stat().st_mode & 0o777 == 0o600:
        return
    private.write(path, text)


# -- certificates -----------------------------------------------------------------------------------------


def _subject(user: str, groups: Sequence[str] = ()) -> x509.Name:
    names = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
    return x509.Name([*names, x509.NameAttribute(NameOID.COMMON_NAME, user)])


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + _LIFETIME)
    )


def _make_authority(directory: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _subject("kubefabric lab")
    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    certificate = (
        _builder(name, name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_key(directory / "ca.key", key)
    (directory / "ca.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _make_token_key(directory: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    (directory / "sa.pub").write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM, form))
    _write_key(directory / "sa.key", key)


def _make_certificate(directory: Path, identity: Identity) -> None:
    authority = x509.load_pem_x509_certificate((directory / "ca.crt").read_bytes())
    authority_key = serialization.load_pem_private_key((directory / "ca.key").read_bytes(), None)
    assert isinstance(authority_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH])
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    builder = (
        _builder(_subject(identity.user, identity.groups), authority.subject, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usages, critical=False)
        .add_extension(issuer_key, critical=False)
    )
    if identity.alternatives:
        names = x509.SubjectAlternativeName([_general_name(name) for name in identity.alternatives])
        builder = builder.add_extension(names, critical=False)
    certificate = builder.sign(authority_key, hashes.SHA256())
    _write_key(directory / f"{identity.name}.key", key)
    (directory / f"{identity.name}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    form = serialization.PrivateFormat.PKCS8
    text = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
    write_private(path, text)
