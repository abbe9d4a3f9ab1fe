import json
import re
import string

import pytest

from layers import messages
from layers.messages import po, review

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
    assert spoken <= {"quantity.radon", "learn.class", "learn.term.pm", "learn.term.radon"}


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


def test_a_text_waits_for_a_native_reader_until_this_very_text_was_read(monkeypatch):
    message = "learn.rain.text"
    assert message in review.waiting("kk")
    read = {message: review.digest(messages.text(message, "kk"))}
    monkeypatch.setitem(review.READ, "kk", read)
    assert message not in review.waiting("kk")
    monkeypatch.setitem(review.READ, "kk", {message: review.digest("another text")})
    assert message in review.waiting("kk")


def test_what_was_read_is_there():
    for language, read in review.READ.items():
        assert set(read) <= set(messages.catalogue(language))
    assert review.waiting("en") == []


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
