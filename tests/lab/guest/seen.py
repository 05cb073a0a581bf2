"""In the guest: the VRFs' sessions and routes, and what the provider's router got, as JSON.

``seen.py SECONDS < WANTED`` waits until all that is wanted is so: section → key → value, as in the answer.
"""

import json
import socket
import subprocess
import sys
import time


def ask(path: str, command: str) -> dict:
    """A daemon's answer on its vty socket: NUL ends a command, three NULs and a status end an answer (lib/vty.c)."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(20)
            connection.connect(path)
            answer = b""
            for line in ("enable", command):
                connection.sendall(line.encode() + b"\0")
                answer = b""
                while answer[-4:-1] != b"\0\0\0":
                    part = connection.recv(65536)
                    if not part:
                        return {}
                    answer += part
        return json.loads(answer[:-4])
    except (OSError, ValueError):  # it does not run, or stops just now
        return {}


def sessions() -> dict:
    """VRF → peer → state."""
    found: dict = {}
    for vrf, both in ask("/run/frr/bgpd.vty", "show bgp vrf all summary json").items():
        for family in both.values():
            for peer, known in family.get("peers", {}).items() if isinstance(family, dict) else ():
                found.setdefault(vrf, {})[peer] = known["state"]
    return found


def routes(family: str) -> dict:
    """Table → prefix → device, of the routes that BGP brought."""
    found: dict = {}
    command = ["ip", family, "-j", "-N", "route", "show", "table", "all", "proto", "186"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    for route in json.loads(done.stdout or b"[]"):
        hop = (route.get("nexthops") or [route])[0]
        found.setdefault(str(route.get("table", 254)), {})[route["dst"]] = hop.get("dev", "")
    return found


def received() -> dict:
    """Prefix → the provider's next hops."""
    found: dict = {}
    for family in ("ipv4", "ipv6"):
        table = ask("/run/provider/bgpd.vty", f"show bgp {family} unicast json")
        for prefix, paths in table.get("routes", {}).items():
            hops = [hop["ip"] for path in paths for hop in path["nexthops"] if hop.get("scope") != "link-local"]
            found[prefix] = sorted(hops)
    return found


def seen() -> dict:
    return {"sessions": sessions(), "ipv4": routes("-4"), "ipv6": routes("-6"), "received": received()}


def main() -> None:
    wanted, deadline = json.load(sys.stdin), time.monotonic() + float(sys.argv[1])
    while True:
        begun = time.monotonic()
        found = seen()
        ready = all(found[section].get(key) == value for section, keys in wanted.items() for key, value in keys.items())
        if ready or time.monotonic() > deadline:
            break
        # Of an emulated processor a look takes most; what is waited for needs it, too.
        time.sleep(max(0.5, 3 * (time.monotonic() - begun)))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
