"""node_peering as a task runs it, on an image: check, run, run again, absent. What a running host needs: test_apply."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.node.options import SPEC
from ansible_collections.kubefabric.bgp.plugins.modules import node_peering
from tests.run_module import ModuleFailed, run_module

OPTIONS = {
    "asn": 65003,
    "router_id": "192.168.2.1",
    "vip": {"addresses": ["172.30.0.1"]},
    "password": "s3cret",
    "peers": [{"address": "192.168.2.201", "asn": 65002}],
}
MAIN = {"frr": "etc/frr/frr.conf", "bird": "etc/bird/bird.conf", "gobgp": "etc/gobgpd.conf"}


@pytest.fixture(params=MAIN)
def image(request, tmp_path):
    return {**OPTIONS, "speaker": request.param, "root": str(tmp_path)}


def listed(root) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_check_run_run_again_and_absent(image, tmp_path):
    checked = run_module(node_peering, image, check=True)
    assert (checked["changed"], listed(tmp_path)) == (True, [])
    done = run_module(node_peering, image)
    assert done["diff"] == checked["diff"]
    assert MAIN[image["speaker"]] in listed(tmp_path)
    assert not run_module(node_peering, image)["changed"]
    assert not run_module(node_peering, image, check=True)["changed"]
    absent = {"state": "absent", "root": image["root"]}
    assert run_module(node_peering, absent, check=True)["changed"]
    assert run_module(node_peering, absent)["changed"]
    assert listed(tmp_path) == []
    assert not run_module(node_peering, absent)["changed"]


def test_nothing_that_is_returned_holds_a_password(image):
    assert "s3cret" not in str(run_module(node_peering, image)["diff"])


def test_a_diff_is_returned_in_diff_mode_only(image):
    assert "diff" in run_module(node_peering, image, check=True)
    assert "diff" not in run_module(node_peering, image, check=True, diff=False)


def test_another_speaker_takes_the_place_of_the_first(image, tmp_path):
    run_module(node_peering, image)
    other = {"frr": "bird", "bird": "gobgp", "gobgp": "frr"}[image["speaker"]]
    run_module(node_peering, {**image, "speaker": other})
    assert MAIN[other] in listed(tmp_path)
    assert MAIN[image["speaker"]] not in listed(tmp_path)


def test_mistakes_fail_the_task_and_write_nothing(image, tmp_path):
    with pytest.raises(ModuleFailed) as caught:
        run_module(node_peering, {**image, "vip": {"addresses": ["169.254.0.1"]}})
    assert str(caught.value) == (
        "the options are wrong:\n  1. vip.addresses[0]: 169.254.0.1 is taken by Calico's proxy ARP gateway; "
        "give another, for example 169.254.100.1"
    )
    assert listed(tmp_path) == []


def test_what_is_needed_to_be_present_is_asked_for(tmp_path):
    with pytest.raises(ModuleFailed) as caught:
        run_module(node_peering, {"root": str(tmp_path)})
    assert str(caught.value) == "state is present but all of the following are missing: asn, router_id"


def _described(spec: dict) -> dict:
    keys = ("type", "elements", "default", "choices", "required")
    found = {}
    for name, option in spec.items():
        entry = {key: option[key] for key in keys if option.get(key) not in (None, False)}
        if isinstance(entry.get("default"), bool) or option.get("default") is False:
            entry["default"] = option["default"]
        inner = option.get("options") or option.get("suboptions")
        found[name] = {**entry, **({"options": _described(inner)} if inner else {})}
    return found


def test_the_documentation_is_the_argument_spec():
    assert _described(yaml.safe_load(node_peering.DOCUMENTATION)["options"]) == _described(SPEC)
