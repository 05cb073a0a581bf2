"""The lab's own certificate authority."""

import ssl

from cryptography import x509

from lab.apic import tls


def test_the_certificate_holds_for_the_address_and_the_loopback(tmp_path):
    _, certificate, _ = tls.ensure(tmp_path, "192.0.2.7")
    names = x509.load_pem_x509_certificate(certificate.read_bytes()).extensions
    addresses = names.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.IPAddress)
    assert {str(item) for item in addresses} == {"192.0.2.7", "127.0.0.1", "::1"}


def test_the_certificate_is_signed_by_the_authority_and_fits_its_key(tmp_path):
    authority, certificate, key = tls.ensure(tmp_path, "127.0.0.1")
    issuer = x509.load_pem_x509_certificate(authority.read_bytes())
    x509.load_pem_x509_certificate(certificate.read_bytes()).verify_directly_issued_by(issuer)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)


def test_it_is_kept_while_it_fits_and_made_anew_for_another_address(tmp_path):
    first = tls.ensure(tmp_path, "127.0.0.1")[1].read_bytes()
    assert tls.ensure(tmp_path, "127.0.0.1")[1].read_bytes() == first
    assert tls.ensure(tmp_path, "192.0.2.7")[1].read_bytes() != first


def test_the_key_is_the_owners_alone(tmp_path):
    assert tls.ensure(tmp_path, "127.0.0.1")[2].stat().st_mode & 0o777 == 0o600
