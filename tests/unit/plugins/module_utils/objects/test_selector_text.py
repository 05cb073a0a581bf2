"""Label selectors written as text, as kubectl takes them."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.objects.selector_text import matches

LABELS = {"app": "web", "example.net/tier": "front"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("app=web", True),
        ("app==web", True),
        ("app = mail", False),
        ("app!=mail", True),
        ("app!=web", False),
        ("missing!=web", True),
        ("missing=", False),
        ("app in (mail, web)", True),
        ("app notin (mail, web)", False),
        ("missing notin (mail)", True),
        ("example.net/tier", True),
        ("!example.net/tier", False),
        ("! missing", True),
        ("app in (mail, web),example.net/tier=front", True),
        ("app=web,missing", False),
        ("app in web", None),
        ("app > 3", None),
        ("app=web,,", None),
    ],
)
def test_a_selector_takes_labels_as_kubernetes_does(text, expected):
    assert matches(text, LABELS) is expected
