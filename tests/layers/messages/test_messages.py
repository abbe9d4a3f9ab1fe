import json
import re
import string

import pytest

from layers import messages
from layers.errors import BadFileError
from layers.messages import po, read, review

OTHERS = [language for language in messages.LANGUAGES if language != "en"]
# The letters a language cannot do without, and the look-alikes that must not stand for them.
ALPHABETS = {"kk": "әғқңөұүі", "uz": "ʻ", "ru": "ыэ"}


def names(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)


@pytest.mark.parametrize("language", OTHERS)
def test_every_id_stands_in_every_language(language):
    assert set(messages.catalogue(language)) == set(messages.catalogue("en"))


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_fills_in_the_same_names_in_every_language(language):
    for message, english in messages.catalogue("en").items():
        assert names(messages.catalogue(language)[message]) == names(english), message


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_was_left_in_english(language):
    english = messages.catalogue("en")
    same = {m for m, text in messages.catalogue(language).items() if text == english[m]}
    # Symbols and names are the same everywhere.
    plain = ("unit.", "quantity.pm", "date.", "quake.title")
    spoken = {m for m in same if not m.startswith(plain)}
    assert spoken <= {
        "quantity.radon",
        "learn.class",
        "learn.term.pm",
        "learn.term.radon",
        "scenario.named",
        "site.basin_value",
    }


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_a_year_has_twelve_months_and_a_week_seven_days(language):
    texts = messages.catalogue(language)
    for message, count in (("date.months", 12), ("date.months_long", 12), ("date.weekdays", 7)):
        parts = texts[message].split("|")
        assert len(parts) == len(set(parts)) == count


@pytest.mark.parametrize(("language", "letters"), ALPHABETS.items())
def test_a_language_is_written_in_its_own_letters(language, letters):
    written = "".join(messages.catalogue(language).values()).lower()
    assert all(letter in written for letter in letters)


def test_uzbek_uses_the_turned_comma_and_no_quotation_mark():
    for text in messages.catalogue("uz").values():
        assert not re.search(r"[og]['`’‘]", text, re.IGNORECASE), text


def test_values_are_filled_in():
    text = messages.text("point.distance", "en", distance="12")
    assert text == "12 km away"


def test_an_unknown_id_or_a_missing_value_is_an_error():
    with pytest.raises(KeyError):
        messages.text("no.such.id", "en")
    with pytest.raises(KeyError):
        messages.text("point.interval", "en", low="1")


def test_what_was_read_holds_as_long_as_the_english_text_is_the_same(tmp_path):
    message = "learn.rain.text"
    assert message in review.waiting("kk")
    english = messages.catalogue("en")
    read.keep("kk", {message: "Жаңбыр"}, english, tmp_path)
    read.keep("kk", {"legend.title": "Шартты белгілер"}, english, tmp_path)
    assert read.confirmed("kk", english, tmp_path) == {
        message: "Жаңбыр",
        "legend.title": "Шартты белгілер",
    }
    changed = {**english, message: "It has begun to rain."}
    assert set(read.confirmed("kk", changed, tmp_path)) == {"legend.title"}
    assert read.confirmed("uz", english, tmp_path) == {}


def test_what_was_read_is_shown():
    for language in review.READERS:
        for message, text in read.confirmed(language, messages.catalogue("en")).items():
            assert messages.text(message, language) == text
    assert review.waiting("en") == []


def entry(message, text, flags=""):
    source = json.dumps(messages.text(message, "en"), ensure_ascii=False)
    return f'{flags}msgctxt "{message}"\nmsgid {source}\nmsgstr {text}\n\n'


HEAD = 'msgid ""\nmsgstr ""\n"Project-Id-Version: Kyzylkum\\n"\n"Language: uz\\n"\n\n'


def test_a_catalogue_comes_back_from_a_reader():
    # As editors of catalogues write it: in lines, with comments, with entries of the past.
    found = po.returned(
        HEAD
        + "# Tarjimon: A. B.\n"
        + entry("legend.title", '""\n"Shartli "\n"belgilar"')
        + entry("time.title", '"Vaqt"', "#, fuzzy\n")
        + entry("tools.table", '""')
        + entry("point.distance", '"{distance} km, \\"to\u02bbg\u02bbri\\""')
        + '#~ msgid "Old"\n#~ msgstr "Eski"\n'
    )
    assert found.language == "uz"
    assert found.texts == {
        "legend.title": "Shartli belgilar",
        "point.distance": '{distance} km, "to\u02bbg\u02bbri"',
    }
    assert (found.waiting, found.refused) == (2, [])


@pytest.mark.parametrize(
    ("message", "text", "why"),
    [
        ("point.distance", '"uzoqda"', "must hold {distance}"),
        ("point.distance", '"{distance} {masofa}"', "must hold {distance}"),
        ("point.distance", '"{distance} {"', "a brace stands alone"),
        ("date.weekdays", '"du|se"', "another length"),
        ("legend.title", '"Yo\'q"', "U+02BB"),
    ],
)
def test_an_entry_that_would_break_the_page_is_refused(message, text, why):
    found = po.returned(HEAD + entry(message, text))
    assert found.texts == {}
    assert why in found.refused[0]


def test_what_is_read_beside_another_english_text_is_refused():
    found = po.returned(HEAD + 'msgctxt "legend.title"\nmsgid "Key"\nmsgstr "Belgilar"\n')
    assert found.refused == ["legend.title: its English text is another by now"]
    found = po.returned(HEAD + 'msgctxt "no.such"\nmsgid "Key"\nmsgstr "Belgilar"\n')
    assert found.refused == ["no.such: there is no such text"]


@pytest.mark.parametrize(
    "text",
    ["", "kk", HEAD.replace("uz", "en"), HEAD + "msgid_plural 3\n", HEAD + 'msgid "a\n', '"a"'],
)
def test_a_file_that_is_no_catalogue_is_refused(text):
    with pytest.raises(BadFileError):
        po.returned(text)


@pytest.mark.parametrize("language", review.READERS)
def test_a_catalogue_that_was_written_out_can_be_read_in(language):
    found = po.returned(po.written(language))
    assert found.refused == []
    assert found.waiting == len(review.waiting(language))
    whole = po.returned(re.sub(r"fuzzy, |, fuzzy|#, fuzzy\n", "", po.written(language)))
    assert whole.texts == messages.catalogue(language)


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_a_gettext_catalogue_holds_every_text_and_marks_what_waits(language):
    text = po.written(language)
    entry = (
        r'(?:#, (?P<flags>.*)\n)?msgctxt "(?P<id>.*)"\n'
        r'msgid (?P<en>".*")\nmsgstr (?P<own>".*")\n'
    )
    found = re.findall(entry, text)
    assert {message for _, message, _, _ in found} == set(messages.catalogue(language))
    for flags, message, english, own in found:
        assert json.loads(english) == messages.text(message, "en")
        assert json.loads(own) == messages.text(message, language)
        assert ("fuzzy" in flags) == (message in review.waiting(language))
    assert f"Language: {language}\\n" in text
    assert text.startswith('msgid ""\n')
