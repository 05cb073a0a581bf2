"""What acc-provision 6.1 does for Calico: provision twice, list what is there, remove it; then nothing is left."""

import subprocess
import sys
import tempfile
from pathlib import Path

import requests
import urllib3
import yaml

urllib3.disable_warnings()
FLAVOR = "calico-3.26.3"
L3OUT = "calico-l3out"


def config(host: str) -> dict:
    """A floating L3Out on two leaves, for acc-provision's flavor of Calico."""
    aci = {
        "apic_hosts": [host],
        "vrf": {"name": "prod", "tenant": "k8s"},
        "cluster_l3out": {
            "name": L3OUT,
            "aep": "nodes",
            "svi": {
                "type": "floating",
                "floating_ip": "10.9.0.250/24",
                "secondary_ip": "10.9.0.254/24",
                "vlan_id": 313,
                "mtu": 9000,
            },
            "bgp": {
                "secret": "Secret.1",
                "peering": {"prefixes": 500, "remote_as_number": 64512, "aci_as_number": 65002},
            },
        },
        "l3out": {"name": "core", "external_networks": ["internet"]},
    }
    leaves = [{"id": 101, "local_ip": "10.9.0.251"}, {"id": 102, "local_ip": "10.9.0.252"}]
    rack = {"id": 1, "aci_pod_id": 1, "leaf": leaves, "node": [{"name": "node1"}, {"name": "node2"}]}
    nets = {
        "node_subnet": "10.9.0.0/24",
        "pod_subnet": "10.10.0.0/16",
        "extern_dynamic": "10.11.0.0/16",
        "cluster_svc_subnet": "10.96.0.0/12",
    }
    return {"aci_config": aci, "topology": {"rack": [rack]}, "calico_config": {"net_config": {}}, "net_config": nets}


def prepare(session: requests.Session, url: str) -> None:
    """What acc-provision wants to be there: an AAEP, and an L3Out with an external EPG in the VRF."""
    xml = (
        '<polUni><infraInfra><infraAttEntityP name="nodes"/></infraInfra><fvTenant name="k8s"><l3extOut name="core">'
        '<l3extRsEctx tnFvCtxName="prod"/><l3extInstP name="internet"/><l3extLNodeP name="core"/></l3extOut>'
        "</fvTenant></polUni>"
    )
    answer = session.post(f"{url}/api/mo/uni.xml", data=xml)
    assert answer.ok, answer.text


def run(directory: Path, password: str, *options: str) -> str:
    """acc-provision's own command; what it prints."""
    program = Path(sys.executable).with_name("acc-provision")
    command = [program, "-c", directory / "input.yaml", "-o", directory / "out.yaml", "-f", FLAVOR]
    command += ["-z", directory / "out.tar.gz", "-u", "admin", "-p", password, *options]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0 and "ERR" not in said and "Error" not in said, said
    return said


def main(url: str, password: str) -> None:
    """Provision, look, provision again, remove; an assertion fails where the controller does not do as expected."""
    session = requests.Session()
    session.verify, session.trust_env = False, False
    login = {"aaaUser": {"attributes": {"name": "admin", "pwd": password}}}
    assert session.post(f"{url}/api/aaaLogin.json", json=login).ok

    def names(cls: str) -> set[str]:
        found = session.get(f"{url}/api/class/{cls}.json").json()["imdata"]
        return {item[cls]["attributes"]["name"] for item in found}

    prepare(session, url)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "input.yaml").write_text(yaml.safe_dump(config(url.partition("://")[2])))
        for _ in range(2):
            run(directory, password, "-a")
        assert L3OUT in names("l3extOut")
        peers = session.get(f"{url}/api/class/bgpPeerP.json").json()["imdata"]
        assert {item["bgpPeerP"]["attributes"]["addr"] for item in peers} == {"10.9.0.0/24"}, peers
        run(directory, password, "-d")
    assert L3OUT not in names("l3extOut")
    assert f"{L3OUT}-L3-dom" not in names("l3extDomP")


if __name__ == "__main__":
    main(*sys.argv[1:3])
