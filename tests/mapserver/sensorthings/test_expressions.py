"""Expressions of SensorThings mean what OData says, and say where they cannot be read."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from layers.errors import BadParameterError
from mapserver.services.sensorthings.budget import Budget
from mapserver.services.sensorthings.evaluation import Evaluation
from mapserver.services.sensorthings.expressions import DEEPEST
from mapserver.services.sensorthings.lexer import ExpressionError
from mapserver.services.sensorthings.parser import Parser
from mapserver.services.sensorthings.vocabulary import SETS

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Stand:
    """An entity that is written down."""

    def __init__(self, id=0, link="", ways=None, **values):
        self.id, self.link, self._values, self._ways = id, link, values, ways or {}

    def value(self, name):
        return self._values.get(name)

    def leads_to(self, name):
        return iter(self._ways[name]) if name in self._ways else None


PLACE = {"type": "Point", "coordinates": [69.0, 41.0]}
THING = Stand(
    17,
    name="Aktau",
    description="It's near",
    properties={"country": "KZ", "elevation_m": 12.5, "names": {"ru": "Актау"}, "valid_to": None},
    ways={
        "Locations": [Stand(location=PLACE)],
        "Datastreams": [
            Stand(1, phenomenonTime="2026-11-20T09:00:00Z/2026-11-20T10:00:00Z", name="Dose"),
            Stand(2, phenomenonTime="2026-11-21T09:00:00Z/2026-11-21T10:00:00Z", name="Dust"),
        ],
        "HistoricalLocations": [],
    },
)


def holds(text, entity=THING, entities="Things"):
    parser = Parser(text, SETS[entities])
    return Evaluation(NOW, Budget().step).holds(parser.whole(parser.expression), entity)


T = "Datastreams/phenomenonTime"
SQUARE = "geography'POLYGON((68 40,70 40,70 42,68 42,68 40))'"
P = "Locations/location"


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("name eq 'Aktau'", True),
        ("description eq 'It''s near'", True),
        ("'Aktau' eq name", True),
        ("name ne 'Aktau'", False),
        ("@iot.id eq 17 and id eq 17", True),
        ("properties/country eq 'KZ'", True),
        ("properties/names/ru eq 'Актау'", True),
        ("properties/nothing eq null", True),
        ("properties/valid_to eq null", True),
        ("properties/valid_to gt 3", False),
        ("properties/elevation_m gt 12 and properties/elevation_m le 12.5", True),
        # not binds before and, and before or
        ("not name eq 'Aktau' or true", True),
        ("not (name eq 'Aktau' or true)", False),
        ("true or true and false", True),
        ("(true or true) and false", False),
        # multiplication before addition; both from the left
        ("1 add 2 mul 3 eq 7", True),
        ("(1 add 2) mul 3 eq 9", True),
        ("10 sub 3 sub 2 eq 5", True),
        ("7 div 2 eq 3", True),
        ("-7 div 2 eq -3", True),
        ("7.0 div 2 eq 3.5", True),
        ("7 mod 3 eq 1", True),
        ("-7 mod 3 eq -1", True),
        ("1 div 0 eq null", True),
        ("- properties/elevation_m lt 0", True),
        ("1e3 eq 1000", True),
        # texts
        ("substringof('ktau', name)", True),
        ("startswith(name, 'Ak') and endswith(name, 'au')", True),
        ("length(name) eq 5", True),
        ("indexof(name, 'tau') eq 2", True),
        ("substring(name, 2) eq 'tau' and substring(name, 1, 2) eq 'kt'", True),
        ("toupper(name) eq 'AKTAU' and tolower(name) eq 'aktau'", True),
        ("concat(trim('  a '), 'b') eq 'ab'", True),
        ("length(properties/nothing) eq null", True),
        # times: an interval stands for its beginning
        (f"{T} eq 2026-11-20T09:00:00Z", True),
        (f"{T} ge 2026-11-20T09:00:00Z and {T} lt 2026-11-20T10:00:00Z", True),
        (f"{T} lt 2026-11-20T09:00:00Z", False),
        (f"{T} eq 2026-11-20T14:00:00+05:00", True),
        (f"{T} eq 2026-11-20T09:00:00Z/2026-11-20T10:00:00Z", True),
        (f"{T} gt 2026-11-21T09:00:00Z", False),
        (f"year({T}) eq 2026 and month({T}) eq 11 and day({T}) eq 21", True),
        (f"hour({T}) eq 9 and minute({T}) eq 0 and second({T}) eq 0", True),
        (f"date({T}) eq 2026-11-21", True),
        (f"time({T}) eq 09:00:00", True),
        (f"fractionalseconds({T}) eq 0", True),
        (f"totaloffsetminutes({T}) eq 0", True),
        (f"{T} lt now()", True),
        (f"{T} gt now() sub duration'PT2H'", True),
        (f"{T} gt now() add duration'P1D'", False),
        ("mindatetime() lt now() and now() lt maxdatetime()", True),
        ("now() sub 2026-11-20T11:00:00Z eq duration'PT1H'", True),
        # numbers
        ("round(2.5) eq 3 and round(-2.5) eq -3 and round(2.4) eq 2", True),
        ("floor(-1.5) eq -2 and ceiling(-1.5) eq -1", True),
        # places: 1 degree of latitude is 111.04 km there
        (f"geo.distance({P}, geography'POINT(69 42)') lt 111100", True),
        (f"geo.distance({P}, geography'POINT(69 42)') gt 111000", True),
        ("geo.length(geography'LINESTRING(69 41,69 42)') gt 111000", True),
        (f"geo.intersects({P}, {SQUARE})", True),
        (f"st_within({P}, {SQUARE}) and st_contains({SQUARE}, {P})", True),
        (f"st_intersects({P}, {SQUARE})", True),
        (f"st_disjoint({P}, {SQUARE})", False),
        (f"st_touches({P}, geography'LINESTRING(69 41,70 41)')", True),
        (f"st_equals({P}, geography'SRID=4326;POINT(69 41)')", True),
        ("st_crosses(geography'LINESTRING(60 41,80 41)', " + SQUARE + ")", True),
        ("st_overlaps(" + SQUARE + ", geography'POLYGON((69 41,71 41,71 43,69 41))')", True),
        (f"st_relate({P}, {SQUARE}, 'T*F**F***')", True),
        # many: a comparison holds where it does for any of them
        ("Datastreams/name eq 'Dust'", True),
        ("not (Datastreams/name eq 'Rain')", True),
        ("HistoricalLocations/time gt 1900-01-01T00:00:00Z", False),
        ("HistoricalLocations/time eq null", False),
    ],
)
def test_an_expression_means_what_odata_says(text, right):
    assert holds(text) is right


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it ends where a value was expected, at character 1"),
        ("name eq", "it ends where a value was expected, at character 8"),
        ("name eqq 5", '"eqq" stands where the end was expected, at character 6'),
        ("name eq 'Aktau", "a text without its closing quote, at character 9"),
        ("(name eq 'x'", 'it ends where ")" was expected, at character 13'),
        ("name eq 'x')", '")" stands where the end was expected, at character 12'),
        ("nam eq 'x'", 'did you mean "name"'),
        ("Datastreams/nam eq 'x'", 'Datastreams have no property "nam"'),
        ("Datastreams eq 5", "Datastreams is an entity; name one of its properties"),
        ("Datastreams/Observations/result gt 5", "no expression looks through Observations"),
        ("startwith(name, 'x')", 'no function "startwith"; did you mean "startswith"'),
        ("startswith(name)", "startswith takes 2 arguments, not 1, at character 1"),
        ("substring(name)", "substring takes 2 or 3 arguments, not 1"),
        ("name eq 2026-13-01T00:00:00Z", "cannot be read"),
        ("name eq 2026-02-30", "cannot be read"),
        ("name eq 99:00:00", "cannot be read"),
        ("name eq 2026-11-20T10:00:00Z/2026-11-20T09:00:00Z", "ends"),
        ("name eq duration'1 hour'", "a duration such as PT1H was expected"),
        ("st_within(properties, geography'POINT(1)')", "cannot be read"),
        ("st_within(properties, geography'POINT(1e400 1)')", "a coordinate is no number"),
        ("name eq 5x", '"5x" is no word'),
        ("name eq 12345678901234567890", "too large"),
        ("name & 5", '"& 5" is no word, at character 6'),
        ("name eq $x", '"$x" stands where a value was expected'),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text, said):
    with pytest.raises(ExpressionError) as error:
        holds(text)
    assert said in str(error.value)
    assert ", at character " in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name gt 5", "a text and a number cannot be compared by gt, at character 6"),
        ("true gt false", "cannot be compared by gt"),
        ("name add 1 eq 2", "add has no meaning for a text and a number"),
        ("length(5) eq 1", "length takes a text, not a number"),
        ("year(name) eq 1", "year takes a time or a date, not a text"),
        ("st_within(name, name)", "st_within takes a geometry, not a text"),
        (f"geo.distance({SQUARE}, {SQUARE}) gt 1", "geo.distance takes two points"),
        (f"st_relate({P}, {SQUARE}, 'x')", "is no DE-9IM pattern"),
        ("properties eq properties", "a structure and a structure cannot be compared"),
    ],
)
def test_what_has_no_meaning_is_told_with_its_place(text, said):
    with pytest.raises(BadParameterError, match="at character") as error:
        holds(text)
    assert said in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5_00 + "true" + ")" * 5_00,
        "not " * 300 + "true",
        "1" + " add 1" * 300 + " eq 1",
        "- " * 300 + "1 eq 1",
        "tolower(" * 300 + "name" + ")" * 300 + " eq 'x'",
    ],
)
def test_what_is_nested_too_deep_is_refused(text):
    with pytest.raises(ExpressionError, match=rf"nested deeper than {DEEPEST}|more than"):
        holds(text)


def test_a_long_chain_of_conditions_is_no_deep_nest():
    assert holds(" or ".join(["name eq 'x'"] * 200 + ["true"]))


TEXT = (
    "name eq ne gt and or not ( ) , / 5 1.5 'x' 'it''s' null true add div mod - now() $top = ; "
    "Datastreams properties country substring( geo.distance( year( 2026-11-20T09:00:00Z 2026-11-20 "
    "09:00:00 duration'PT1H' @iot.id Locations location"
)
WORDS = st.sampled_from([*TEXT.split(), "geography'POINT(1 2)'"])


@given(st.one_of(st.lists(WORDS, max_size=12).map(" ".join), st.text(max_size=20)))
@example("name eq 1e999")
@example("-" * 50)
@example("duration'P999999D' mul 5 eq 3")
@example("mindatetime() sub duration'P1D' eq null")
def test_every_text_is_read_or_refused_with_a_sentence(text):
    for read in ("expression", "orderby", "select", "expand"):
        refused = ""
        try:
            parser = Parser(text, SETS["Things"])
            found = parser.whole(getattr(parser, read))
            if read == "expression":
                assert Evaluation(NOW, Budget().step).holds(found, THING) in (True, False)
        except BadParameterError as error:
            refused = str(error)
        assert not refused or "at character" in refused
