"""Names of systemd's units for network devices."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.node.units import device


@pytest.mark.parametrize(
    ("name", "escaped"),
    [
        ("eth2", "eth2"),
        ("bond0.310", "bond0.310"),
        ("vpn-1", r"vpn\x2d1"),
        ("a_b:c@d", r"a_b:c\x40d"),
        ("ü", r"\xc3\xbc"),
    ],
)
def test_a_device_s_unit_has_its_name_as_systemd_escape_writes_it(name, escaped):
    assert device(name) == f"sys-subsystem-net-devices-{escaped}.device"
