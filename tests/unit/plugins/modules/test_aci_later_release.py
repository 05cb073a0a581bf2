"""aci_l3out against APICs of other releases: ignoreIgpMetric came with 6.1, which from (4) takes it after the SVI."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.modules import aci_l3out
from tests.aci_modules import connection, methods
from tests.apic import Apic, start_apic
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture
from tests.run_module import ModuleFailed, run_module

GOLDEN = Path(__file__).resolve().parents[3] / "golden" / "aci" / "floating-ipv4" / "l3out.yml"
POLICY = "uni/tn-k8s/bestpath-k8s-prod"


@pytest.fixture
def start(needs_catalog, tmp_path, monkeypatch):  # noqa: ARG001, F811
    """Starts an APIC of a release, with the fabric of the example inventory."""
    with ExitStack() as running:

        def of(release: str) -> Apic:
            controller = running.enter_context(start_apic(tmp_path / "apic", "--release", release))
            controller.seed()
            monkeypatch.setenv("SSL_CERT_FILE", controller.ca)
            return controller

        yield of


def run(controller, ignore_igp_metric: bool = True) -> dict:
    controller.reset()
    given = yaml.safe_load(GOLDEN.read_text())
    bgp = {**given["bgp"], "ignore_igp_metric": ignore_igp_metric}
    return run_module(aci_l3out, {**connection(controller), **given, "bgp": bgp, "wait_for_faults": 0})


def flags(controller) -> str:
    (found,) = controller.get(f"/api/mo/{POLICY}.json")
    return found["bgpBestPathCtrlPol"]["attributes"]["ctrl"]


@pytest.mark.parametrize("release", ["6.1(1f)", "6.1(4h)"])
def test_the_igp_metric_is_ignored_from_the_first_run_on(start, release):
    controller = start(release)
    assert run(controller)["changed"]
    assert methods(controller)["post"] == 2
    assert flags(controller) == "asPathMultipathRelax,ignoreIgpMetric"
    assert not run(controller)["changed"]
    assert methods(controller)["post"] == 0


def test_it_is_switched_on_and_off_by_one_post_where_the_svi_is_there(start):
    controller = start("6.1(4h)")
    run(controller, ignore_igp_metric=False)
    for wanted, seen in ((True, "asPathMultipathRelax,ignoreIgpMetric"), (False, "asPathMultipathRelax")):
        assert run(controller, ignore_igp_metric=wanted)["changed"]
        assert (methods(controller)["post"], flags(controller)) == (1, seen)


def test_a_fabric_of_an_earlier_release_than_the_intent_says_refuses_the_flag_and_the_run_says_what_is_there(start):
    controller = start("6.0(9c)")
    with pytest.raises(ModuleFailed) as error:
        run(controller)
    assert str(error.value) == (
        "The first of two steps was written. 127.0.0.1 refused POST /api/mo/uni.json: unknown property value "
        "asPathMultipathRelax,ignoreIgpMetric, name ctrl, class bgpBestPathCtrlPol [(Dn0)] "
        "Dn0=, (APIC error 120)."
    )
    assert flags(controller) == "asPathMultipathRelax"
