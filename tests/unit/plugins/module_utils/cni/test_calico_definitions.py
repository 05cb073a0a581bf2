"""A real API server with Calico's definitions refuses what the planner refuses, and takes what the planner takes.

The rules are those of calico_rules.yml beside the planner's tests that the definitions of v3.32 have themselves.
"""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import resources
from tests import crds
from tests.plans import calico as plan
from tests.resources import SECRETS, dry_run

RULES = yaml.safe_load((Path(__file__).parents[1] / "plan" / "calico_rules.yml").read_text())
MARKERS = "api/pkg/apis/projectcalico/v3/"
REFUSED = {
    rule["rule"]: rule["calico"]
    for rule in RULES
    if rule["source"].startswith(MARKERS) and "calico" in rule and "definitions" not in rule
}
MARK = {"action": "Accept", "peer_type": "eBGP", "priority": 512, "operations": [{"add_community": "65000:100"}]}
RESTORE = {"action": "Accept", "community": "65000:100", "operations": [{"set_priority": 512}]}
TAKEN = {
    "the filter of Calico's live migration": {
        "filters": {"live": {"default_action": "Accept", "export_v4": [MARK], "import_v4": [RESTORE]}},
        "leaf_peers": {"filters": ["live"]},
    },
    "a pool for load balancers": {
        "install": "manifest",
        "pools": [{"cidr": "10.1.0.0/16"}, {"name": "lb", "cidr": "192.168.3.0/24", "allowed_uses": ["LoadBalancer"]}],
    },
    "a pool for load balancers of the operator": {
        "pools": [{"cidr": "10.1.0.0/16"}, {"name": "lb", "cidr": "192.168.3.0/24", "allowed_uses": ["LoadBalancer"]}],
    },
}
KINDS = ("BGPPeer", "BGPFilter", "BGPConfiguration", "IPPool", "CalicoNodeStatus", "Installation")


@pytest.fixture(scope="module")
def calico(kubernetes):
    """A real API server that knows Calico's resources."""
    crds.apply(kubernetes, "calico")
    crds.namespace(kubernetes, "calico-system")
    return kubernetes


def _rendered(options: dict) -> list:
    """What the cluster's half makes of options that the planner has not seen."""
    return [item for item in resources(plan("ipv4", **copy.deepcopy(options)), SECRETS) if item["kind"] in KINDS]


@pytest.mark.parametrize("rule", REFUSED)
def test_the_definitions_refuse_what_the_planner_refuses(rule, calico):
    with pytest.raises(RuntimeError):
        dry_run(calico, *_rendered({"install": "manifest", **REFUSED[rule]}))


@pytest.mark.parametrize("what", TAKEN)
def test_the_definitions_take_what_the_planner_takes(what, calico):
    dry_run(calico, *_rendered(TAKEN[what]))
