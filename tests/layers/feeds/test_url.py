import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from layers.errors import BadParameterError, FeedUnreachableError, TooLargeError
from layers.feeds import Fetched, NotModified, UrlFeed, UrlState
from layers.feeds.url import fetch

BODY = b"station,value\nA,1\n" * 1000
MODIFIED = "Mon, 23 Nov 2026 09:00:00 GMT"


class Handler(BaseHTTPRequestHandler):
    """A real server with the habits of many."""

    seen: dict[str, str | None]

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))  # type: ignore[attr-defined]
        place = self.path.partition("?")[0]
        getattr(self, "at_" + place.strip("/").replace("-", "_"), self.at_nowhere)()

    def answer(self, code: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def at_nowhere(self) -> None:
        self.answer(404, b"<html>not here</html>")

    def at_data(self) -> None:
        if self.headers.get("If-None-Match") == '"v1"':
            self.answer(304)
            return
        self.answer(
            200, BODY, ETag='"v1"', Last_Modified=MODIFIED, Content_Type="text/csv; charset=utf-8",
            Content_Length=str(len(BODY)),
        )  # fmt: skip

    def at_error(self) -> None:
        self.answer(503, Retry_After="60")

    def at_cut(self) -> None:
        self.answer(200, BODY[:100], Content_Length=str(len(BODY)))

    def at_unannounced(self) -> None:
        self.answer(200, BODY)

    def at_gzip(self) -> None:
        self.answer(200, b"\x1f\x8b", Content_Encoding="gzip")

    def at_here(self) -> None:
        self.answer(302, Location="/data")

    def at_away(self) -> None:
        self.answer(302, Location="http://localhost:1/secret")

    def at_file(self) -> None:
        self.answer(302, Location="file:///etc/hostname")

    def at_loop(self) -> None:
        self.answer(302, Location="/loop")

    def at_drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.drip(b"x" * 500)

    def at_dripping_head(self) -> None:
        self.drip(b"HTTP/1.0 200 OK\r\n" + b"X-A: 1\r\n" * 60 + b"\r\nbody")

    def drip(self, text: bytes) -> None:
        with contextlib.suppress(OSError):
            for byte in text:
                self.server.stopping.wait(0.01)  # type: ignore[attr-defined]
                self.wfile.write(bytes([byte]))
                self.wfile.flush()


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.asked = []  # type: ignore[attr-defined]
        running.stopping = threading.Event()  # type: ignore[attr-defined]
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.stopping.set()  # type: ignore[attr-defined]
        running.shutdown()
        thread.join()


def feed(server: ThreadingHTTPServer, place: str, **options: float) -> UrlFeed:
    url = f"http://127.0.0.1:{server.server_port}/{place}"
    return UrlFeed(url, ["127.0.0.1"], **options)  # type: ignore[arg-type]


def test_a_file_is_fetched_once_and_known_the_second_time(server: ThreadingHTTPServer) -> None:
    first = fetch(feed(server, "data"))
    assert isinstance(first, Fetched)
    assert (first.body, first.media_type) == (BODY, "text/csv")
    assert first.state == UrlState('"v1"', MODIFIED)
    second = fetch(feed(server, "data"), first.state)
    assert second == NotModified(first.state)
    asked = server.asked[-1][1]  # type: ignore[attr-defined]
    assert asked["If-None-Match"] == '"v1"'
    assert asked["If-Modified-Since"] == MODIFIED
    assert asked["Accept-Encoding"] == "identity"


def test_a_changed_file_is_fetched_again(server: ThreadingHTTPServer) -> None:
    assert isinstance(fetch(feed(server, "data"), UrlState('"v0"')), Fetched)


def test_an_answer_without_length_is_read_to_its_end(server: ThreadingHTTPServer) -> None:
    found = fetch(feed(server, "unannounced"))
    assert isinstance(found, Fetched)
    assert found.body == BODY
    assert found.state == UrlState()


@pytest.mark.parametrize("place", ["data", "unannounced"])
def test_the_limit_holds_whether_the_length_is_announced_or_not(
    server: ThreadingHTTPServer, place: str
) -> None:
    assert isinstance(fetch(feed(server, place, max_bytes=len(BODY))), Fetched)
    with pytest.raises(TooLargeError, match="larger than the limit"):
        fetch(feed(server, place, max_bytes=len(BODY) - 1))


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("nothing", "answered 404"),
        ("error", "answered 503"),
        ("cut", "ended after 100 of 18,000 bytes"),
        ("gzip", "answered in gzip"),
        ("away", 'the host "localhost" is not allowed'),
        ("file", "answered 302"),
        ("loop", "answered 302"),
    ],
)
def test_what_a_server_does_wrong_is_a_sentence(
    server: ThreadingHTTPServer, place: str, words: str
) -> None:
    with pytest.raises(FeedUnreachableError, match=words):
        fetch(feed(server, place))


def test_a_redirect_within_the_host_is_followed(server: ThreadingHTTPServer) -> None:
    assert isinstance(fetch(feed(server, "here")), Fetched)


@pytest.mark.parametrize("place", ["drip", "dripping-head"])
def test_a_server_that_drips_is_left_when_the_time_is_over(
    server: ThreadingHTTPServer, place: str
) -> None:
    with pytest.raises(FeedUnreachableError, match=r"was not complete within 0\.4 s"):
        fetch(feed(server, place, timeout_s=0.4))


def test_a_port_where_nobody_listens_is_a_sentence() -> None:
    with pytest.raises(FeedUnreachableError, match=r"cannot be fetched: .*refused"):
        fetch(UrlFeed("http://127.0.0.1:1/data", ["127.0.0.1"]))


def test_the_query_of_an_address_is_not_told(server: ThreadingHTTPServer) -> None:
    with pytest.raises(FeedUnreachableError) as caught:
        fetch(feed(server, "nothing?key=secret"))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/hostname",
        "FILE:///etc/hostname",
        "ftp://127.0.0.1/data",
        "http://localhost/data",
        "http://127.0.0.1.example.org/data",
        "http://127.0.0.1@example.org/data",
        "http://user:word@127.0.0.1/data",
        "http://127.0.0.1:port/data",
        "http://[::1/data",
        "data",
        "",
    ],
)
def test_only_http_to_allowed_hosts_is_ever_asked(url: str) -> None:
    with pytest.raises(BadParameterError):
        fetch(UrlFeed(url, ["127.0.0.1"]))
