"""The stand-in for Cilium's operator: which addresses Services of type LoadBalancer get."""

from __future__ import annotations

from lab.cluster.cilium import ipam


def pool(*blocks: dict, **spec: object) -> dict:
    return {"metadata": {"name": "pool"}, "spec": {"blocks": list(blocks), **spec}}


def service(name: str = "web", has: tuple = (), notes: dict | None = None, **spec: object) -> dict:
    return {
        "metadata": {"namespace": "shop", "name": name, "labels": {"app": name}, "annotations": notes or {}},
        "spec": {"type": "LoadBalancer", "ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack", **spec},
        "status": {"loadBalancer": {"ingress": [{"ip": text} for text in has]}},
    }


V4, V6 = {"cidr": "192.168.3.0/30"}, {"cidr": "2001:db8:3::/126"}
DUAL = {"ipFamilies": ["IPv4", "IPv6"], "ipFamilyPolicy": "PreferDualStack"}


def given(services: list[dict], *pools: dict) -> dict[str, list[str]]:
    return {name: addresses for (_namespace, name), addresses in ipam.assignments(services, pools).items()}


def test_services_get_the_first_free_address_of_each_of_their_families():
    assert given([service("a"), service("b", **DUAL)], pool(V4, V6)) == {
        "a": ["192.168.3.0"],
        "b": ["192.168.3.1", "2001:db8:3::"],
    }


def test_a_pool_may_keep_its_first_and_last_address():
    assert given([service()], pool(V4, allowFirstLastIPs="No")) == {"web": ["192.168.3.1"]}


def test_a_range_gives_what_it_says():
    block = {"start": "192.168.3.10", "stop": "192.168.3.11"}
    assert given([service("a"), service("b"), service("c")], pool(block)) == {
        "a": ["192.168.3.10"],
        "b": ["192.168.3.11"],
    }


def test_who_has_an_address_keeps_it_and_nobody_else_gets_it():
    assert given([service("a"), service("b", has=("192.168.3.0",))], pool(V4)) == {"a": ["192.168.3.1"]}


def test_an_address_outside_of_every_pool_is_taken_away():
    assert given([service(has=("192.168.9.9",))], pool(V4)) == {"web": ["192.168.3.0"]}


def test_an_address_that_is_asked_for_is_given_or_nothing():
    wanted = {"lbipam.cilium.io/ips": "192.168.3.2"}
    assert given([service(notes=wanted)], pool(V4)) == {"web": ["192.168.3.2"]}
    assert given([service(notes={"lbipam.cilium.io/ips": "192.168.9.9"})], pool(V4)) == {}


def test_other_types_and_classes_and_what_no_pool_selects_get_nothing():
    services = [
        service("a", type="ClusterIP"),
        service("b", loadBalancerClass="example.net/lb"),
        service("c"),
    ]
    assert given(services, pool(V4, serviceSelector={"matchLabels": {"app": "x"}})) == {}
    assert given([service()], pool(V4, disabled=True)) == {}
