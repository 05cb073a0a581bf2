"""Who speaks BGP by a plan."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.speakers import hosts_speak
from tests.plans import plan


@pytest.mark.parametrize(
    ("more", "hosts"),
    [
        ({}, False),
        ({"nested": {"speaker": "cni"}}, False),
        ({"nested": {"speaker": "host"}}, True),
        ({"speaker": "host"}, True),
    ],
)
def test_hosts_speak_in_their_cni_s_place_or_where_there_is_no_kubernetes(more: dict, hosts: bool) -> None:
    assert hosts_speak({**plan(), **more}) is hosts
