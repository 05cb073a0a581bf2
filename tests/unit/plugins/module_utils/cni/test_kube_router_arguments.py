"""Further arguments of kube-router, compared with what its own command line takes and does (pkg/options/options.go)."""

from __future__ import annotations

import subprocess

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.kube_router.extra import complaints, doubtful
from tests import kubernetes_api

EXTRA_ARGUMENTS = {
    # harmless ones, in every form that pflag reads
    "--ipvs-sync-period=1m": None,
    "--ipvs-sync-period 1m30s": None,
    "--masquerade-all": None,
    "--masquerade-all=T": None,
    "-v=3": None,
    "-v3": None,
    "-v 3": None,
    "--nodes-full-mesh=true": None,
    "--bgp-port=179": None,
    "--hostname-override=$(NODE_NAME)": None,
    "--router-id=generate": None,
    "--metrics-addr=127.0.0.1": None,
    "--health-addr=0.0.0.0": None,
    "--excluded-cidrs=10.0.0.0/8,2001:db8::/32": None,
    "--service-node-port-range=30000:32767": None,
    "--overlay-encap=fou": None,
    "--peer-router-multihop-ttl=2": None,
    "--master=https://192.0.2.10:6443": None,
    "--excluded-cidrs=": None,
    "--bgp-port=0xb3": None,
    "--bgp-port=0263": None,
    "--gobgp-admin-port=0b1100_0011_0101_0000": None,
    "--v=-1": None,
    "--v=2147483647": None,
    "--ipvs-sync-period=.5h1.5s": None,
    "--ipvs-sync-period=2562047h47m16.854775807s": None,
    "--service-udp-timeout=0": None,
    "--service-udp-timeout=-9223372036854775808ns": None,
    "--metrics-addr=localhost": None,
    "--metrics-addr=[::1]": None,
    "--metrics-addr=127.0.0.9": None,
    "--health-addr=[::]": None,
    "--gobgp-admin-address=::1": None,
    "--gobgp-admin-address=localhost": None,
    "--hostname-override=": None,
    "--router-id=": None,
    "--metrics-path=/a/metrics/": None,
    "--cache-sync-timeout=1s": None,
    "--master=https://$(KUBERNETES_SERVICE_HOST):6443": None,
    "--metrics-path=/$$(X)": None,
    # ... and those that end the peering
    "--peer-router-ips=192.0.2.1": "--peer-router-ips makes kube-router leave the annotation with the leaves unread",
    "--peer-router-asns 65100": "--peer-router-asns makes kube-router leave the annotation with the leaves unread",
    "--peer-router-ports=179": "--peer-router-ports makes kube-router leave",
    "--peer-router-passwords=cw==": "--peer-router-passwords makes kube-router leave",
    "--peer-router-passwords-file=/etc/p": "--peer-router-passwords-file makes kube-router leave",
    "--nodes-full-mesh=false": "--nodes-full-mesh makes kube-router take each node's AS from an annotation",
    "--nodes-full-mesh=0": "--nodes-full-mesh makes",
    "--bgp-port=1179": "--bgp-port makes nodes speak BGP on another port than 179, the leaves'",
    "--hostname-override=node1": "--hostname-override is the same for all pods",
    "--router-id=192.0.2.1": "--router-id is the same for all pods",
    "--kubeconfig=/root/.kube/config": "--kubeconfig names a file that the pods do not have",
    "--cleanup-config": "--cleanup-config makes kube-router end at once",
    "-V": "--version makes kube-router end at once",
    "-h": "--help makes kube-router end at once",
    "--health-addr=127.0.0.1": "--health-addr is where the kubelet does not look",
    "--metrics-addr=192.0.2.1": "--metrics-addr is the same for all pods",
    "--gobgp-admin-address=192.0.2.1": "--gobgp-admin-address is the same for all pods",
    "--enable-ibgp=true": "--enable-ibgp is set by the plan already",
    "--run-router=false": "--run-router is set by the plan already",
    # ... and those that kube-router cannot read
    "--peer-router-ip=192.0.2.1": "--peer-router-ip is no flag of kube-router",
    "-masquerade-all": "-masquerade-all is no flag of kube-router",
    "ipvs-sync-period=1m": "'ipvs-sync-period=1m' is no flag",
    "--": "'--' is no flag",
    "--ipvs-sync-period": "--ipvs-sync-period lacks its value",
    "--masquerade-all=yes": "--masquerade-all: 'yes' is not true or false",
    "--ipvs-sync-period=60": "--ipvs-sync-period: '60' is not a duration longer than 0",
    "--injected-routes-sync-period=0s": "--injected-routes-sync-period: '0s' is not a duration longer than 0",
    "--overlay-encap=gre": "--overlay-encap: 'gre' is not ipip or fou",
    "--overlay-encap-port=80": "--overlay-encap-port: '80' is not a port, 1024 to 65535",
    "--service-node-port-range=32767-30000": "--service-node-port-range: '32767-30000' is not two ports",
    "--excluded-cidrs=10.0.0.1": "--excluded-cidrs: '10.0.0.1' is not networks",
    "--excluded-cidrs=10.0.0.0/255.0.0.0": "--excluded-cidrs: '10.0.0.0/255.0.0.0' is not networks",
    "--ipvs-sync-period=2562047h47m16.854775808s": "--ipvs-sync-period: '2562047h47m16.854775808s' is not a duration",
    "--ipvs-sync-period=1d": "--ipvs-sync-period: '1d' is not a duration",
    "--ipvs-sync-period=\u0661s": "--ipvs-sync-period: '\u0661s' is not a duration",
    "--service-udp-timeout=9223372036854775808ns": "--service-udp-timeout: '9223372036854775808ns' is not a duration",
    "--v=2147483648": "--v: '2147483648' is not a whole number",
    "--v=0x2": "--v: '0x2' is not a whole number",
    "-v=": "--v: '' is not a whole number",
    "--gobgp-admin-port=65536": "--gobgp-admin-port: '65536' is not a port",
    "--gobgp-admin-port=08": "--gobgp-admin-port: '08' is not a port",
    "--gobgp-admin-port=+1": "--gobgp-admin-port: '+1' is not a port",
    "--peer-router-multihop-ttl=0x100": "--peer-router-multihop-ttl: '0x100' is not a whole number, 0 to 255",
    "--metrics-path=metrics": "--metrics-path: 'metrics' is not a path that begins with a slash",
    "--metrics-path=": "--metrics-path: '' is not a path that begins with a slash",
    "--metrics-path=/a//b": "--metrics-path: '/a//b' is not a path",
    "--metrics-path=/{x}": "--metrics-path: '/{x}' is not a path",
    "--cache-sync-timeout=0": "--cache-sync-timeout: '0' is not a duration of at least 1s",
    "--cache-sync-timeout=1ms": "--cache-sync-timeout: '1ms' is not a duration of at least 1s",
    "--metrics-addr=::1": "--metrics-addr is the same for all pods",
    "--health-addr=::": "--health-addr is where the kubelet does not look",
    "--health-addr=localhost": "--health-addr is where the kubelet does not look",
    "--hostname-override=$(NODENAME)": "--hostname-override: no variable of the pods is called NODENAME",
    "--metrics-path=/$(POD_IP)": "--metrics-path: no variable of the pods is called POD_IP",
    "--gobgp-admin-port=$(NODE_NAME)": "--gobgp-admin-port: '$(NODE_NAME)' is not a port",
    "--enable-bfd": "--enable-bfd came with kube-router 2.11.0",
}

# what the program itself does not read: the flags and values that end it before it does anything
UNREADABLE = ("--peer-router-ip=192.0.2.1", "-masquerade-all", "--ipvs-sync-period", "--masquerade-all=yes")
UNREADABLE += ("--ipvs-sync-period=60", "--enable-bfd", "--v=2147483648", "--v=0x2", "-v=", "--gobgp-admin-port=08")
UNREADABLE += ("--ipvs-sync-period=2562047h47m16.854775808s", "--service-udp-timeout=9223372036854775808ns")
UNREADABLE += ("--gobgp-admin-port=+1", "--gobgp-admin-port=65536", "--peer-router-multihop-ttl=0x100")


def test_kube_router_itself_reads_what_is_accepted_and_ends_at_what_it_cannot_read() -> None:
    program = kubernetes_api._binary("kube-router")
    if not program:
        pytest.skip("not here: kube-router (python -m lab setup builds it)")

    def read(text: str) -> bool:
        done = subprocess.run([program, "--version", *text.split(" ")], capture_output=True, check=False)
        return done.returncode == 0

    accepted = [text for text, wrong in EXTRA_ARGUMENTS.items() if wrong is None and "$(" not in text]
    assert [text for text in accepted if not read(text)] == []
    assert [text for text in UNREADABLE if read(text)] == []


@pytest.mark.parametrize("text", EXTRA_ARGUMENTS)
def test_further_arguments_must_leave_the_peering_alone(text):
    found = complaints(text.split(" "), (2, 10, 0), {"run-router", "enable-ibgp"})
    wanted = EXTRA_ARGUMENTS[text]
    assert [rule.startswith(wanted or "") for _index, rule, _remedy in found] == ([True] if wanted else []), found


def test_every_wrong_further_argument_is_reported():
    found = complaints(
        ["--enable-cni=false", "--v", "2", "--run-router=false"], (2, 10, 0), {"run-router", "enable-cni"}
    )
    assert [(index, remedy) for index, _rule, remedy in found] == [
        (0, "remove it; kubefabric_cluster.kube_router.cni decides"),
        (3, "remove it"),
    ]


def test_bfd_of_peers_on_the_command_line_is_doubtful():
    assert [rule for _index, rule, _remedy in doubtful(["--enable-bfd", "--bfd-port=3784", "-v=2"])] == [
        "--enable-bfd is about peers on the command line, not about the leaves",
        "--bfd-port is about peers on the command line, not about the leaves",
    ]
