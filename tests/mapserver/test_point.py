"""A click is answered before the framework: with what the framework says of it, to the byte."""

import pytest

from .conftest import HERE, House

AT = "/api/v1/point?lon={}&lat={}".format(*HERE)
CONDITION = {"If-None-Match": '"what nobody has"'}
"""A condition that hands a question on to the framework, and changes no answer."""


@pytest.mark.parametrize("accepted", ["", "gzip", "br;q=1, gzip;q=0"])
@pytest.mark.parametrize("more", ["", "&time=latest", "&layer=dose-rate&threshold=150"])
def test_a_plain_click_has_the_body_and_the_headers_of_any_other(
    house: House, more: str, accepted: str
) -> None:
    headers = {"Accept-Encoding": accepted} if accepted else {}
    first = house.get(AT + more, headers=headers)
    behind = house.get(AT + more, headers={**headers, **CONDITION})
    assert first.status_code == behind.status_code == 200
    assert first.data == behind.data
    said, known = ([h for h in each.headers if h[0] != "Date"] for each in (first, behind))
    assert said == known
    assert ("Content-Encoding" in first.headers) is (accepted == "gzip")
    again = house.get(AT + more, headers={**headers, "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_what_is_no_plain_click_is_told_by_the_framework(house: House) -> None:
    head = house.client.head(AT)
    assert head.status_code == 200
    assert head.headers["Content-Length"] == str(len(house.get(AT).data))
    assert house.client.post(AT).status_code == 405
    for query in ("lon=74", "lon=74&lat=45&lat=45", "lon=74&lat=%FF", "lon=74&lat=45&x=\u00e9"):
        assert house.get(f"/api/v1/point?{query}").status_code == 400, query
    assert house.get(AT + "0" * 4_000).status_code == 414
