"""The collection's playbooks on the example inventory, with the lab's controller in it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import yaml

from tests.apic import configured
from tests.programs import ROOT, ansible_playbook


class Site:
    """The example inventory with the lab's controller in it."""

    def __init__(self, directory: Path, controller) -> None:
        self.directory, self.controller = directory, controller
        shutil.copytree(ROOT / "inventory", directory / "inventory")
        where = {"hosts": ["127.0.0.77", controller.host], "port": controller.port, "password": controller.password}
        (directory / "lab.yml").write_text(yaml.safe_dump({"kubefabric_apic": where, "aci_l3out_wait_for_faults": 0}))

    def run(self, name: str, *arguments: str, **variables: object) -> subprocess.CompletedProcess:
        """The finished run of one of the collection's playbooks."""
        return self.run_file(f"kubefabric.bgp.{name}", *arguments, **variables)

    def run_file(self, name: str, *arguments: str, **variables: object) -> subprocess.CompletedProcess:
        """The finished run of a playbook by its file's name, or its own."""
        extra = yaml.safe_dump(variables, default_flow_style=True, width=1000).strip()
        command = [name, "-i", "inventory", "-e", "@lab.yml", "-e", extra, *arguments]
        return ansible_playbook(*command, cwd=self.directory, SSL_CERT_FILE=self.controller.ca, no_proxy="*")

    def succeed(self, name: str, *arguments: str, **variables: object) -> str:
        done = self.run(name, *arguments, **variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return " ".join(done.stdout.split())

    def fail(self, name: str, *arguments: str, **variables: object) -> str:
        done = self.run(name, *arguments, **variables)
        assert done.returncode != 0, done.stdout
        return " ".join(done.stdout.split())

    def write(self, name: str, content: dict) -> None:
        """A file of the inventory, in YAML."""
        (self.directory / "inventory" / name).write_text(yaml.safe_dump(content))

    def read(self, name: str) -> dict:
        """A file of the inventory."""
        return yaml.safe_load((self.directory / "inventory" / name).read_text())

    def add_cluster(self, name: str, **l3out: object) -> None:
        """One more cluster like the first, with one node in rack1 and networks of its own."""
        hosts = self.read("hosts.yml")
        number = len(hosts["clusters"]["hosts"])
        hosts["clusters"]["hosts"][name] = dict(next(iter(hosts["clusters"]["hosts"].values())))
        hosts[f"{name.replace('-', '_')}_nodes"] = {"hosts": {f"{name}-node1": {"rack": "rack1"}}}
        self.write("hosts.yml", hosts)
        cluster = self.read("host_vars/k8s-prod.yml")["kubefabric_cluster"]
        networks = {"node": [f"172.16.{number}.0/24"], "pod": [f"10.{100 + number}.0.0/16"]}
        cluster["networks"] = {**networks, "service": [f"172.20.{number}.0/24"]}
        cluster["l3out"] = {**cluster["l3out"], "name": name, "vlan": 310 + number, **l3out}
        cluster["l3out"].pop("leaves", None)  # addresses in the first cluster's network
        self.write(f"host_vars/{name}.yml", {"kubefabric_cluster": cluster})


def configuration(controller) -> set[str]:
    """Distinguished names of everything that is configured, but for the snapshots' own policies."""
    return {dn for dn in configured(controller.tree()) if "/fabric/config" not in dn}
