"""lab.cluster.container: a container's file system, really made where that is allowed."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from lab.cluster.container import Container, command, script
from lab.cluster.programs import COMPANION
from lab.cluster.volumes import Mount

root = pytest.mark.skipif(os.geteuid() != 0, reason="mount namespaces need root")


ALONE = Container(Path("/run/x"), "node1", Path("/bin/true"), "/usr/local/bin/kube-router")


def test_the_agent_is_one_process_that_dies_with_its_parent():
    line = command("kf-demo-node-a-n1", Path("/run/x/a.sh"), ALONE, ["/usr/local/bin/kube-router", "--v=1"])
    assert line[:3] == ["setpriv", "--pdeathsig", "KILL"]
    assert "--net=/run/netns/kf-demo-node-a-n1" in line
    assert line[-4:] == ["sh", "/run/x/a.sh", "/usr/local/bin/kube-router", "--v=1"]


def test_a_companion_is_the_first_process_of_a_process_namespace_and_gets_the_agents_command_line():
    made = replace(ALONE, companion=Path("/src/frr.py"))
    line = command("kf-demo-node-a-n1", Path("/run/x/a.sh"), made, ["/frr-k8s", "--node-name=n1"])
    assert "--pid --fork --kill-child" in " ".join(line)
    assert line[-6:] == ["sh", "/run/x/a.sh", "/usr/bin/python3", COMPANION, "/frr-k8s", "--node-name=n1"]


def inside(tmp_path: Path, line: str, *mounts: Mount) -> str:
    """What a shell prints in a container (in the machine's own network: only the file system is looked at)."""
    layer = tmp_path / "container"
    layer.mkdir()
    file = tmp_path / "a.sh"
    file.write_text(script(Container(layer, "node1", Path("/bin/true"), "/usr/local/bin/kube-router", mounts)))
    unshare = ["unshare", "--mount", "--uts", "--propagation", "private", "sh", str(file), "sh", "-c", line]
    done = subprocess.run(unshare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@root
def test_a_container_has_its_nodes_name_and_the_machine_keeps_its_own(tmp_path):
    before = os.uname().nodename
    assert inside(tmp_path, "uname -n").strip() == "node1"
    assert os.uname().nodename == before


@root
def test_nothing_that_a_container_writes_reaches_the_machine(tmp_path):
    mark = f"/etc/kubefabric-test-{os.getpid()}"
    assert inside(tmp_path, f"echo x > {mark}; echo y > /run/lock-of-mine; cat {mark}").strip() == "x"
    assert not Path(mark).exists()
    assert not Path("/run/lock-of-mine").exists()


@root
def test_volumes_are_where_the_pod_wants_them_also_behind_links(tmp_path):
    token, conf = tmp_path / "secrets", tmp_path / "conf"
    token.mkdir()
    (token / "token").write_text("abc")
    conf.write_text("{}")
    where = "/var/run/secrets/kubernetes.io/serviceaccount"
    mounts = [Mount(token, where, True), Mount(conf, "/etc/cni/net.d/10.conf")]
    printed = inside(tmp_path, f"cat {where}/token /etc/cni/net.d/10.conf; touch {where}/x 2>&1 || true", *mounts)
    assert printed.startswith("abc{}")
    assert "Read-only file system" in printed


@root
def test_a_container_cannot_load_kernel_modules_by_modprobe(tmp_path):
    assert inside(tmp_path, "readlink $(command -v modprobe); modprobe no-such-module").strip() == "/bin/true"
