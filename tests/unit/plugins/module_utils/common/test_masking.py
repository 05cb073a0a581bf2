"""No secret of a host's configuration is shown, whatever characters it has; the rest stays readable."""

from __future__ import annotations

import time

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.common import masking

FRR, BIRD, GOBGP = "/etc/frr/frr.conf", "/etc/bird/bird.conf", "/etc/gobgpd.conf"
M = masking.MASK

# what only looks like a secret of FRR's
SHOWN = [
    " ip ospf authentication message-digest\n ip ospf cost 3",
    " ip ospf authentication null 10.0.0.1",
    " ip ospf authentication 10.0.0.1",
    " neighbor 10.0.0.1 passive\n bfd",
    " passive-interface eth0",
    " ip rip authentication key-chain ring",
    " neighbor nodes peer-group\n neighbor 10.0.0.1 peer-group nodes",
    " address-family ipv4 unicast\n  maximum-paths 64\n  set metric 5",
    " neighbor 10.0.0.1 passive",
    " neighbor pg peer-group",
    " ip ospf authentication message-digest\n ip mtu 9",
    "service password-encryption\n!",
]

# path, the text, what is shown of it
CASES = [
    *((FRR, text, text) for text in SHOWN),
    (BIRD, 'password "ab;cdef";', f'password "{M}";'),
    (BIRD, 'password "with blanks in it" { id 3; };', f'password "{M}" {{ id 3; }};'),
    (BIRD, 'password\n  "on its own line" ;', f'password\n  "{M}" ;'),
    (BIRD, 'password /* the old one */ "secret";', f'password /* the old one */ "{M}";'),
    (BIRD, "password 12:34:ab:cd;", f"password {M};"),
    (BIRD, 'key "as good as password";', f'key "{M}";'),
    (BIRD, 'keys { key { id 1; secret "tcp-ao"; }; };', f'keys {{ key {{ id 1; secret "{M}"; }}; }};'),
    (BIRD, 'define lab = "named";\npassword lab;', f'define lab = "{M}";\npassword {M};'),
    (BIRD, 'password "never ends;\nhold time 3;', f"password {M};"),
    (BIRD, '# password "of before";\nhold time 3;', f"# password {M}\nhold time 3;"),
    (BIRD, '/* password "of before"; */', f"/* password {M}"),
    (BIRD, 'description "the password";', 'description "the password";'),
    (
        BIRD,
        'define a = "one";\ndefine b = a;\ndefine c = b;\ndefine d = "shown";\npassword c;',
        f'define a = "{M}";\ndefine b = {M};\ndefine c = {M};\ndefine d = "shown";\npassword {M};',
    ),
    (
        BIRD,
        'function pw(int n) string s; {\n  s = "one";\n  return s;\n}\npassword pw(1);\nhold time 3;',
        f"function pw(int n) string s; {{\n  {M}}}\npassword {M};\nhold time 3;",
    ),
    (
        BIRD,
        'function pw() -> string { if x then { return "one"; } return a; }\ndefine a = "two";\npassword pw();',
        f'function pw() -> string {{ {M}}}\ndefine a = "{M}";\npassword {M};',
    ),
    (BIRD, "function f() { return 1; }\npassword g;", f"function f() {{ return 1; }}\npassword {M};"),
    (BIRD, "define 'a b' = \"one\";\npassword 'a b';", f"define 'a b' = \"{M}\";\npassword '{M}';"),
    (FRR, "  pce-config one\n   tcp-md5-auth geheim", f"  pce-config one\n   tcp-md5-auth {M}"),
    (FRR, " neighbor 10.0.0.1 password *star", f" neighbor 10.0.0.1 password {M}"),
    (FRR, ' neighbor 10.0.0.1 password "quote', f" neighbor 10.0.0.1 password {M}"),
    (FRR, " neighbor 10.0.0.1 password with blanks ; and # more", f" neighbor 10.0.0.1 password {M}"),
    (FRR, " neighbor 10.0.0.1 passw cutshort", f" neighbor 10.0.0.1 passw {M}"),
    (FRR, "! neighbor 10.0.0.1 password before", f"! neighbor 10.0.0.1 password {M}"),
    (FRR, "password 8 crypt\nenable password plain", f"password {M}\nenable password {M}"),
    (FRR, "key chain ring\n key 1\n  key-string geheim", f"key chain ring\n key 1\n  key-string {M}"),
    (FRR, " ip ospf message-digest-key 1 md5 geheim", f" ip ospf message-digest-key 1 md5 {M}"),
    (FRR, " ip ospf authentication-key geheim", f" ip ospf authentication-key {M}"),
    (
        FRR,
        " area 1 virtual-link 1.2.3.4 message-digest-key 7 md5 x",
        f" area 1 virtual-link 1.2.3.4 message-digest-key 7 md5 {M}",
    ),
    (
        FRR,
        " ipv6 ospf6 authentication key-id 1 hash-algo md5 key x",
        f" ipv6 ospf6 authentication key-id 1 hash-algo md5 key {M}",
    ),
    # cut short: vtysh -C of FRR 8.4 takes each of these lines
    (FRR, " ip ospf message-digest 1 md5 geheim", f" ip ospf message-digest 1 md5 {M}"),
    (FRR, " ip ospf messag 1 md5 geheim", f" ip ospf messag 1 md5 {M}"),
    (FRR, " ip ospf m 1 m geheim", f" ip ospf m 1 m {M}"),
    (FRR, " area 1 virtual-link 1.2.3.4 m 7 md5 x", f" area 1 virtual-link 1.2.3.4 m 7 md5 {M}"),
    (FRR, " ip ospf authentication- geheim", f" ip ospf authentication- {M}"),
    (FRR, " ip ospf authentication geheim", f" ip ospf authentication {M}"),
    (FRR, " ip o a geheim", f" ip o a {M}"),
    (FRR, " area 1 virtual-link 1.2.3.4 au geheim", f" area 1 virtual-link 1.2.3.4 au {M}"),
    (FRR, " ip rip a s geheim", f" ip rip a s {M}"),
    (FRR, " neighbor 10.0.0.1 pa geheim", f" neighbor 10.0.0.1 pa {M}"),
    (FRR, "mpls ldp\n neighbor 10.0.0.1 p geheim", f"mpls ldp\n neighbor 10.0.0.1 p {M}"),
    (FRR, "pas geheim\nen p geheim\nen pa 8 geheim", f"pas {M}\nen p {M}\nen pa {M}"),
    (FRR, " isis p md5 geheim\n isis p c geheim", f" isis p {M}\n isis p {M}"),
    (FRR, "router isis 1\n a m geheim\n d clear geheim", f"router isis 1\n a m {M}\n d clear {M}"),
    (FRR, " area-p md5 geheim\n domain-pass clear geheim", f" area-p {M}\n domain-pass {M}"),
    (FRR, "key chain ring\n key 1\n  key- geheim", f"key chain ring\n key 1\n  key- {M}"),
    (FRR, "key chain ring\n key 1\n  k geheim", f"key chain ring\n key 1\n  k {M}"),
    (FRR, " ipv6 ospf6 au key-i 1 h md5 k x", f" ipv6 ospf6 au key-i 1 h md5 k {M}"),
    (FRR, " ip ospf mess 1 md geheim", f" ip ospf mess 1 md {M}"),
    (FRR, " ip os me 1 m geheim", f" ip os me 1 m {M}"),
    (FRR, " area 1 virt 1.2.3.4 message-d 7 md5 x", f" area 1 virt 1.2.3.4 message-d 7 md5 {M}"),
    (FRR, " ipv6 ospf6 au key-i 1 ha md5 k x", f" ipv6 ospf6 au key-i 1 ha md5 k {M}"),
    (FRR, " ip rip auth s geheim", f" ip rip auth s {M}"),
    (FRR, " area-p clear x\n domain-p md5 y", f" area-p {M}\n domain-p {M}"),
    (FRR, "mpls ldp\n neighbor 10.0.0.1 pa geheim", f"mpls ldp\n neighbor 10.0.0.1 pa {M}"),
    (FRR, "en p geheim", f"en p {M}"),
    ("", "% Unknown command:  ip ospf messag 1 md5 geheim", f"% Unknown command:  ip ospf messag 1 md5 {M}"),
    (FRR, " ip rip authentication string geheim", f" ip rip authentication string {M}"),
    (FRR, " isis password md5 geheim\n area-password clear x", f" isis password {M}\n area-password {M}"),
    (FRR, " ip nhrp authentication geheim", f" ip nhrp authentication {M}"),
    (FRR, " ip nh au geheim", f" ip nh au {M}"),
    (FRR, " msdp peer 10.0.0.1 password geheim", f" msdp peer 10.0.0.1 password {M}"),
    (GOBGP, '    auth-password = "a\\"b;c" # old: "d"\n  x = 1', f'    auth-password = "{M}"\n  x = 1'),
    (GOBGP, 'config = { auth-password = "ab", peer-as = 1 }', f'config = {{ auth-password = "{M}", peer-as = 1 }}'),
    (GOBGP, 'auth-password = """\nlines\n"""\npeer-as = 1', f'auth-password = "{M}"\npeer-as = 1'),
    (GOBGP, '{"auth-password":\n "ab", "peer-as": 1}', f'{{"auth-password":\n "{M}", "peer-as": 1}}'),
    (GOBGP, "auth-password: plain text\npeer-as: 1", f"auth-password: {M}\npeer-as: 1"),
    (GOBGP, "auth-password: |\n  lines\n  more\npeer-as: 1", f"auth-password: {M}\npeer-as: 1"),
    (GOBGP, "auth-password: plain\n  goes on\n\n  and on\npeer-as: 1", f"auth-password: {M}\npeer-as: 1"),
    (GOBGP, 'auth-password: "a\n  b"\npeer-as: 1', f'auth-password: "{M}"\npeer-as: 1'),
    (GOBGP, "auth-password: 'a\n  it''s'\npeer-as: 1", f"auth-password: '{M}'\npeer-as: 1"),
    (GOBGP, "- auth-password:\n    plain\n  peer-as: 1", f"- auth-password:\n    {M}\n  peer-as: 1"),
    (GOBGP, "passwords:\n- one\n- two\npeer-as: 1", f"passwords:\n{M}\npeer-as: 1"),
    (GOBGP, "passwords:\n  a: one\n  b: two\npeer-as: 1", f"passwords:\n  {M}\npeer-as: 1"),
    (GOBGP, 'passwords = [\n  "one",\n  "two",\n]\npeer-as = 1', f"passwords = {M}\npeer-as = 1"),
    (GOBGP, '{"passwords": ["a]", {"b": "c"}], "peer-as": 1}', f'{{"passwords": {M}, "peer-as": 1}}'),
    (GOBGP, '{"password": {\n"value": "a"\n},\n"peer-as": 1}', f'{{"password": {M},\n"peer-as": 1}}'),
    (GOBGP, "{password:S, peer-as: 1}", f"{{password:{M}"),
    (GOBGP, "password: !!str >-\n  lines\n  more\npeer-as: 1", f"password: !!str {M}\npeer-as: 1"),
    (GOBGP, "x: &pw geheim\nauth-password: *pw\ny: &z shown", f"x: &pw {M}\nauth-password: {M}\ny: &z shown"),
    ("/etc/network/interfaces", "  wpa-psk geheim\n  mtu 9000", f"  wpa-psk {M}\n  mtu 9000"),
    (
        "",
        "line 5: % Unknown command:  neighbor 10.0.0.1 password a b\n",
        f"line 5: % Unknown command:  neighbor 10.0.0.1 password {M}\n",
    ),
]


@pytest.mark.parametrize(("path", "text", "shown"), CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES])
def test_a_secret_is_hidden_to_the_end_of_its_value(path, text, shown):
    assert masking.masked(text, path) == shown


def test_the_secrets_themselves_are_known_without_quotes_unless_they_are_too_short_to_be_told_apart():
    assert masking.values('password "ab;cdef";', BIRD) == {"ab;cdef"}
    assert masking.values(' neighbor 10.0.0.1 password "quote', FRR) == {"quote"}
    assert masking.values("    auth-password = 'x'", GOBGP) == set()


def test_a_message_repeats_no_secret_and_a_short_one_does_not_garble_it():
    assert masking.without("bird.conf:5: unknown symbol geheim", {"geheim", "a"}) == f"bird.conf:5: unknown symbol {M}"


@pytest.mark.parametrize("path", [FRR, BIRD, GOBGP, ""])
@pytest.mark.parametrize(
    "word",
    [
        "password ",
        '"',
        "/*",
        "\n",
        " ",
        "hash-algo x",
        "h x k ",
        "neighbor x p ",
        "o a ",
        "m 1 m ",
        "key ",
        "password:\n",
        "'''",
        "message-digest-key 1",
        "{",
        "#",
        "password: [",
        'password: "',
        "me 1 m",
        "function f() {",
        "define a = b; ",
        "password a; define a = b;",
        "password:\n - ",
        "key-",
        "password: x\n y",
        "password: *a\n&a b\n",
        "ne x ",
    ],
)
def test_a_hostile_file_of_256_kib_is_masked_at_once(path, word):
    text = word * (256 * 1024 // len(word))
    began = time.process_time()
    masking.masked(text, path)
    assert time.process_time() - began < 2
