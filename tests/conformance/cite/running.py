"""How a suite is started, and where it leaves what it found."""

import contextlib
import functools
import http.server
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from tests import schemas
from tests.conformance.cite.results import Outcome, of_ctl, of_testng
from tests.conformance.cite.suites import CTL, Suite, Words

HOURS_S = 3 * 3_600


class SuiteError(Exception):
    """A suite that came to no result: what it said of it."""


def run(suite: Suite, jar: Path, told: Words, folder: Path) -> Outcome:
    """Run a suite from its jar in a folder of its own, and give what it found."""
    if suite.kind == CTL:
        return _ctl(suite, jar, told, folder)
    properties = folder / "properties.xml"
    doctype = '<!DOCTYPE properties SYSTEM "http://java.sun.com/dtd/properties.dtd">'
    # A plain suite takes its properties alone, would fetch a document type from a host that is no
    # longer there, and writes into the home of who runs it.
    properties.write_text(_properties(told, "" if suite.plain else doctype))
    options = () if suite.plain else ("-o", str(folder), "-h")
    said = _java(f"-Duser.home={folder}", "-jar", str(jar), *options, str(properties))
    return of_testng(_found(folder, "testng-results.xml", said))


def _ctl(suite: Suite, jar: Path, told: Words, folder: Path) -> Outcome:
    """Unpack the jar, because the script of a CTL suite is opened as a file of its own."""
    whole, base, log = folder / "jar", folder / "base", folder / "log"
    for each in (base / "scripts", log):
        each.mkdir(parents=True)
    unpack(jar, whole)
    properties = folder / "properties.xml"
    properties.write_text(_properties(told))  # these suites refuse a document type
    with schema_proxy(folder / "proxy") as proxying:
        said = _java(
            f"-DTE_BASE={base}",
            f"-Djava.io.tmpdir={log}",
            "-Djava.protocol.handler.pkgs=com.occamlab.te.util.protocols",
            *proxying,
            "-cp",
            str(whole),
            suite.controller,
            str(properties),
        )
    return of_ctl(_found(log, "report_logs.xml", said))


def unpack(jar: Path, folder: Path) -> Path:
    """Unpack a jar; give the folder."""
    with zipfile.ZipFile(jar) as archive:
        archive.extractall(folder)
    return folder


def _properties(told: Words, doctype: str = "") -> str:
    entries = "".join(
        f"<entry key={quoteattr(key)}>{escape(value)}</entry>" for key, value in told.items()
    )
    head = f'<?xml version="1.0" encoding="UTF-8"?>{doctype}'
    return f'{head}<properties version="1.0">{entries}</properties>'


def _java(*words: str) -> str:
    done = subprocess.run(
        ["java", "-Xmx1g", *words],
        capture_output=True,
        text=True,
        timeout=HOURS_S,
        check=False,
    )
    return done.stdout + done.stderr


def _found(folder: Path, name: str, said: str) -> bytes:
    """The newest results of a run; the exit code of a suite says nothing."""
    found = sorted(folder.rglob(name), key=lambda path: path.stat().st_mtime)
    if not found:
        raise SuiteError(f"no {name} was written:\n{said[-3_000:]}")
    return found[-1].read_bytes()


@contextlib.contextmanager
def schema_proxy(folder: Path) -> Iterator[list[str]]:
    """Serve the published schemas as a proxy would; give what Java is told of it."""
    if not schemas.SCHEMAS.is_dir():
        yield []
        return
    for host, name in (("schemas.opengis.net", "ogc"), ("www.w3.org", "w3c")):
        place = folder / "http:" / host
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(schemas.SCHEMAS / name)

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    handler = functools.partial(Handler, directory=str(folder))
    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=proxy.serve_forever)
    thread.start()
    try:
        yield [
            "-Dhttp.proxyHost=127.0.0.1",
            f"-Dhttp.proxyPort={proxy.server_port}",
            "-Dhttp.nonProxyHosts=127.0.0.1|localhost",
        ]
    finally:
        proxy.shutdown()
        thread.join()
        proxy.server_close()
