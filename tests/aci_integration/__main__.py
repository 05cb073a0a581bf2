"""``python -m tests.aci_integration CHECKOUT [TARGET…]``: cisco.aci's own integration tests against the lab's APIC.

CHECKOUT is a checkout of github.com/CiscoDevNet/ansible-aci, whose modules are used too. Its tests are written for, and
run by Cisco against, real controllers: what they expect is what an APIC does. Nothing of it is part of this project.
Prints one line per target: ok, or the task at which it ended and why. ``--logs DIR`` keeps Ansible's whole output.
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
from pathlib import Path

from tests.apic import Apic, start_apic

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
SETTINGS = {
    "ANSIBLE_ACTION_PLUGINS": str(HERE / "action_plugins"),
    "ANSIBLE_STDOUT_CALLBACK": "default",
    "ANSIBLE_NOCOLOR": "1",
    "ANSIBLE_LOCALHOST_WARNING": "false",
    # What those tests were written for: conditions that are not boolean, the same key twice in a task.
    "ANSIBLE_ALLOW_BROKEN_CONDITIONALS": "true",
    "ANSIBLE_DUPLICATE_YAML_DICT_KEY": "ignore",
    "PYTHONPATH": str(ROOT),
}
# A module by its short name, which finds no collection outside ansible-test.
SHORT_NAME = re.compile(r"^( +)(aci_\w+):(?=\s*(?:&\w+)?\s*$)", re.M)


def main() -> int:
    """Run the targets named, or all there are; 1 if one fails."""
    parser = argparse.ArgumentParser(description="Run cisco.aci's integration tests against the lab's APIC.")
    parser.add_argument("checkout", type=Path)
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--logs", type=Path)
    given = parser.parse_intermixed_args()
    with tempfile.TemporaryDirectory() as directory:
        roles = _layout(given.checkout, Path(directory))
        names = given.targets or sorted(path.name for path in roles.iterdir())
        problems = [_report(name, roles, Path(directory) / "runs" / name, given.logs) for name in names]
    print(f"{problems.count('')} of {len(names)} targets pass")
    return int(any(problems))


def _layout(checkout: Path, directory: Path) -> Path:
    """The collection and its targets where they find each other, as ansible-test lays them out."""
    collection = directory / "ansible_collections" / "cisco" / "aci"
    shutil.copytree(checkout, collection, ignore=shutil.ignore_patterns(".git"))
    tests = collection / "tests" / "integration"
    (collection.parent / "integration").symlink_to(tests)
    modules = {path.stem for path in (collection / "plugins" / "modules").glob("aci_*.py")}
    for file in tests.glob("targets/*/tasks/*.yml"):
        file.write_text(SHORT_NAME.sub(lambda match: _qualified(match, modules), file.read_text()))
    return tests / "targets"


def _qualified(match: re.Match[str], modules: set[str]) -> str:
    return f"{match[1]}cisco.aci.{match[2]}:" if match[2] in modules else match[0]


def _report(name: str, roles: Path, directory: Path, logs: Path | None) -> str:
    """Why a target failed, printed as its line; empty if it did not."""
    with start_apic(directory) as apic:
        apic.seed()
        done = _run(name, roles, directory, apic)
    if logs is not None:
        logs.mkdir(parents=True, exist_ok=True)
        (logs / f"{name}.log").write_text(done.stdout + done.stderr)
    problem = "" if done.returncode == 0 else _reason(done.stdout + done.stderr)
    print(f"{name}: {problem or 'ok'}", flush=True)
    return problem


def _run(name: str, roles: Path, directory: Path, apic: Apic) -> subprocess.CompletedProcess[str]:
    """One target as a play of its own against a controller of its own."""
    host = {
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "ansible_network_os": "cisco.aci.aci",
        "ansible_host": "127.0.0.1",
        "ansible_httpapi_port": apic.port,
        "aci_hostname": f"127.0.0.1:{apic.port}",
        "aci_username": apic.username,
        "aci_password": apic.password,
        "aci_validate_certs": False,
    }
    inventory, playbook = directory / "inventory.json", directory / "play.yml"
    inventory.write_text(json.dumps({"aci": {"hosts": {"apic": host}}}))
    playbook.write_text(json.dumps([{"hosts": "aci", "gather_facts": False, "roles": [name]}]))
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(inventory), str(playbook)]
    collections = roles.parents[5]
    environment = {
        **os.environ,
        **SETTINGS,
        "ANSIBLE_ROLES_PATH": str(roles),
        "ANSIBLE_COLLECTIONS_PATH": str(collections),
    }
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


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
    return found or " ".join(line for line in lines if "ERROR" in line)[:300] or "no reason given"


def _message(text: str) -> str:
    said = [re.search(rf'"{key}": ("(?:[^"\\]|\\.)*")', text) for key in ("msg", "assertion")]
    return " | ".join(json.loads(match[1]) for match in said if match)[:400]


if __name__ == "__main__":
    sys.exit(main())
