"""Text of others does nothing to a terminal, and is no markup."""

from __future__ import annotations

import unicodedata

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.common import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ünïcode 日本 fine", "plain ünïcode 日本 fine"),
        ("\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"),
        ("a\rb\x08\x7f\x9b2J", "a\\x0db\\x08\\x7f\\x9b2J"),
        ("a\u202eb\u2066c\u200bd\u2028e\ufeff", "a\\u202eb\\u2066c\\u200bd\\u2028e\\ufeff"),
        ("two\n\tlines", "two\n\tlines"),
        ("\x00", "\\x00"),
        ("\udcff", "\\udcff"),
    ],
)
def test_control_characters_become_their_number(text, shown):
    assert printable.printable(text) == shown


def test_no_control_character_of_unicode_is_left():
    everything = "".join(map(chr, range(0x110000)))
    left = {unicodedata.category(character) for character in printable.printable(everything)} & {"Cc", "Zl", "Zp", "Cs"}
    assert left == {"Cc"}  # tab and line feed
    assert set("\t\n") == {c for c in printable.printable(everything) if unicodedata.category(c) == "Cc"}
    assert not {c for c in printable.one_line(everything) if unicodedata.category(c) == "Cc"}


# Default_Ignorable_Code_Point in Unicode's DerivedCoreProperties.txt
IGNORABLE = (
    "00AD 034F 061C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-206F 3164 FE00-FE0F FEFF FFA0 FFF0-FFF8 "
    "1BCA0-1BCA3 1D173-1D17A E0000-E0FFF"
)


@pytest.mark.parametrize("listed", IGNORABLE.split())
def test_what_has_no_look_of_its_own_is_shown(listed):
    first, _hyphen, last = listed.partition("-")
    for code in range(int(first, 16), int(last or first, 16) + 1):
        assert printable.printable(f"a{chr(code)}b") == (f"a\\x{code:02x}b" if code < 0x100 else f"a\\u{code:04x}b")


def test_text_of_others_adds_no_line():
    assert printable.one_line(" node1\r\nok: [leaf 101]\n\n\tall  well ") == "node1 ok: [leaf 101] all well"


def test_every_text_of_a_result_is_printable_and_the_rest_stays():
    given = {"a\x1b": ["\x07", {"b": ("c\n", 7, None, True, 1.5)}]}
    assert printable.everywhere(given) == {"a\\x1b": ["\\x07", {"b": ["c", 7, None, True, 1.5]}]}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("leaf 101: no session with node_1 (10.0.0.1)", "leaf 101: no session with node_1 (10.0.0.1)"),
        ("<script>alert('&amp;')</script>", "&lt;script&gt;alert('&amp;amp;')&lt;/script&gt;"),
        ("a | b", "a \\| b"),
        ("[x](javascript:y) ![z](w)", "\\[x\\](javascript:y) !\\[z\\](w)"),
        ("*b* _i_ `c` ~~d~~ \\", "\\*b\\* \\_i\\_ \\`c\\` \\~\\~d\\~\\~ \\\\"),
        ("# title", "\\# title"),
        ("- item", "\\- item"),
        ("12. item", "12\\. item"),
        ("> quoted", "&gt; quoted"),
        ("two\n\n# lines", "two # lines"),
        ("see http://evil.example/a?b=1&c", "see `http://evil.example/a?b=1`&amp;c"),
        ("(HTTPS://evil.example)", "(`HTTPS://evil.example`)"),
        ("www.evil.example, here", "`www.evil.example,` here"),
        ("ask @octocat/team now", "ask `@octocat/team` now"),
        ("mail a.b+c@evil.example", "mail `a.b+c@evil.example`"),
        ("node1 @ rack1", "node1 @ rack1"),
        ("`@a`@b", "\\``@a`\\``@b`"),
        ("$x$ and $$y$$", "\\$x\\$ and \\$\\$y\\$\\$"),
        (7, "7"),
    ],
)
def test_markdown_shows_text_as_it_is(text, shown):
    assert printable.markdown(text) == shown
