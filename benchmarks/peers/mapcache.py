"""MapCache of Debian: FastCGI processes behind nginx over a cache of files."""

import re
import subprocess
from pathlib import Path

from benchmarks.peers import mapserver, nginx
from benchmarks.peers.processes import Server
from layers.geo import Window

NAME = "MapCache"
PROGRAM = Path("/usr/lib/cgi-bin/mapcache")

_CONFIG = """<?xml version="1.0" encoding="UTF-8"?>
<mapcache>
  <cache name="files" type="disk"><base>{folder}/cache</base></cache>
  <source name="field" type="wms">
    <getmap><params><FORMAT>image/png</FORMAT><LAYERS>degrees</LAYERS>
      <TRANSPARENT>TRUE</TRANSPARENT></params></getmap>
    <http><url>http://127.0.0.1:{port}/</url></http>
  </source>
  <tileset name="field">
    <source>field</source><cache>files</cache><grid>GoogleMapsCompatible</grid>
    <format>PNG</format><metatile>1 1</metatile>
  </tileset>
  <service type="gmaps" enabled="true"/>
  <service type="wms" enabled="true"><maxsize>2048</maxsize></service>
  <errors>report</errors>
  <locker type="disk"><directory>{folder}</directory><timeout>60</timeout></locker>
</mapcache>
"""


def missing() -> str:
    """Return why it cannot run, or nothing."""
    if not PROGRAM.is_file():
        return "mapcache is missing: apt-get install mapcache-cgi"
    return mapserver.missing()


def version() -> str:
    """Return its version as the package says it."""
    words = ["dpkg-query", "-W", "-f", "${Version}", "mapcache-cgi"]
    said = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    return re.split("[-+]", said)[0] or "?"


def server(folder: Path, source: Server) -> Server:
    """Start it before a MapServer; what was asked for once is a file from then on."""
    folder.mkdir()
    config = folder / "mapcache.xml"
    config.write_text(_CONFIG.format(folder=folder, port=source.port))
    listener = folder / "fcgi.sock"
    named = [("MAPCACHE_CONFIG_FILE", str(config)), ("PATH_INFO", "$uri"), ("SCRIPT_NAME", '""')]
    workers = mapserver.fastcgi(str(PROGRAM), folder, listener, MAPCACHE_CONFIG_FILE=str(config))
    front = nginx.fastcgi(NAME, folder, listener, named)
    return Server(NAME, front.port, [*workers, *front.processes])


def tile(at: Window) -> str:
    """Return the address of a tile."""
    return f"/gmaps/field@GoogleMapsCompatible/{at.zoom}/{at.col}/{at.row}.png"
