"""Runs on the host: a module is killed before each of its steps, and each time the next run has to bring the host back.

``everywhere.py DIRECTORY TO CONFIGURATION SERVICE STEPS``: DIRECTORY has the modules as sitecustomize.py kept them:
TO.py, which is killed before each of the STEPS (a regular expression), wanted.py, and look.py,
which waits for the sessions. With the argument ``keep`` at the end no session may start again. Prints as JSON where it
was killed and what was wrong then.
"""

import hashlib
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

LATE = 2  # seconds that "up since" may differ by: what speakers tell is rounded


def run(module: Path, **environment: str) -> subprocess.CompletedProcess:
    """Run one of the modules as Ansible does."""
    command = [sys.executable, str(module)]
    settings = {**os.environ, "PYTHONPATH": str(module.parent), **environment}
    return subprocess.run(command, env=settings, capture_output=True, text=True, check=False)


def result(done: subprocess.CompletedProcess) -> dict:
    """What a module that ended returned."""
    found = re.search(r"(?s)\{.*\}", done.stdout)
    return json.loads(found.group(0)) if found else {"failed": True, "msg": done.stdout + done.stderr}


def said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def state(configuration: str, service: str) -> dict:
    """Everything about the host that has to be as before."""
    listed = json.loads(said("ip", "-j", "address", "show", "dev", "lo"))
    names = ["-name", ".*.kubefabric-*", "-o", "-name", "node_peering.journal"]
    return {
        "configuration": hashlib.sha256(Path(configuration).read_bytes()).hexdigest(),
        "files": said("find", "/etc", "-name", "*kubefabric*", "-type", "f"),
        "left over": said("find", "/etc", "/var/lib/kubefabric", *names),
        "addresses": sorted(entry["local"] for entry in listed[0]["addr_info"]),
        "service": [said("systemctl", question, service) for question in ("is-active", "is-enabled")],
    }


def since(directory: Path) -> dict:
    """Peer → since when its session is up; all of them, after a wait for those that look.py expects."""
    found = result(run(directory / "look.py"))
    if found.get("missing", True):
        return {}
    return {item["peer"]: time.time() - item["uptime"] for item in found["sessions"] if item["uptime"] is not None}


def wrong(before: tuple, after: tuple, keep: bool) -> list:
    """What is not as it has to be, in words."""
    found = [f"{key}: {after[0][key]}, not {was}" for key, was in before[0].items() if after[0][key] != was]
    gone = sorted(set(before[1]) - set(after[1]))
    again = [peer for peer in set(before[1]) & set(after[1]) if after[1][peer] - before[1][peer] > LATE]
    return found + [f"{peer} is gone" for peer in gone] + [f"{peer} started again" for peer in again if keep]


def main(directory: Path, to: str, configuration: str, service: str, steps: str, keep: bool) -> int:
    before, killed, found = (state(configuration, service), since(directory)), [], []
    for step in itertools.count():
        done = run(directory / f"{to}.py", KILL_AT=str(step), STEPS=steps)
        if done.returncode != -signal.SIGKILL:
            found += [f"the run that was left alone: {result(done)}"] if result(done).get("failed") else []
            break
        killed.append(done.stderr.strip().rpartition("killed before: ")[2])
        again = result(run(directory / "wanted.py"))
        after = (state(configuration, service), since(directory))
        problems = [again["msg"]] if again.get("failed") else wrong(before, after, keep)
        found += [f"killed before {killed[-1]}: {problem}" for problem in problems]
    found += [again["msg"] for again in [result(run(directory / "wanted.py"))] if again.get("failed")]
    found += wrong(before, (state(configuration, service), since(directory)), keep)
    print(json.dumps({"killed": killed, "wrong": found}, indent=1))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:6], keep="keep" in sys.argv[6:]))
