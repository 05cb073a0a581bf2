"""Which TCP MD5 keys belong on a leaf's listening sockets, and which are there."""

from __future__ import annotations

from ipaddress import ip_network

from lab.fabric import keys
from tests import fabric_trees
from tests.fabric_trees import Floating
from tests.unit.lab.fabric.test_render import configuration


def networks(*texts: str) -> set:
    return {ip_network(text) for text in texts}


def test_a_range_and_a_peer_with_a_password_have_a_key():
    dual = configuration(Floating(leaves6={101: "fd00:2::fffd/64"}).tree())
    assert keys.configured(dual) == networks("192.168.2.0/24", "fd00:2::/64")
    single = configuration(fabric_trees.standard())
    assert all(network.num_addresses == 1 for network in keys.configured(single))
    assert keys.configured(single)


def test_without_a_password_there_is_no_key():
    assert keys.configured(configuration(Floating(password="").tree())) == set()


def test_keys_are_read_from_ss_with_and_without_their_values():
    # ss of iproute2 6.1 prints the values of all keys first and leaves their places empty
    text = (
        "s3crets3cretLISTEN 0 4096 0.0.0.0:179 0.0.0.0:* uid:104 ino:7 sk:1 bbr cwnd:10 "
        "md5keys:192.168.2.1/32=,192.168.2.0/24=   \n"
        "LISTEN 0 4096 [::]:179 [::]:* uid:104 ino:8 sk:2 v6only:1 cwnd:10 md5keys:fd00:2::1/128=s3cret,fd00:2::/64=x\n"
        "LISTEN 0 4096 127.0.0.1:179 0.0.0.0:* ino:9 sk:3 cwnd:10\n"
    )
    assert keys.listed(text) == {
        7: networks("192.168.2.1/32", "192.168.2.0/24"),
        8: networks("fd00:2::1/128", "fd00:2::/64"),
    }
