"""Options of node_peering as Ansible hands them over, for tests: every default filled in."""

from __future__ import annotations

import copy

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.kubefabric.bgp.plugins.module_utils.node.options import REQUIRED_IF, SPEC

VIP = "172.30.0.1"
PASSWORD = "s3cret#1"


def options(**changes: object) -> dict:
    """A host with two leaves and one nested cluster; ``changes`` replace whole options."""
    given = {
        "asn": 65003,
        "router_id": "192.168.2.1",
        "vip": {"addresses": [VIP]},
        "peers": [
            {"address": "192.168.2.201", "asn": 65002, "local_address": "192.168.2.1", "description": "leaf 101"},
            {"address": "192.168.2.202", "asn": 65002, "local_address": "192.168.2.1", "description": "leaf 102"},
        ],
        "workloads": [
            {"name": "red", "asn": 65010, "ranges": ["10.1.0.0/16"], "pools": ["10.20.0.0/16"], "password": PASSWORD}
        ],
        "password": PASSWORD,
    }
    result = ArgumentSpecValidator(SPEC, required_if=REQUIRED_IF).validate({**copy.deepcopy(given), **changes})
    assert not result.error_messages, result.error_messages
    return result.validated_parameters
