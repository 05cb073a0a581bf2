"""lab.cluster.pki."""

from __future__ import annotations

import base64
import ipaddress
import ssl

import pytest
import yaml
from cryptography import x509
from cryptography.x509.oid import NameOID

from lab.cluster import pki

ADMIN = pki.Identity("admin", "kubernetes-admin", ("system:masters",))


@pytest.fixture
def directory(tmp_path):
    pki.ensure(tmp_path, [ADMIN, pki.Identity("apiserver", "kube-apiserver", (), pki.api_server_names(["10.96.0.1"]))])
    return tmp_path


def certificate(path):
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_the_api_server_is_known_by_its_service_names_and_addresses_and_on_loopback(directory):
    names = certificate(directory / "apiserver.crt").extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert {"kubernetes.default.svc", "localhost"} <= set(names.value.get_values_for_type(x509.DNSName))
    addresses = names.value.get_values_for_type(x509.IPAddress)
    assert addresses == [ipaddress.ip_address(item) for item in ("127.0.0.1", "::1", "10.96.0.1")]


def test_an_administrator_is_one_by_the_group_in_the_certificate(directory):
    subject = certificate(directory / "admin.crt").subject
    assert [item.value for item in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)] == ["system:masters"]
    assert [item.value for item in subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == ["kubernetes-admin"]


def test_certificates_are_signed_by_the_directorys_authority(directory):
    certificate(directory / "admin.crt").verify_directly_issued_by(certificate(directory / "ca.crt"))


def test_python_accepts_certificate_and_key_as_a_pair(directory):
    ssl.create_default_context(cafile=directory / "ca.crt").load_cert_chain(
        directory / "admin.crt", directory / "admin.key"
    )


def test_keys_are_readable_by_root_only(directory):
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in directory.glob("*.key")}
    assert modes == dict.fromkeys(("ca.key", "sa.key", "admin.key", "apiserver.key"), "0o600")


def test_a_second_run_keeps_every_file(directory):
    before = {path: path.read_bytes() for path in directory.iterdir()}
    pki.ensure(directory, [ADMIN])
    assert {path: path.read_bytes() for path in directory.iterdir()} == before


def test_new_names_make_a_new_certificate_under_the_same_authority(directory):
    authority = (directory / "ca.crt").read_bytes()
    pki.ensure(directory, [pki.Identity("apiserver", "kube-apiserver", (), ("192.168.2.7",))])
    names = certificate(directory / "apiserver.crt").extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert names.value.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("192.168.2.7")]
    assert (directory / "ca.crt").read_bytes() == authority


def test_a_kubeconfig_carries_all_it_needs(directory):
    document = yaml.safe_load(pki.kubeconfig(directory, "admin", "k8s-prod", "https://127.0.0.1:20001"))
    assert document["clusters"][0]["cluster"]["server"] == "https://127.0.0.1:20001"
    assert document["current-context"] == document["contexts"][0]["name"] == "k8s-prod"
    key = base64.b64decode(document["users"][0]["user"]["client-key-data"])
    assert key == (directory / "admin.key").read_bytes()


def test_a_private_file_is_made_private_again(tmp_path):
    path = tmp_path / "secret"
    path.write_text("x")
    path.chmod(0o644)
    pki.write_private(path, "x")
    assert oct(path.stat().st_mode & 0o777) == "0o600"
