"""What the lab posts to its controller, and what it takes back when the description changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab import seeding
from lab.fabric_description import load
from tests.apic import apic  # noqa: F401 - fixture
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture
from tests.playbooks import configuration
from tests.unit.lab.fabric_description.test_objects import EVERYTHING

BEFORE = {
    "format": 1,
    "leaves": {101: {}},
    "tenants": {"k8s": {"vrfs": {"prod": {}, "old": {}}}, "legacy": {}, "common": {}},
}
AFTER = {"format": 1, "leaves": {101: {}}, "tenants": {"k8s": {"vrfs": {"prod": {}}}}}


def test_only_the_topmost_names_that_are_gone_are_deleted():
    before = ["uni/tn-a", "uni/tn-a/ctx-x", "uni/tn-a-b", "uni/tn-c/ctx-y", "uni/tn-c"]
    assert seeding.gone(before, ["uni/tn-c", "uni/tn-new"]) == ["uni/tn-a", "uni/tn-a-b", "uni/tn-c/ctx-y"]


def test_apics_own_objects_stay_and_what_loses_its_vrf_is_made_anew():
    before = ["uni/tn-common", "uni/tn-common/ctx-x", "uni/fabric/bgpInstP-default/as", "uni/fabric/bgpInstP-default"]
    assert seeding.gone(before, []) == ["uni/fabric/bgpInstP-default/as", "uni/tn-common/ctx-x"]
    assert seeding.gone(["uni/tn-a/out-b", "uni/tn-a/out-b/rsectx"], ["uni/tn-a/out-b"]) == ["uni/tn-a/out-b"]


@pytest.mark.usefixtures("needs_catalog")
def test_any_description_can_follow_any_other(apic):  # noqa: F811
    seeds = [seeding.seed(load.parse(document, "here"), whole=True) for document in (EVERYTHING, AFTER)]
    for now, then in ((seeds[0], ()), (seeds[1], seeds[0].names), (seeds[0], seeds[1].names)):
        seeding.bring(apic.url, Path(apic.ca), apic.password, now, then)
    assert set(seeds[0].names) <= configuration(apic)


@pytest.mark.usefixtures("needs_catalog")
@pytest.mark.parametrize("whole", [True, False], ids=["described", "made up"])
def test_what_is_described_no_more_goes_and_what_was_made_up_stays(apic, whole):  # noqa: F811
    seeds = [seeding.seed(load.parse(document, "here"), whole=whole) for document in (BEFORE, AFTER)]
    seeding.bring(apic.url, Path(apic.ca), apic.password, seeds[0], ())
    assert {"uni/tn-k8s/ctx-old", "uni/tn-legacy"} <= configuration(apic)
    seeding.bring(apic.url, Path(apic.ca), apic.password, seeds[1], seeds[0].names)
    there = {"uni/tn-k8s/ctx-old", "uni/tn-legacy"} & configuration(apic)
    assert there == (set() if whole else {"uni/tn-k8s/ctx-old", "uni/tn-legacy"})
    assert "uni/tn-k8s/ctx-prod" in configuration(apic)
