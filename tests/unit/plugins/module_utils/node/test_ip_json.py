"""Answers of ``ip -j``."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import ip_json
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.speaker import NodeError


@pytest.mark.parametrize("text", ["", "[]", "{}", "1", "null", '["lo", [], 3]'])
def test_what_lists_no_objects_is_nothing(text):
    assert ip_json.objects(text) == []


def test_the_objects_of_a_list_are_kept():
    assert ip_json.objects('[{"ifname": "lo"}, null, {}]') == [{"ifname": "lo"}, {}]


@pytest.mark.parametrize("text", ["Usage: ip", "[" * 100_000])
def test_what_is_no_json_is_an_error_with_the_command(text):
    with pytest.raises(NodeError, match=r"^`ip -j route show` did not answer with JSON: "):
        ip_json.objects(text, "ip -j route show")
