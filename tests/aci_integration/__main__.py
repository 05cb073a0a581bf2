"""``python -m tests.aci_integration CHECKOUT [TARGET…]``: cisco.aci's own integration tests against the lab's APIC.

CHECKOUT is a checkout of github.com/CiscoDevNet/ansible-aci, whose modules are used too. Its tests are written for, and
run by Cisco against, real controllers: what they expect is what an APIC does. Nothing of it is part of this project.
Prints one line per target: ok, or the task at which it ended and why; then the score, and what does not pass and why
(``not_passing.yml``). ``--logs DIR`` keeps Ansible's whole output. ansible-core is installed on first use.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.aci_integration import environment, score
from tests.aci_integration.names import with_module_names
from tests.apic import Apic, start_apic

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
SETTINGS = {
    "ANSIBLE_ACTION_PLUGINS": str(HERE / "action_plugins"),
    "ANSIBLE_STDOUT_CALLBACK": "default",
    "ANSIBLE_NOCOLOR": "1",
    "ANSIBLE_LOCALHOST_WARNING": "false",
    # The same key twice in a task.
    "ANSIBLE_DUPLICATE_YAML_DICT_KEY": "ignore",
    "PYTHONPATH": str(ROOT),
}


def main() -> int:
    """Run the targets named, or all there are; 1 if one ends otherwise than ``not_passing.yml`` says."""
    parser = argparse.ArgumentParser(description="Run cisco.aci's integration tests against the lab's APIC.")
    parser.add_argument("checkout", type=Path)
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--logs", type=Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    given = parser.parse_intermixed_args()
    binaries = environment.ensure()
    with tempfile.TemporaryDirectory() as directory:
        roles = _layout(given.checkout, Path(directory))
        names = given.targets or sorted(path.name for path in roles.iterdir())
        addresses = {name: f"127.16.{number // 250}.{number % 250 + 1}" for number, name in enumerate(names)}
        run = Run(binaries, roles, Path(directory) / "runs", given.logs, addresses)
        with ThreadPoolExecutor(given.jobs) as workers:
            found = dict(zip(names, workers.map(run.report, names)))
    lines, wrong = score.summary(found, score.not_passing())
    print("\n".join(lines))
    return int(wrong)


def _layout(checkout: Path, directory: Path) -> Path:
    """The collection and its targets where they find each other, as ansible-test lays them out."""
    collection = directory / "ansible_collections" / "cisco" / "aci"
    shutil.copytree(checkout, collection, ignore=shutil.ignore_patterns(".git"))
    tests = collection / "tests" / "integration"
    (collection.parent / "integration").symlink_to(tests)
    modules = {path.stem for path in (collection / "plugins" / "modules").glob("aci_*.py")}
    for file in tests.glob("targets/*/tasks/*.yml"):
        file.write_text(with_module_names(file.read_text(), modules))
    return tests / "targets"


@dataclass(frozen=True)
class Run:
    """How targets are run: ansible-core's programs, the targets as roles, a directory to work in, one for logs.

    ``addresses``: where the controller of a target listens. It has the port 443, for connections name no other.
    """

    binaries: Path
    roles: Path
    directory: Path
    logs: Path | None
    addresses: dict[str, str]

    def report(self, name: str) -> str:
        """Why a target failed, printed as its line; empty if it did not."""
        try:
            with start_apic(self.directory / name, "--address", self.addresses[name], "--port", "443") as apic:
                apic.seed()
                done = self._play(name, apic)
            problem = "" if done.returncode == 0 else _reason(done.stdout + done.stderr)
        except (AssertionError, OSError) as error:
            problem = f"the controller did not start: {' '.join(str(error).split())[-300:]}"
        else:
            self._keep(name, done.stdout + done.stderr)
        print(f"{name}: {problem or 'ok'}", flush=True)
        return problem

    def _keep(self, name: str, output: str) -> None:
        if self.logs is not None:
            self.logs.mkdir(parents=True, exist_ok=True)
            (self.logs / f"{name}.log").write_text(output)

    def _play(self, name: str, apic: Apic) -> subprocess.CompletedProcess[str]:
        """One target as a play of its own against a controller of its own."""
        directory = self.directory / name
        host = {
            "ansible_connection": "local",
            "ansible_python_interpreter": str(self.binaries / "python"),
            "ansible_network_os": "cisco.aci.aci",
            "ansible_host": self.addresses[name],
            "aci_hostname": self.addresses[name],
            "aci_username": apic.username,
            "aci_password": apic.password,
            "aci_validate_certs": False,
            # Cisco's inventory names a user of a remote login domain; the lab has the local one.
            "aci_remote_username": f"apic:local\\{apic.username}",
        }
        inventory, playbook = directory / "inventory.json", directory / "play.yml"
        inventory.write_text(json.dumps({"aci": {"hosts": {"apic": host}}}))
        playbook.write_text(json.dumps([{"hosts": "aci", "gather_facts": False, "roles": [name]}]))
        collections = (str(self.roles.parents[5]), _collections_of_this_environment())
        variables = {
            **os.environ,
            **SETTINGS,
            "ACI_INTEGRATION_ABSENT": str(directory / "absent"),
            "ANSIBLE_HOME": str(directory / "ansible"),
            "ANSIBLE_ROLES_PATH": str(self.roles),
            "ANSIBLE_COLLECTIONS_PATH": ":".join(collections),
        }
        command = [str(self.binaries / "ansible-playbook"), "-i", str(inventory), str(playbook)]
        return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)


def _collections_of_this_environment() -> str:
    """Where ansible.netcommon and ansible.utils are, as the ``ansible`` package brought them."""
    import ansible_collections.ansible.netcommon as anchor

    return str(Path(next(iter(anchor.__path__))).parents[2])


def _reason(output: str) -> str:
    """The last task that failed and was not ignored, with what it said."""
    task, found, lines = "", "", output.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("TASK ["):
            task = line[6:].partition("]")[0].rpartition(" : ")[2]
        elif re.match(r"(?:failed|fatal): \[", line):
            end = next((n for n in range(number, len(lines)) if lines[n].endswith("}")), number)
            text = "\n".join(lines[number : end + 1])
            ignored = any(item == "...ignoring" for item in lines[end + 1 : end + 2])
            found = found if ignored else f"{task}: {_message(text)}"
    found = " ".join(found.partition("The error appears to be in")[0].split())
    return found or " ".join(line for line in lines if "ERROR" in line)[:300] or "no reason given"


def _message(text: str) -> str:
    said = [re.search(rf'"{key}": ("(?:[^"\\]|\\.)*")', text) for key in ("msg", "assertion")]
    return " | ".join(json.loads(match[1]) for match in said if match)[:400]


if __name__ == "__main__":
    sys.exit(main())
