"""The score of cisco.aci's integration tests, as ``python -m tests.aci_integration`` ends."""

from tests.aci_integration.names import with_module_names
from tests.aci_integration.score import not_passing, summary

KNOWN = {"aci_hardware": "there is no hardware"}


def test_a_known_failure_is_listed_with_its_reason_and_fails_nothing():
    assert summary({"aci_bd": "", "aci_hardware": "no node"}, KNOWN) == (
        ["Do not pass, for a known reason:", "  aci_hardware: there is no hardware", "1 of 2 targets pass"],
        False,
    )


def test_an_unknown_failure_fails_the_command():
    assert summary({"aci_bd": "a task: refused"}, KNOWN) == (
        ["FAILED: aci_bd: a task: refused", "0 of 1 targets pass"],
        True,
    )


def test_a_listed_target_that_passes_fails_the_command():
    assert summary({"aci_hardware": ""}, KNOWN) == (
        ["PASSES, though not_passing.yml lists it: aci_hardware", "1 of 1 targets pass"],
        True,
    )


def test_every_listed_target_has_a_reason():
    assert all(target.startswith("aci_") and reason for target, reason in not_passing().items())


def test_modules_get_their_full_names_and_variables_keep_theirs():
    tasks = """- name: Set vars
  ansible.builtin.set_fact:
    aci_info: &aci_info
      host: a
    cisco.aci.aci_epg: &epg
      epg: e
- name: Make it
  aci_epg: &present
    <<: *epg
- name: Make another
  cisco.aci.aci_epg:
    <<: *epg
"""
    expected = tasks.replace("    cisco.aci.aci_epg: &epg", "    aci_epg: &epg").replace(
        "  aci_epg: &p", "  cisco.aci.aci_epg: &p"
    )
    assert with_module_names(tasks, {"aci_epg"}) == expected
