"""Texts and JSON of CQL2: what is read, and that nothing brings the parser down."""

import contextlib
import json

import pytest

from layers.errors import BadParameterError
from layers.filtering import parse
from layers.filtering.expression import DEEPEST_TEXT


def test_text_and_json_are_one_expression() -> None:
    text = parse("value > 100 AND CASEI(name) LIKE CASEI('al%')")
    assert text == parse(json.dumps(text), "cql2-json")
    assert text["op"] == "and"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "value >",
        "value > 100)",
        "(value > 100",
        "name = 'open",
        'name = "open',
        "name ILIKE 'a%'",
        "SELECT 1",
        "\0",
    ],
)
def test_what_is_no_filter_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BadParameterError, match="filter"):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]]",
        "{}",
        "NaN",
        '{"op": "=", "args": [{"property": "a"}, NaN]}',
        "[" * 4_000,
        '{"op":"not","args":[' * 300 + "true" + "]}" * 300,
    ],
)
def test_what_is_no_json_filter_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BadParameterError, match="filter"):
        parse(text, "cql2-json")


# Each of these ended the process, or kept it busy for hours, when the library was asked at once.
@pytest.mark.parametrize(
    "text",
    [
        "NOT " * 1_900 + "a = 1",
        "-" * 7_900 + "1 = a",
        "a + " * 1_900 + "1 = 2",
        "a^" * 3_000 + "1 = 2",
        "(" * 3_900 + "a" + ")" * 3_900,
        "(" * 30 + "a",
        "(" * 30 + "a b" + ")" * 30,
        "NOT (" * 20,
        "a BETWEEN (" * 300 + "a" + ")" * 300,
        "a IN ((((((((((((((((((((((((",
        "a = 1 AND " * 900 + "a",
    ],
)
def test_no_text_brings_the_parser_down(text: str) -> None:
    with contextlib.suppress(BadParameterError):
        assert parse(text)


def test_parentheses_go_as_deep_as_is_told() -> None:
    def nested(depth: int) -> str:
        return "(" * depth + "a = 1" + ")" * depth

    assert parse(nested(DEEPEST_TEXT)) == parse("a = 1")
    with pytest.raises(BadParameterError, match="parentheses within each other"):
        parse(nested(DEEPEST_TEXT + 1))
    # In a text they are letters.
    assert parse(f"a = '{'(' * 50}'")["args"][1] == "(" * 50


def test_a_filter_that_is_too_long_is_not_looked_at() -> None:
    with pytest.raises(BadParameterError, match="8,000 characters"):
        parse(f"a = '{'x' * 8_000}'")
