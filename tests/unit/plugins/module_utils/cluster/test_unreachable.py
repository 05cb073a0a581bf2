"""Where a Kubernetes API was looked for, and the innermost cause why it cannot be used."""

from __future__ import annotations

import socket
import ssl

import pytest
import yaml
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, ProxyError, SSLError

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import unreachable
from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.unreachable import (
    cause,
    entry,
    goes_through_a_proxy,
    is_silence,
    place,
    sentence,
    silence,
)

CONFIG = {
    "clusters": [
        {"name": "one", "cluster": {"server": "https://one:6443"}},
        {"name": "two", "cluster": {"server": "https://two:6443"}},
    ],
    "contexts": [
        {"name": "first", "context": {"cluster": "one", "user": "me"}},
        {"name": "second", "context": {"cluster": "two", "user": "me"}},
    ],
    "current-context": "first",
}


def refused() -> Exception:
    try:
        try:
            raise ConnectionRefusedError(111, "Connection refused")
        except OSError as error:
            raise NewConnectionError(None, f"Failed to establish a new connection: {error}") from error
    except NewConnectionError as reason:
        return MaxRetryError(None, "/version", reason)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (refused(), "Connection refused"),
        (
            MaxRetryError(None, "/", SSLError(ssl.SSLCertVerificationError(1, "certificate verify failed"))),
            "certificate verify failed",
        ),
        (
            MaxRetryError(None, "/", ConnectTimeoutError(None, "Connection to 192.0.2.1 timed out.")),
            "Connection to 192.0.2.1 timed out.",
        ),
        (FileNotFoundError(2, "No such file or directory"), "No such file or directory"),
        (MaxRetryError(None, "/", ProxyError("x", OSError("Tunnel failed: 503"))), "its proxy: Tunnel failed: 503"),
        (MaxRetryError(None, "/", ProxyError("x", refused())), "its proxy: Connection refused"),
        (ValueError("Host value x should start with https://"), "Host value x should start with https://"),
    ],
)
def test_the_innermost_cause_counts(error, text):
    assert text in cause(error)
    assert len(cause(error)) < len(text) + 20


@pytest.mark.parametrize(
    ("context", "url"), [(None, "https://one:6443"), ("second", "https://two:6443"), ("third", "")]
)
def test_the_context_says_which_server(context, url):
    assert entry(CONFIG, context).get("server", "") == url


@pytest.mark.parametrize("config", [{}, {"contexts": None}, {"contexts": [{}], "current-context": "x"}])
def test_a_broken_kubeconfig_has_no_server(config):
    assert entry(config, None) == {}


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """None of what the client looks at."""
    for name in list(unreachable.os.environ):
        if name.startswith(("K8S_AUTH_", "KUBE")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


def test_a_place_is_the_url_to_which_the_options_lead(tmp_path, monkeypatch):
    (tmp_path / "config").write_text(yaml.safe_dump(CONFIG))
    path = str(tmp_path / "config")
    assert place({"kubeconfig": path}) == "https://one:6443"
    assert place({"kubeconfig": path, "context": "second"}) == "https://two:6443"
    assert place({"kubeconfig": CONFIG}) == "https://one:6443"
    assert place({"host": "https://three:6443", "kubeconfig": path}) == "https://three:6443"
    monkeypatch.setenv("KUBECONFIG", path)
    assert place({}) == "https://one:6443"
    assert place({"kubeconfig": "/nowhere"}) == ""
    monkeypatch.setenv("K8S_AUTH_HOST", "https://four:6443")
    assert place({"kubeconfig": path}) == "https://four:6443"
    assert place({"host": "https://three:6443"}) == "https://three:6443"


def test_of_several_kubeconfigs_the_client_s_choice_counts(tmp_path, monkeypatch):
    (tmp_path / "a").write_text(yaml.safe_dump({**CONFIG, "current-context": "second"}))
    (tmp_path / "b").write_text(yaml.safe_dump({"current-context": "first"}))
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path / 'missing'}:{tmp_path / 'a'}:{tmp_path / 'b'}")
    assert place({}) == "https://one:6443"
    (tmp_path / "b").write_text("[" * 100_000)
    assert place({}) == "https://two:6443"


def test_in_a_pod_its_own_cluster_goes_before_a_kubeconfig_that_is_not_named(tmp_path, monkeypatch):
    (tmp_path / "config").write_text(yaml.safe_dump(CONFIG))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "2001:db8::1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    monkeypatch.setattr(unreachable, "_TOKEN", str(tmp_path / "config"))
    assert place({}) == "https://[2001:db8::1]:443"
    assert place({"kubeconfig": str(tmp_path / "config")}) == "https://one:6443"


# -- proxies --------------------------------------------------------------------------------------------

PROXY = "http://proxy:3128"


def with_proxy(url: str) -> dict:
    return {**CONFIG, "clusters": [{"name": "one", "cluster": {"server": "https://one:6443", "proxy-url": url}}]}


@pytest.mark.parametrize(
    ("options", "environment_of", "through"),
    [
        ({}, {}, False),
        ({"proxy": PROXY}, {}, True),
        ({}, {"K8S_AUTH_PROXY": PROXY}, True),
        ({"kubeconfig": with_proxy(PROXY)}, {}, True),
        ({}, {"HTTPS_PROXY": PROXY}, True),
        ({}, {"https_proxy": PROXY}, True),
        ({}, {"all_proxy": PROXY}, True),
        ({}, {"HTTP_PROXY": PROXY}, False),
        ({}, {"HTTPS_PROXY": PROXY, "NO_PROXY": "two,one"}, False),
        ({"no_proxy": "one", "proxy": PROXY}, {}, False),
        ({}, {"K8S_AUTH_PROXY": PROXY, "K8S_AUTH_NO_PROXY": "two"}, True),
    ],
)
def test_a_proxy_is_noticed_wherever_it_is_named(options, environment_of, through, monkeypatch):
    for name, value in environment_of.items():
        monkeypatch.setenv(name, value)
    assert goes_through_a_proxy({"kubeconfig": CONFIG, **options}) is through


# -- silence --------------------------------------------------------------------------------------------


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_something_that_listens_is_not_silent(port):
    assert silence(f"https://127.0.0.1:{port}", 5) == ""


def test_nothing_that_listens_is_silent_with_the_cause(monkeypatch):
    assert silence("https://127.0.0.1:1", 5) == "Connection refused"
    asked: list = []

    def connect(place: tuple, **_options: float) -> None:
        asked.append(place)
        raise socket.timeout

    monkeypatch.setattr(unreachable.socket, "create_connection", connect)
    assert silence("https://one", 0.5) == "no answer within 0.5 s"
    assert silence("http://[2001:db8::1]/x", 2) == "no answer within 2 s"
    assert asked == [("one", 443), ("2001:db8::1", 80)]


@pytest.mark.parametrize("url", ["", "one", "https://", "https://one:99999", f"https://{'a' * 70}.example"])
def test_what_is_no_url_is_left_to_the_client(url):
    assert silence(url, 1) == ""


@pytest.mark.parametrize(
    ("error", "silent"),
    [
        (refused(), True),
        (MaxRetryError(None, "/", ProxyError("Cannot connect to proxy.", OSError("503"))), True),
        (MaxRetryError(None, "/", SSLError(ssl.SSLCertVerificationError(1, "certificate verify failed"))), False),
        (ValueError("Host value x should start with https://"), False),
        (None, False),
    ],
)
def test_silence_is_told_from_an_answer_that_does_not_please(error, silent):
    assert is_silence(error) is silent


# -- words ----------------------------------------------------------------------------------------------


def test_without_a_url_the_sentence_is_still_one():
    assert sentence("https://one:6443", "refused") == "the Kubernetes API at https://one:6443 cannot be used: refused"
    assert sentence("", "refused") == "the Kubernetes API cannot be used: refused"
