"""aci_l3out while the controller fails: a run ends with all or nothing written and says which, the next finishes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.io import apply
from ansible_collections.kubefabric.bgp.plugins.modules import aci_l3out
from lab.apic import inject
from tests.apic import apic, start_apic  # noqa: F401 - fixture
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture
from tests.run_module import ModuleFailed, run_module

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "aci"
L3OUT = "uni/tn-k8s/out-k8s-prod"
SECRETS = {"bgp_password": "verySecret.1", "password_key": "key from the vault"}
POST = {"method": "POST", "path": "/api/mo/"}
GET = {"method": "GET"}


@pytest.fixture
def controller(needs_catalog, apic, monkeypatch):  # noqa: ARG001, F811
    monkeypatch.setenv("SSL_CERT_FILE", apic.ca)
    monkeypatch.setattr(apply, "SETTLE", (0.0,))
    return apic


def options(controller, **more):
    description = yaml.safe_load((GOLDEN / "floating-ipv4" / "l3out.yml").read_text())
    login = {"username": controller.username, "password": controller.password, "use_proxy": False, "timeout": 30}
    where = {"host": [controller.host], "port": controller.port}
    return {**where, **login, **SECRETS, **description, "wait_for_faults": 0, **more}


def run(controller, **more):
    controller.reset()
    return run_module(aci_l3out, options(controller, **more))


def written(controller):
    return bool(controller.get(f"/api/mo/{L3OUT}.json"))


def test_a_throttled_login_is_tried_again(controller):
    controller.inject("throttle", count=2)
    assert run(controller)["changed"]
    assert controller.pending() == 0


def test_a_throttled_login_is_tried_again_when_the_controller_says(controller):
    controller.inject("throttle", retry_after=1)
    assert run(controller)["changed"]


def test_a_controller_that_wants_to_be_left_alone_for_long_is_given_up_with_nothing_written(controller):
    controller.inject("throttle", retry_after=3600)
    with pytest.raises(ModuleFailed) as error:
        run(controller)
    assert str(error.value) == (
        "No APIC can be reached. 127.0.0.1: accepts no login at the moment (HTTP 503, Service Temporarily Unavailable)"
    )
    assert not written(controller)


def test_another_controller_is_asked_at_once_where_one_is_throttled(controller):
    # The same server, named twice, stands for the second controller.
    controller.inject("throttle", retry_after=3600)
    result = run(controller, host=["127.0.0.1", "127.0.0.1"])
    assert result["changed"]


@pytest.mark.parametrize("match", [GET, POST])
@pytest.mark.parametrize("kind", ["503", "429"])
def test_a_503_or_429_is_met_with_patience(controller, kind, match):
    controller.inject(kind, count=2, match=match)
    assert run(controller)["changed"]
    assert controller.pending() == 0
    assert not run(controller)["changed"]


def test_every_fault_that_the_controller_can_be_told_to_have_is_met_here():
    text = Path(__file__).read_text()
    assert [kind for kind in inject.KINDS if f'"{kind}"' not in text] == []


def test_a_controller_that_does_not_let_anybody_in_is_left_for_the_next_one(controller):
    # The same server, named twice, stands for the second controller.
    controller.inject("cut_before", match={"method": "POST", "path": "/api/aaaLogin"})
    assert run(controller, host=["127.0.0.1", "127.0.0.1"])["changed"]
    assert controller.pending() == 0


@pytest.mark.parametrize("match", [GET, POST])
@pytest.mark.parametrize("kind", ["expire", "401"])
def test_a_token_that_expires_in_the_middle_is_renewed(controller, kind, match):
    controller.inject(kind, match=match)
    assert run(controller)["requests"]["login"] == 2
    assert not run(controller)["changed"]


@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "truncate", "slow", "502"])
def test_a_controller_that_breaks_off_while_it_is_read_is_asked_again(controller, kind):
    controller.inject(kind, seconds=8, match=GET)
    assert run(controller, timeout=5)["changed"]
    assert not run(controller)["changed"]


@pytest.mark.parametrize("kind", ["cut_before", "502", "504"])
def test_a_post_that_was_cut_before_it_took_is_nothing_written_and_the_next_run_finishes(controller, kind):
    controller.inject(kind, match=POST)
    with pytest.raises(ModuleFailed) as error:
        run(controller)
    assert str(error.value).startswith("The connection to 127.0.0.1 was cut during the POST: ")
    assert str(error.value).endswith(". Read again: nothing was written. Run again.")
    assert not written(controller)
    assert run(controller)["changed"]
    assert not run(controller)["changed"]


@pytest.mark.parametrize("kind", ["cut_after", "truncate"])
def test_a_post_that_was_cut_after_it_took_is_everything_written(controller, kind):
    controller.inject(kind, match=POST)
    result = run(controller)
    assert result["changed"]
    assert "Read again: everything is as wanted." in json.dumps(result["warnings"])
    assert not run(controller)["changed"]


def test_a_post_whose_answer_does_not_come_is_looked_after(controller, monkeypatch):
    # The lab's server carries it out when it wakes up, which is while we look again.
    monkeypatch.setattr(apply, "SETTLE", (1.0, 1.0, 2.0))
    controller.inject("slow", seconds=6, match=POST)
    assert run(controller, timeout=5)["changed"]
    assert not run(controller)["changed"]


def test_taking_away_through_a_cut_ends_as_clean(controller):
    run(controller)
    controller.inject("cut_after", match=POST)
    assert run(controller, state="absent")["changed"]
    assert not written(controller)
    assert not run(controller, state="absent")["changed"]


def test_a_body_that_is_too_large_is_one_error_and_nothing_is_written(controller):
    controller.inject("413", match=POST)
    with pytest.raises(ModuleFailed, match="does not take a document of"):
        run(controller)
    assert not written(controller)


def test_a_fault_that_comes_late_is_waited_for_and_reported(controller):
    fault = {"dn": f"{L3OUT}/fault-F0467", "code": "F0467", "severity": "minor", "descr": "encapsulation in use"}
    controller.inject("fault", fault=fault, seconds=1.5, match=POST)
    result = run(controller, wait_for_faults=20)
    assert result["faults"] == [
        {
            "dn": fault["dn"],
            "code": "F0467",
            "severity": "minor",
            "description": "encapsulation in use",
            "acknowledged": False,
        }
    ]
    assert result["deployment"]["ended"] == "faults"
    assert result["deployment"]["waited"] < 10


def test_an_issue_that_an_object_states_itself_is_reported_as_well(controller):
    run(controller)
    controller.issues({f"{L3OUT}/lnodep-k8s-prod": "node-path-misconfig"})
    result = run(controller, description="changed", wait_for_faults=20)
    assert [(fault["dn"], fault["code"], fault["description"]) for fault in result["faults"]] == [
        (f"{L3OUT}/lnodep-k8s-prod", "configIssues", "node-path-misconfig")
    ]


def test_the_wait_ends_when_the_leaves_have_the_peers(controller):
    peers = [
        {
            "bgpPeer": {
                "attributes": {"dn": f"topology/pod-1/node-{leaf}/sys/bgp/inst/dom-k8s:prod/peer-[192.168.2.0/24]"}
            }
        }
        for leaf in (101, 102, 103, 104)
    ]
    controller.operational(peers)
    assert run(controller, wait_for_faults=20)["deployment"]["ended"] == "deployed"


def test_a_certificate_of_another_authority_is_refused(controller, tmp_path, monkeypatch):
    with start_apic(tmp_path / "other") as other:
        monkeypatch.setenv("SSL_CERT_FILE", other.ca)
        with pytest.raises(ModuleFailed) as error:
            run(controller)
    assert "CERTIFICATE_VERIFY_FAILED" in str(error.value)
    assert controller.requests() == {}


def test_what_another_tool_owns_is_not_touched_unless_told(controller):
    theirs = {
        "bgpCtxPol": {"attributes": {"name": "k8s-prod", "annotation": "orchestrator:terraform", "holdIntvl": "90"}}
    }
    controller.post("uni/tn-k8s", theirs)
    with pytest.raises(ModuleFailed) as error:
        run(controller)
    assert str(error.value) == (
        "Nothing was written: uni/tn-k8s/bgpCtxP-k8s-prod is there already, made by orchestrator:terraform."
        " With `adopt: true` this collection takes over these objects; look at them first."
    )
    assert not written(controller)
    assert run(controller, adopt=True)["changed"]
    assert not run(controller)["changed"]


@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "expire", "503", "413"])
def test_no_mishap_brings_a_secret_to_light(controller, kind):
    controller.inject(kind, match=POST)
    try:
        said = run(controller)
    except ModuleFailed as error:
        said = error.result
    log = (Path(controller.ca).parent / "apic.log").read_text()
    for secret in (*SECRETS.values(), controller.password):
        assert secret not in json.dumps(said)
        assert secret not in log


# -- several at once, more than the controller takes, and cisco.aci's connection ------------------------------


def playbook(directory, controller, tasks, inventory="localhost,", **play):
    """The finished process of a play with these tasks."""
    file = directory / "play.yml"
    file.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, **play, "tasks": tasks}]))
    command = [Path(sys.executable).parent / "ansible-playbook", "-i", inventory, "-vv", "--diff", file]
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": str(directory),
        "SSL_CERT_FILE": controller.ca,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
    }
    return subprocess.run(
        [str(part) for part in command], cwd=directory, env=environment, capture_output=True, text=True, timeout=240
    )


def cluster(name, vlan):
    description = yaml.safe_load((GOLDEN / "floating-ipv4" / "l3out.yml").read_text())
    access = {**description["access"], "vlans": [{"from": vlan, "to": vlan}]}
    return {**description, "name": name, "cluster": name, "access": access}


def test_clusters_in_parallel_never_undo_one_another_and_the_last_one_cleans_up(controller, tmp_path):
    before = json.dumps(controller.tree(), sort_keys=True).count('"attributes"')
    names = ["a", "b", "c", "d"]
    base = options(controller)
    arguments = {name: {**base, **cluster(name, 320 + number)} for number, name in enumerate(names)}
    (tmp_path / "hosts.yml").write_text(
        yaml.safe_dump({"all": {"hosts": {name: {"l3out": arguments[name]} for name in names}}})
    )

    def play(**more):
        task = {"kubefabric.bgp.aci_l3out": "{{ l3out | combine(change) }}", "vars": {"change": more}}
        done = playbook(tmp_path, controller, [task], str(tmp_path / "hosts.yml"), connection="local", strategy="free")
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    controller.inject("throttle", count=len(names))
    controller.inject("503", count=len(names), match=POST)
    play()
    assert controller.pending() == 0
    for name in names:
        assert not run(controller, **cluster(name, 320 + names.index(name)))["changed"], name
    run(controller, **cluster("a", 320), state="absent")
    for name in names[1:]:
        assert not run(controller, **cluster(name, 320 + names.index(name)))["changed"], name
    play(state="absent")
    assert json.dumps(controller.tree(), sort_keys=True).count('"attributes"') == before


def over_httpapi(controller, directory, plugin="cisco.aci.aci"):
    """The finished play with the module over cisco.aci's connection plugin, or over ours."""
    arguments = {key: value for key, value in options(controller).items() if key not in ("host", "port", "username")}
    arguments.pop("password")
    variables = {
        "ansible_host": controller.host,
        "ansible_user": controller.username,
        "ansible_password": controller.password,
        "ansible_httpapi_port": controller.port,
        "ansible_httpapi_use_ssl": True,
        "ansible_httpapi_validate_certs": True,
        "ansible_network_os": plugin,
        "ansible_httpapi_use_proxy": False,
    }
    task = {"kubefabric.bgp.aci_l3out": arguments}
    return playbook(directory, controller, [task], "apic,", connection="ansible.netcommon.httpapi", vars=variables)


@pytest.mark.parametrize(
    ("kind", "match"), [("expire", POST), ("401", GET), ("503", GET), ("cut_after", GET), ("cut_after", POST)]
)
def test_ciscos_own_connection_comes_through_as_well(controller, tmp_path, kind, match):
    controller.inject(kind, match=match)
    done = over_httpapi(controller, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert written(controller)
    assert controller.pending() == 0
    assert [secret for secret in (*SECRETS.values(), controller.password) if secret in done.stdout + done.stderr] == []


def test_a_login_of_ciscos_own_connection_that_is_throttled_ends_the_run_and_the_next_one_finishes(
    controller, tmp_path
):
    controller.inject("throttle")
    done = over_httpapi(controller, tmp_path)
    assert done.returncode != 0
    assert "No APIC can be reached. the inventory's httpapi connection: " in done.stdout
    assert not written(controller)
    assert over_httpapi(controller, tmp_path).returncode == 0
    assert written(controller)


@pytest.mark.parametrize(("kind", "match"), [("throttle", None), ("expire", POST), ("503", GET)])
def test_our_connection_waits_for_logins_and_is_ciscos_otherwise(controller, tmp_path, kind, match):
    controller.inject(kind, count=2 if kind == "throttle" else 1, **({"match": match} if match else {}))
    done = over_httpapi(controller, tmp_path, "kubefabric.bgp.apic")
    assert done.returncode == 0, done.stdout + done.stderr
    assert written(controller)
    assert controller.pending() == 0


@pytest.mark.parametrize(
    ("kind", "said"), [("throttle", "HTTP 503, Service Temporarily Unavailable"), ("502", "HTTP 502, Bad Gateway")]
)
def test_our_connection_gives_up_a_login_with_the_servers_words(controller, tmp_path, kind, said):
    controller.inject(kind, retry_after=3600, count=2, match={"method": "POST", "path": "/api/aaaLogin"})
    done = over_httpapi(controller, tmp_path, "kubefabric.bgp.apic")
    assert done.returncode != 0
    expected = f"No APIC can be reached. the inventory's httpapi connection: accepts no login at the moment ({said})"
    assert expected in " ".join(done.stdout.split()), done.stdout
    assert not written(controller)
    assert over_httpapi(controller, tmp_path, "kubefabric.bgp.apic").returncode == 0
