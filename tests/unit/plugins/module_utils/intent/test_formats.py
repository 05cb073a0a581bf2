"""Single values: what is taken, in which normal form."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.intent import formats


@pytest.mark.parametrize(
    ("name", "value", "normal"),
    [
        ("asn", 1, 1),
        ("asn", 4294967294, 4294967294),
        ("vlan", 4094, 4094),
        ("vlans", "400-463", [(400, 463)]),
        ("vlans", " 500 , 400-431", [(400, 431), (500, 500)]),
        ("prefix", "2001:DB8:0::/64", "2001:db8::/64"),
        ("prefix", "10.0.0.0/8", "10.0.0.0/8"),
        ("address", "2001:DB8::0001", "2001:db8::1"),
        ("router_id", "1.1.1.101", "1.1.1.101"),
        ("release", "6.0(9c)", "6.0(9c)"),
        ("release", "5.2(7f)", "5.2(7f)"),
        ("aci_name", "k8s:prod_1.a-b", "k8s:prod_1.a-b"),
        ("label_key", "example.net/rack", "example.net/rack"),
        ("label_value", "r1", "r1"),
        ("description", "", ""),
        ("description", "Cluster of team (a), see #1", "Cluster of team (a), see #1"),
        ("endpoint", "[2001:db8::1]:6443", "[2001:db8::1]:6443"),
        ("go_duration", "1.5s", "1.5s"),
        ("go_duration", "10s500ms", "10s500ms"),
        ("go_duration", ".5h500us", ".5h500us"),
        ("go_duration", "0", "0"),
        ("quantity", "0.5Gi", "0.5Gi"),
        ("quantity", "1e9", "1e9"),
        ("quantity", "1.5Gi", "1.5Gi"),
        ("image", "busybox", "busybox"),
        ("image", "localhost:5000/a/b:latest", "localhost:5000/a/b:latest"),
        ("image", "", ""),
        ("selector", "app=a,tier in (x, y),!gone,has", "app=a,tier in (x, y),!gone,has"),
        ("selector", "app.kubernetes.io/component==frr-k8s", "app.kubernetes.io/component==frr-k8s"),
        ("selector", "app in(a,b),tier notin(x)", "app in(a,b),tier notin(x)"),
        ("selector", "gen > 3,gen<10", "gen > 3,gen<10"),
        ("selector", "gen>9223372036854775807", "gen>9223372036854775807"),
        ("selector", "in in (in)", "in in (in)"),
        ("selector", "", ""),
        ("selector", " ", " "),
        ("match_prefix", "0.0.0.0/0", "0.0.0.0/0"),
        ("match_prefix", "::/0", "::/0"),
        ("match_prefix", "10.1.2.3/32", "10.1.2.3/32"),
        ("password", "a b\\c\"'", "a b\\c\"'"),
    ],
)
def test_a_good_value_is_taken_in_its_normal_form(name: str, value: object, normal: object) -> None:
    assert getattr(formats, name)(value) == normal


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("asn", -1),
        ("vlan", 0),
        ("vlans", ""),
        ("vlans", "400-4095"),
        ("prefix", "10.0.0.0/33"),
        ("prefix", "010.0.0.0/8"),
        ("prefix", "0.0.0.0/0"),
        ("address", "::"),
        ("address", "ff02::1"),
        ("address", "169.254.1.1"),
        ("router_id", "0.0.0.0"),
        ("release", "6.0"),
        ("aci_name", "a/b"),
        ("aci_name", "a\n"),
        ("label_value", "r1-"),
        ("label_key", "a..b/rack"),
        ("quantity", "0"),
        ("quantity", "-1Gi"),
        ("quantity", "1GB"),
        ("quantity", "1 Gi"),
        ("image", " busybox"),
        ("image", "Busybox:latest"),
        ("image", "a:b:c"),
        ("image", "http://registry/a"),
        ("selector", "app = (a)"),
        ("selector", "app in a"),
        ("selector", "app=a,"),
        ("selector", "app=a b"),
        ("selector", "app not in(a)"),
        ("selector", "gen > a"),
        ("selector", "gen >"),
        ("selector", "gen >= 3"),
        ("selector", "gen > -3"),
        ("selector", "gen > 9223372036854775808"),
        ("selector", ","),
        ("label_key", "-a/rack"),
        ("label_key", "d" * 254 + "/rack"),
        ("label_key", "example.net/"),
        ("label_value", "r" * 64),
        ("description", "x" * 129),
        ("description", "a'b"),
        ("endpoint", "api:0"),
        ("endpoint", "2001:db8::1:6443x"),
        ("password", "line\nbreak"),
    ],
)
def test_a_bad_value_is_refused(name: str, value: object) -> None:
    with pytest.raises(formats.Invalid):
        getattr(formats, name)(value)
