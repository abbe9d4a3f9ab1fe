"""Capabilities are made anew only where what they say has changed."""

from typing import Any
from unittest import mock

import pytest

from mapserver.documents import wms_capabilities, wmts_capabilities
from mapserver.services.held import DOCUMENTS, Documents

ADDRESSES = {
    "/wms?SERVICE=WMS&REQUEST=GetCapabilities": wms_capabilities,
    "/wmts?SERVICE=WMTS&REQUEST=GetCapabilities": wmts_capabilities,
}
NEXT_HOUR = b"""station_code,time_start_utc,time_end_utc,quantity,value,unit
KZ0,2026-11-20T{hour}:00:00Z,2026-11-20T{hour}:30:00Z,ambient_dose_rate,120,nSv/h
"""


def test_a_document_is_made_again_only_where_what_it_is_made_of_differs() -> None:
    documents, made = Documents(), iter([b"first", b"second", b"third"])
    assert documents("en", ["a"], lambda: next(made)).body == b"first"
    assert documents("en", ["a"], lambda: next(made)).body == b"first"
    assert documents("ru", ["a"], lambda: next(made)).body == b"second"
    assert documents("en", ["a", "b"], lambda: next(made)).body == b"third"


def test_no_more_than_a_few_documents_are_kept() -> None:
    documents = Documents()
    for number in range(DOCUMENTS + 1):
        documents(number, None, lambda: b"old")
    assert documents(0, None, lambda: b"new").body == b"new"
    assert documents(DOCUMENTS, None, lambda: b"new").body == b"old"


def test_one_that_cannot_be_made_is_tried_again() -> None:
    documents = Documents()
    with pytest.raises(ZeroDivisionError):
        documents("en", None, lambda: b"%d" % (1 // 0))
    assert documents("en", None, lambda: b"whole").body == b"whole"


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_second_who_asks_costs_no_document(house: Any, address: str) -> None:
    first = house.get(f"{address}&LANGUAGE=kk", headers={"Accept-Encoding": "gzip"})
    with mock.patch.object(ADDRESSES[address], "document", side_effect=AssertionError):
        again = house.get(f"{address}&LANGUAGE=kk", headers={"Accept-Encoding": "gzip"})
        plain = house.get(f"{address}&LANGUAGE=kk")
    assert again.data == first.data != plain.data
    assert again.headers["ETag"] == first.headers["ETag"] != plain.headers["ETag"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_hour_that_arrives_is_told_at_once(own: Any, address: str) -> None:
    own.ingest("a.csv", NEXT_HOUR.replace(b"{hour}", b"09"), organisation="kz")
    before = own.get(address)
    hour = b"10" if "wmts" in address else b"11"
    own.ingest("b.csv", NEXT_HOUR.replace(b"{hour}", hour), organisation="kz")
    after = own.get(address)
    told = b"2026-11-20T%s:00:00Z" % hour
    assert told not in before.data
    assert told in after.data
