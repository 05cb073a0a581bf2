"""Logging in by password and by signature."""

import base64
from datetime import datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from lab.apic.auth import Sessions, parse_cookies
from lab.apic.errors import ApicError

from .conftest import element

CERTIFICATE = "uni/userext/user-admin/usercert-ansible"
MISSING = (
    "403: Need a valid webtoken cookie (named APIC-Cookie) or a signed request with signature in the cookie "
    "APIC-Request-Signature for all REST API requests"
)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(controller, clock) -> Sessions:
    return Sessions(controller.store, lifetime=600, clock=clock)


def refusal(call, *arguments) -> str:
    with pytest.raises(ApicError) as problem:
        call(*arguments)
    return str(problem.value)


def login(sessions, password="secret", name="admin"):
    return sessions.login(element("aaaUser", name=name, pwd=password))


def test_a_token_lets_in(sessions):
    cookie = f"APIC-cookie={login(sessions).token}; path=/; HttpOnly"
    assert sessions.authenticate(cookie, "GET", "/api/class/fvTenant.json", b"") == "admin"


@pytest.mark.parametrize(("name", "password"), [("admin", "wrong"), ("admin", ""), ("unknown", "secret"), ("", "")])
def test_a_wrong_login_is_refused(sessions, name, password):
    assert (
        refusal(login, sessions, password, name)
        == "401: Username or password is incorrect - FAILED local authentication"
    )


def test_a_user_that_is_inactive_is_refused(sessions, post):
    post("uni/userext/user-admin", "aaaUser", {"accountStatus": "inactive"})
    assert refusal(login, sessions).startswith("401:")


def test_a_user_of_the_store_logs_in_with_its_password(sessions, post):
    post("uni/userext/user-bob", "aaaUser", {"name": "bob", "pwd": "bobs"})
    assert login(sessions, "bobs", "bob").user == "bob"


def test_a_token_times_out(sessions, clock):
    token = login(sessions).token
    clock.now = 599
    assert sessions.of_token(token).user == "admin"
    clock.now = 600
    assert refusal(sessions.of_token, token) == "403: Token was invalid (Error: Token timeout)"


def test_a_refresh_gives_a_new_token_and_time(sessions, clock):
    old = login(sessions)
    clock.now = 500
    new = sessions.refresh(old)
    clock.now = 900
    assert sessions.of_token(new.token).user == "admin"
    assert refusal(sessions.of_token, old.token).startswith("403:")


def test_a_logout_ends_the_session(sessions):
    session = login(sessions)
    sessions.logout(session)
    assert refusal(sessions.of_token, session.token).startswith("403:")


def test_a_request_without_cookie_is_refused(sessions):
    assert refusal(sessions.authenticate, "", "GET", "/api/x.json", b"") == MISSING


def test_cookies_are_read_with_whatever_stands_beside_them():
    assert parse_cookies("APIC-cookie=a=b==; path=/; Secure")["APIC-cookie"] == "a=b=="


# -- signatures ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def signed(key, post):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "admin")])
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    pem = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
    post(CERTIFICATE, "aaaUserCert", {"name": "ansible", "data": pem})

    def cookie(text: bytes) -> str:
        signature = base64.b64encode(key.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()
        return (
            "APIC-Certificate-Algorithm=v1.0; "
            f"APIC-Certificate-DN={CERTIFICATE}; "
            "APIC-Certificate-Fingerprint=fingerprint; "
            f"APIC-Request-Signature={signature}"
        )

    return cookie


def test_a_signature_over_method_path_and_body_lets_in(sessions, signed):
    cookie = signed(b'POST/api/mo/uni.json?rsp-subtree=modified{"a":1}')
    assert sessions.authenticate(cookie, "POST", "/api/mo/uni.json?rsp-subtree=modified", b'{"a":1}') == "admin"


def test_a_signature_over_something_else_does_not(sessions, signed):
    cookie = signed(b"GET/api/mo/uni.json")
    assert refusal(sessions.authenticate, cookie, "DELETE", "/api/mo/uni.json", b"").startswith("403:")


def test_a_signature_of_an_unknown_certificate_does_not(sessions, signed):
    cookie = signed(b"GET/api/mo/uni.json").replace("usercert-ansible", "usercert-other")
    assert refusal(sessions.authenticate, cookie, "GET", "/api/mo/uni.json", b"").startswith("403:")


def test_what_is_no_certificate_does_not(sessions, signed, controller):
    controller.store.by_dn[CERTIFICATE].values["data"] = "nonsense"
    cookie = signed(b"GET/api/mo/uni.json")
    assert refusal(sessions.authenticate, cookie, "GET", "/api/mo/uni.json", b"").startswith("403:")
