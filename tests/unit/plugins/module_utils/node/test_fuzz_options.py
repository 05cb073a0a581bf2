"""Whatever the options say: either every mistake is named, or the speaker takes what is rendered from them."""

from __future__ import annotations

import copy
import random
import subprocess

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import checks, firewall, model
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.options import REQUIRED_IF, SPEC
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.speakers import SPEAKERS

from .cases import CASES
from .test_speakers import checker

SEED, RUNS, CHECKED = 20261121, 500, 20
SECRET = "s3cret-of-the-fuzz"
TEXTS = (
    *(
        "",
        " ",
        "-",
        "0",
        "::",
        "lo",
        "x" * 300,
        "é",
        "٣",
        "a b",
        "a\nb",
        "a;b",
        'a"b',
        "a'b",
        "a\\b",
        "$(id)",
        "%n",
        "{{ x }}",
    ),
    *(
        "no",
        "!",
        "#",
        "}",
        "]]",
        "=",
        "|",
        "?",
        "null",
        "leaves",
        "red-1",
        "blue",
        "dummy7",
        "bond0.310",
        "..",
        "/etc/passwd",
    ),
)
ADDRESSES = (
    *("10.0.0.1", "10.0.0.01", "10.0.0.1/24", "10.0.0.0/8", "10.0.0.1/32", "10.0.0.0/33", "0.0.0.0", "0.0.0.0/0"),
    *("255.255.255.255", "224.0.0.5", "127.0.0.1", "169.254.0.1", "169.254.7.7", "192.168.2.201", "172.30.0.1"),
    *("::", "::/0", "::1", "fe80::1", "fe80::1%eth0", "fd00::1", "FD00::0001", "fd00::/64", "fd00::1/64", "ff02::5"),
    *("::ffff:10.0.0.1", "1.2.3", "10.20.0.0/16", "10.1.0.0/16", "fd00:1::/64", "10.1.0.5/32", "fd00:1::5/128"),
)
NUMBERS = (
    -1,
    0,
    1,
    2,
    3,
    64,
    65,
    179,
    255,
    256,
    4095,
    4096,
    65002,
    65003,
    65010,
    65535,
    65536,
    2**32 - 1,
    2**32,
    10**12,
)
LISTS = {
    "communities": ("65003:1", "65003:1:1", "65536:1", "1:65536", "no-export", "1:2:3:4", "4294967295:1:1", "-1:1")
}


def mutated(dice: random.Random) -> dict:
    """One of the right cases with a few options replaced by anything."""
    options = copy.deepcopy(dice.choice(list(CASES.values())))
    options["speaker"] = dice.choice(list(SPEAKERS))
    options["password"] = dice.choice((None, SECRET, SECRET + dice.choice(TEXTS)))
    for _ in range(dice.randint(1, 3)):
        _change(options, SPEC, dice)
    return options


def _change(options: dict, spec: dict, dice: random.Random) -> None:
    name = dice.choice([name for name in spec if name not in ("root", "state", "speaker", "manager", "password")])
    kind, inner, value = spec[name]["type"], spec[name].get("options"), options.get(name)
    if inner and isinstance(value, dict):
        _change(value, inner, dice)
    elif inner and isinstance(value, list) and value:
        again = dice.random() < 0.2
        value.append(copy.deepcopy(dice.choice(value))) if again else _change(dice.choice(value), inner, dice)
    elif not inner:
        options[name] = _value(name, kind, dice)


def _value(name: str, kind: str, dice: random.Random) -> object:
    if kind == "int":
        return dice.choice(NUMBERS)
    if kind == "bool":
        return dice.choice((True, False))
    words = LISTS.get(name, dice.choice((TEXTS, ADDRESSES)) if kind == "str" else ADDRESSES)
    return dice.choice(words) if kind == "str" else dice.sample(words, dice.randint(0, 3))


def cases() -> list[tuple[dict, list]]:
    """(options, mistakes) of all that Ansible itself lets through."""
    dice, found = random.Random(SEED), []
    for _ in range(RUNS):
        result = ArgumentSpecValidator(SPEC, required_if=REQUIRED_IF).validate(mutated(dice))
        if not result.error_messages:
            options = result.validated_parameters
            found.append((options, checks.mistakes(options)))
    return found


@pytest.fixture(scope="module")
def fuzzed() -> list[tuple[dict, list]]:
    return cases()


def test_the_fuzz_finds_right_and_wrong_options_for_every_speaker(fuzzed):
    for speaker in SPEAKERS:
        mine = [wrong for options, wrong in fuzzed if options["speaker"] == speaker]
        assert len([wrong for wrong in mine if wrong]) > 50
        assert len([wrong for wrong in mine if not wrong]) > 10


def test_every_mistake_names_an_option_that_there_is_and_no_secret(fuzzed):
    for _options, wrong in fuzzed:
        for finding in wrong:
            assert finding.path.replace("[", ".").split(".")[0] in SPEC
            assert finding.rule
            assert finding.remedy
            assert SECRET not in str(finding)


@pytest.mark.parametrize("speaker", SPEAKERS)
def test_the_speaker_takes_whatever_has_no_mistake(speaker, fuzzed, tmp_path):
    texts = set()
    for options, wrong in fuzzed:
        if options["speaker"] == speaker and not wrong:
            config = model.build(options)
            assert all(hint["nftables"].isprintable() for hint in firewall.hints(config))
            texts.add(SPEAKERS[speaker].render(config, {})[-1].text)
    path = tmp_path / "configuration"
    for text in sorted(texts)[:CHECKED]:
        path.write_text(text)
        done = subprocess.run(checker(speaker, str(path)), capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{done.stdout}{done.stderr}\n{text}"
