"""What the planner reads of an inventory, and of the variables of a play or a role."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

try:
    from ansible.template import trust_as_template as trusted
except ImportError:  # before ansible-core 2.19 every text is a template

    def trusted(value):  # type: ignore[misc]
        return value


from ansible_collections.kubefabric.bgp.plugins.plugin_utils.inventory import Inventory


def inventory(cluster: dict, *others: str, **of_play: object) -> Inventory:
    """One cluster with these variables in the inventory, and a play with its own, as they were written; other clusters
    of the play have none.
    """
    task_vars = {
        **of_play,
        "groups": {"clusters": ["prod", *others]},
        "hostvars": {"prod": cluster, **{name: {} for name in others}},
        "ansible_play_hosts_all": ["prod", *others],
        "inventory_hostname": "prod",
    }
    return Inventory(task_vars, Templar(loader=DataLoader(), variables=task_vars))


def test_expressions_in_a_play_s_variables_are_templated():
    found = inventory(
        {},
        pod=1,
        kubefabric_fabric={"asn": trusted("{{ 65000 + 2 }}"), "pods": [trusted("{{ pod }}")]},
        kubefabric_cluster=trusted("{{ {'asn': 65000 + pod} }}"),
    ).intents()
    (intent,) = found
    assert int(intent["fabric"]["asn"]) == 65002
    assert [int(one) for one in intent["fabric"]["pods"]] == [1]
    assert intent["clusters"]["prod"]["cluster"] == {"asn": 65001}


def test_a_play_s_variable_that_cannot_be_read_is_named_with_its_host():
    given = inventory({"kubefabric_fabric": {}}, kubefabric_cluster={"asn": trusted("{{ not_defined }}")})
    with pytest.raises(AnsibleError, match=r"kubefabric_cluster of host prod cannot be read: .*not_defined"):
        given.intents()


def test_the_inventory_s_variables_come_before_a_play_s():
    given = inventory({"kubefabric_fabric": {"a": 1}, "kubefabric_cluster": {}}, kubefabric_fabric={"a": 2})
    assert given.intents()[0]["fabric"] == {"a": 1}


def test_a_play_s_fabric_is_that_of_all_its_clusters_and_its_cluster_that_of_the_first_host():
    (intent,) = inventory({}, "test", kubefabric_fabric={"asn": 65002}, kubefabric_cluster={"asn": 65003}).intents()
    clusters = {name: given["cluster"] for name, given in intent["clusters"].items()}
    assert (intent["fabric"], clusters) == ({"asn": 65002}, {"prod": {"asn": 65003}, "test": None})
