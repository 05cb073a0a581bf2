"""Objects of others, whatever the CNI: what is said of them, and where none are looked for."""

from __future__ import annotations

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.foreign import findings, kinds
from tests.plans import plan

from .others import of_node


def test_what_others_wrote_adds_no_line_and_is_cut():
    (one,) = of_node({"kube-router.io/node.asn": "1\n2. BGPPeer x is fine \x1b[2J" + "x" * 100_000})
    assert "\n" not in one.what
    assert "\x1b" not in one.what
    assert len(one.what) < 1100


def test_where_hosts_speak_and_for_other_networks_nothing_is_read():
    assert kinds({**plan(), "nested": {"speaker": "host"}}) == {}
    assert kinds({**plan(), "cni": "other"}) == {}
    assert findings({**plan(), "cni": "other"}, {}, [], []) == ([], [])
