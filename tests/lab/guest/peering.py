"""In the guest: node_peering's engine with the options on standard input; its result, or what it fails with."""

import json
import subprocess
import sys

sys.path.insert(0, "/usr/lib/kubefabric")

from kubefabric_bgp.module_utils.node import apply
from kubefabric_bgp.module_utils.node.host import Host
from kubefabric_bgp.module_utils.node.speaker import NodeError


def run(command: list) -> tuple:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


try:
    print(json.dumps(apply.bring(Host(run), json.load(sys.stdin), False)))
except NodeError as error:
    sys.exit(str(error))
