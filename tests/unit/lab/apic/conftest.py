"""A controller in this process, with the fabric of the example inventory and tenant k8s."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from lab.apic import seed
from lab.apic.catalog import Catalog
from lab.apic.controller import Controller
from lab.apic.document import Element, parse
from lab.apic.errors import ApicError


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return Catalog()


@pytest.fixture
def controller(catalog: Catalog) -> Controller:
    controller = Controller(catalog)
    seed.base(controller.store, "secret")
    controller.boot()
    controller.replace_operational("fabric", seed.nodes([(1, leaf) for leaf in (101, 102)], [(1, 201)]))
    controller.post(seed.fabric(65002, [201]), "uni")
    controller.post(seed.tenant("k8s", ["prod", "test"]), "uni")
    return controller


@pytest.fixture
def post(controller: Controller) -> Callable[..., list]:
    """Post ``(dn, class, attributes, children)`` as a client does, through JSON."""

    def send(dn: str, cls: str, attributes: dict | None = None, *children: Element):
        element = Element(cls, attributes or {}, list(children))
        return controller.post(parse(json.dumps(element.to_json()).encode(), "json"), dn)

    return send


@pytest.fixture
def refusal(post: Callable[..., list]) -> Callable[..., str]:
    """The refusal ("code: text") of a post that must not succeed."""

    def send(*arguments) -> str:
        with pytest.raises(ApicError) as problem:
            post(*arguments)
        return str(problem.value)

    return send


def element(cls: str, /, *children: Element, **attributes: str) -> Element:
    """Short for Element: ``element("fvCtx", name="prod")``; ``from_`` stands for ``from``."""
    return Element(cls, {name.rstrip("_"): value for name, value in attributes.items()}, list(children))
