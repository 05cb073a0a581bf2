"""Two values that mean the same are the same, however they are written."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine.compare import drift, same


@pytest.mark.parametrize(
    ("cls", "name", "wanted", "found"),
    [
        ("bgpPeerP", "ctrl", "as-override,dis-peer-as-check", "dis-peer-as-check,as-override"),
        ("l3extOut", "enforceRtctrl", "export,import", "import,export"),
        ("bgpCtxPol", "staleIntvl", "300", "default"),
        ("bgpBestPathCtrlPol", "ctrl", "", "0"),
        ("rtctrlMatchRtDest", "aggregate", "yes", "true"),
        ("l3extVirtualLIfP", "addr", "2001:db8::1/64", "2001:0DB8:0::1/64"),
    ],
)
def test_these_mean_the_same(cls, name, wanted, found):
    assert same(cls, name, wanted, found)


@pytest.mark.parametrize(
    ("cls", "name", "wanted", "found"),
    [
        ("bgpPeerP", "ctrl", "as-override", "as-override,send-com"),
        ("l3extVirtualLIfP", "addr", "10.0.0.1/24", "10.0.0.1/25"),
        ("l3extVirtualLIfP", "mtu", "9000", "inherit"),
    ],
)
def test_these_do_not(cls, name, wanted, found):
    assert not same(cls, name, wanted, found)


def test_only_what_differs_is_written():
    wanted = {"name": "p", "kaIntvl": "1", "holdIntvl": "3"}
    assert drift("bgpCtxPol", wanted, {"name": "p", "kaIntvl": "1", "holdIntvl": "180"}) == {"holdIntvl": "3"}


def test_a_default_that_was_changed_is_put_back():
    found = {"addr": "10.0.0.1", "ttl": "5", "descr": "by hand"}
    assert drift("bgpPeerP", {"addr": "10.0.0.1"}, found) == {"ttl": "1"}
    assert drift("bgpPeerP", {"addr": "10.0.0.1"}, found, watch_defaults=False) == {}


def test_a_write_only_property_is_never_compared():
    assert drift("bgpPeerP", {"addr": "10.0.0.1", "password": "x"}, {"addr": "10.0.0.1"}) == {}
