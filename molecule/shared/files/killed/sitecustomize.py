"""For a module of Ansible that runs with this directory in PYTHONPATH: copies it to $KEEP as it came, and ends it with
SIGKILL before the step of number $KILL_AT (of those that $STEPS matches) at which it changes the host.

A step is a file below /etc or /var/lib/kubefabric that is replaced or removed, and a command that does more than ask,
once the first file was written beside its old one. Those files, and second names of the old ones, are nothing that a
host would notice.
"""

import os
import re
import shutil
import signal
import sys

BESIDE = ".kubefabric-"  # in the names of files beside the files
PLACES = ("/etc/", "/var/lib/kubefabric/")
QUESTIONS = {"show", "is-active", "is-enabled", "-j", "-Htlnie", "global", "neighbor", "--version"}
DOING = {"reload", "add", "del", "softresetout"}


def step(event: str, arguments: tuple) -> str:
    """What happens to the host, in words; "" for nothing."""
    if event == "subprocess.Popen":
        words = [word for argument in arguments[1] for word in os.fsdecode(argument).split()]
        return "" if QUESTIONS & set(words) and not DOING & set(words) else "run " + " ".join(words)
    path = str(arguments[1] if event == "os.rename" else arguments[0])
    if not path.startswith(PLACES) or BESIDE in path:
        return ""
    if event == "os.rename":
        return f"replace {path}"
    return f"remove {path}" if os.path.lexists(path) else ""


class Killer:
    """An audit hook (PEP 578)."""

    def __init__(self, at: int, steps: str) -> None:
        self.left, self.steps, self.begun = at, re.compile(steps), False

    def __call__(self, event: str, arguments: tuple) -> None:
        if event == "open":
            self.begun = self.begun or BESIDE in str(arguments[0])
        if not self.begun or event not in ("subprocess.Popen", "os.rename", "os.remove"):
            return
        what = step(event, arguments)
        if not what or not self.steps.search(what):
            return
        if self.left == 0:
            os.write(2, f"killed before: {what}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1


# taken out: they are not for the commands that the module runs
KEEP, KILL_AT, STEPS = (os.environ.pop(name, "") for name in ("KEEP", "KILL_AT", "STEPS"))
if sys.orig_argv[-1].endswith(".py"):
    if KEEP:
        shutil.copy(sys.orig_argv[-1], KEEP)
    if KILL_AT:
        sys.addaudithook(Killer(int(KILL_AT), STEPS))
