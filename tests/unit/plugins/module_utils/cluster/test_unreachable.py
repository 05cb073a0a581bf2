"""Where a Kubernetes API was looked for, and the innermost cause why it cannot be used."""

from __future__ import annotations

import ssl

import pytest
import yaml
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, SSLError

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.unreachable import cause, place, sentence, server

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
    assert server(CONFIG, context) == url


@pytest.mark.parametrize("config", [{}, {"contexts": None}, {"contexts": [{}], "current-context": "x"}])
def test_a_broken_kubeconfig_has_no_server(config):
    assert server(config, None) == ""


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


def test_without_a_url_the_sentence_is_still_one():
    assert sentence("https://one:6443", "refused") == "the Kubernetes API at https://one:6443 cannot be used: refused"
    assert sentence("", "refused") == "the Kubernetes API cannot be used: refused"
