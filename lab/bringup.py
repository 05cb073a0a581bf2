"""``lab up`` and ``lab down``: the steps, in order, each of which finds what is there already.

plan → topology → APIC, seeded once → namespaces → leaves → control planes → files for Ansible.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import yaml

from lab import own_secrets, private, rehearsal, seeding
from lab.context import Lab, process_id, process_names, start_process, stop_process, wait_for
from lab.fabric.controller import TOKEN, Controller, Unreachable
from lab.fabric_description import load
from lab.hosts import links, machines, nodes, switching
from lab.topology import Topology, from_documents, from_state
from lab.words import counted

ROOT = Path(__file__).resolve().parent.parent
Secrets = Literal["own", "example", "given"]
Report = Callable[[str], None]


class Failed(RuntimeError):
    """A step could not be done; the message says which and why."""


def up(
    lab: Lab,
    inventory: Path,
    plans: Path | None,
    report: Report,
    *,
    control_plane: bool = True,
    boot: tuple[str, ...] = (),
    described: Path | None = None,
    secrets: Secrets = "example",
) -> Topology:
    """Bring the whole lab to the inventory; quick where nothing is to be done. Raises Failed with a reason.

    ``boot``: nodes that are to be real systems, as ``lab.hosts.machines.parse`` reads them. ``described``: the file
    that says what the fabric has; without one it is made up from the plans. ``secrets``: whose they are. ``own``: the
    lab's, its ``/lab`` asks for a token, and the clusters' passwords have stand-ins; ``example``: the lab's, which the
    example inventory asks for; ``given``: the inventory's and $APIC_PASSWORD.
    """
    rehearsal.forget(lab)
    there = load.read(described) if described else None
    files = plan_files(plans) if plans else plan_files(plan(lab, inventory, report))
    documents = [yaml.safe_load(path.read_text()) for path in files]
    topology = from_documents(documents)
    found = rehearsal.fabric(topology, documents, there, str(described or ""))
    topology = rehearsal.cabled(topology, found)
    stacks = machines.parse(topology, boot)
    lab.write_state("topology", topology.to_state())
    _arrange_secrets(lab, inventory, secrets)
    rehearsal.note(lab, found)
    apic(lab, seeding.seed(found.description, whole=described is not None), report)
    report(f"racks: {counted(len(topology.leaves), 'leaf')}, {counted(len(topology.nodes), 'node')}")
    switching.up(lab)
    nodes.remove_others(lab, topology)
    nodes.up(lab, topology)
    fabric(lab, topology, report)
    machines.up(lab, topology, stacks, report)
    if control_plane:
        from lab import cluster

        cluster.up(lab, topology, report)
    write_ansible_files(lab)
    return topology


def _arrange_secrets(lab: Lab, inventory: Path, secrets: Secrets) -> None:
    if secrets == "own":
        own_secrets.of_its_own(lab, inventory)
    elif secrets == "given":
        own_secrets.given(lab)
    else:
        own_secrets.of_the_example(lab)


def down(lab: Lab, report: Report) -> None:
    """End and delete everything that belongs to the lab: processes, namespaces, files."""
    if lab.read_state("cluster"):
        from lab import cluster

        report("control planes end")
        cluster.down(lab)
    report("leaves and controller end")
    stop_process(lab, "fabric")
    for name in process_names(lab):
        stop_process(lab, name)
    for name in links.namespaces(lab.namespace("")):
        links.delete_namespace(name)
    _remove_tree(lab)


def _remove_tree(lab: Lab) -> None:
    shutil.rmtree(lab.directory, ignore_errors=True)
    if lab.directory.parent.is_dir() and not any(lab.directory.parent.iterdir()):
        lab.directory.parent.rmdir()


# -- plan ---------------------------------------------------------------------------------------------


def plan_files(directory: Path) -> list[Path]:
    """The clusters' plans in a directory. Raises Failed if there is none."""
    files = sorted(directory.glob("*/plan.yml"))
    if not files:
        raise Failed(
            f"no <cluster>/plan.yml in {directory}: run the playbook kubefabric.bgp.plan, or leave --plans away"
        )
    return files


def plan(lab: Lab, inventory: Path, report: Report) -> Path:
    """Run the plan playbook on the inventory unless nothing changed since; where the plans are."""
    output = lab.directory / "plans"
    if not inventory.exists():
        raise Failed(f"inventory {inventory} does not exist")
    if output.is_dir() and lab.read_state("plan").get("inputs") == _fingerprint(inventory):
        return output
    report(f"plan: {inventory}")
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "kubefabric.bgp.plan", "-i", str(inventory)]
    command += ["-e", f"kubefabric_output_dir={output}"]
    environment = {
        **os.environ,
        "KUBEFABRIC_BGP_PASSWORD": own_secrets.bgp_password(lab),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "ANSIBLE_NOCOLOR": "1",
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"the inventory cannot be planned:\n{done.stdout.strip()}\n{done.stderr.strip()}".rstrip())
    lab.write_state("plan", {"inputs": _fingerprint(inventory)})
    return output


def _collection() -> list[Path]:
    """What of the checkout is the collection: everything that galaxy.yml does not leave out of a release."""
    left_out = yaml.safe_load((ROOT / "galaxy.yml").read_text())["build_ignore"]
    return [
        path
        for path in sorted(ROOT.iterdir())
        if not path.name.startswith(".") and not any(fnmatch.fnmatch(path.name, pattern) for pattern in left_out)
    ]


def _fingerprint(inventory: Path) -> str:
    """A digest of the inventory and of the collection: the plan is a pure function of both."""
    places = [inventory if inventory.is_dir() else inventory.parent, *_collection()]
    digest = hashlib.sha256(str(inventory.resolve()).encode())
    for place in places:
        files = [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file())
        for path in files:
            if path.suffix != ".pyc":
                digest.update(f"{path}\0".encode() + path.read_bytes())
    return digest.hexdigest()


# -- controller ---------------------------------------------------------------------------------------


def apic(lab: Lab, wanted: seeding.Seed, report: Report) -> None:
    """Start the controller's API, wait for it, and give it what the fabric has."""
    state = lab.read_state("apic")
    port = state.get("port") or _free_port()
    directory = lab.directory / "apic"
    state = {**state, "port": port, "url": f"https://127.0.0.1:{port}", "ca": str(directory / "ca.pem")}
    if process_id(lab, "apic") is None:
        report(f"APIC: {state['url']}")
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        command = [sys.executable, "-m", "lab.apic", "--port", str(port), "--tls-directory", str(directory)]
        command += ["--state", str(directory / "state.json")]
        command += ["--token-file", str(directory / TOKEN)] if (directory / TOKEN).exists() else []
        start_process(lab, "apic", command, environment={"APIC_PASSWORD": own_secrets.password(lab)}, directory=ROOT)
    lab.write_state("apic", state)
    wait_for(lambda: _answers(lab, state), f"the APIC (see {lab.directory}/logs/apic.log)", timeout=60)
    if state.get("seed") != wanted.digest:
        report("APIC: what the fabric has")
        before = state.get("seeded", [])
        seeding.bring(state["url"], Path(state["ca"]), own_secrets.password(lab), wanted, before)
        seeded = wanted.names if wanted.whole else sorted({*before, *wanted.names})
        lab.write_state("apic", {**state, "seed": wanted.digest, "seeded": seeded})


def _answers(lab: Lab, state: dict) -> bool:
    if process_id(lab, "apic") is None:
        log = lab.file("logs", "apic.log").read_text().strip()[-800:]
        raise Failed(f"the APIC ended: {log}")
    if not Path(state["ca"]).exists():
        return False
    try:
        return Controller(state["url"], Path(state["ca"])).revision(-1, 0) >= 0
    except Unreachable:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# -- leaves -------------------------------------------------------------------------------------------


def fabric(lab: Lab, topology: Topology, report: Report) -> None:
    """Start the agent that plays the leaves and wait until it has told the controller about them."""
    if process_id(lab, "fabric") is None:
        report("leaves: " + ", ".join(str(leaf) for leaf in sorted(topology.leaves)))
        lab.write_state("fabric", {})
        start_process(lab, "fabric", [sys.executable, "-m", "lab.fabric", "--lab", lab.name], directory=ROOT)
    wanted = {str(leaf) for leaf in topology.leaves}
    wait_for(
        lambda: _reported(lab, wanted), f"the leaves (see {lab.directory}/logs/fabric.log)", timeout=60, interval=0.1
    )


def _reported(lab: Lab, wanted: set[str]) -> bool:
    if process_id(lab, "fabric") is None:
        raise Failed(f"the leaves' agent ended: {lab.file('logs', 'fabric.log').read_text().strip()[-800:]}")
    return set(lab.read_state("fabric").get("leaves", ())) == wanted


# -- files for Ansible --------------------------------------------------------------------------------


def write_ansible_files(lab: Lab) -> None:
    """``vars.yml`` for ``ansible-playbook -e @…`` and ``environment`` to source."""
    state = lab.read_state("apic")
    variables = {
        "kubefabric_apic": {
            "hosts": ["127.0.0.1"],
            "port": state["port"],
            "username": "admin",
            "password": own_secrets.password(lab),
            "validate_certs": True,
        },
        "kubefabric_kubeconfig": str(lab.directory / "{{ inventory_hostname }}.kubeconfig"),
        "kubefabric_context": "",  # the only one
    }
    private.write(lab.file("vars.yml"), yaml.safe_dump(variables, sort_keys=False))
    exports = {
        "SSL_CERT_FILE": state["ca"],
        "APIC_PASSWORD": own_secrets.password(lab),
        "KUBEFABRIC_BGP_PASSWORD": own_secrets.bgp_password(lab),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
    }
    second = lab.directory / own_secrets.DIRECTORY
    exports |= {"KUBEFABRIC_LAB_INVENTORY": str(second)} if second.is_dir() else {}
    private.write(
        lab.file("environment"), "".join(f"export {key}={shlex.quote(value)}\n" for key, value in exports.items())
    )


def command(lab: Lab, playbook: str, inventory: Path) -> str:
    """The shell's command that runs one of the collection's playbooks on the lab."""
    program = Path(sys.executable).with_name("ansible-playbook")
    if program.is_relative_to(Path.cwd()):
        program = program.relative_to(Path.cwd())
    second = lab.directory / own_secrets.DIRECTORY
    inventories = [inventory, *([second] if second.is_dir() else [])]
    words = [str(program), f"kubefabric.bgp.{playbook}", *(word for one in inventories for word in ("-i", str(one)))]
    return f". {shlex.quote(str(lab.directory / 'environment'))}; {shlex.join(words)} -e @{lab.directory / 'vars.yml'}"


def topology_of(lab: Lab) -> Topology:
    """The running lab's topology. Raises Failed if it is not up."""
    state = lab.read_state("topology")
    if not state:
        raise Failed(f"lab {lab.name} is not up: run `python -m lab --name {lab.name} up`")
    return from_state(state)
