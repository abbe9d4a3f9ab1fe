"""nginx: serves files, and stands in front of other servers."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from benchmarks.peers.processes import WORKERS, Server, free_port, start

_CONFIG = """
%(user)s
worker_processes %(workers)d;
daemon off;
pid nginx.pid;
error_log stderr error;
events { worker_connections 4096; }
http {
  access_log off;
  include %(types)s;
  default_type application/octet-stream;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_requests 1000000;
  open_file_cache max=20000 inactive=60s;
  client_body_temp_path temp/body; proxy_temp_path temp/proxy; fastcgi_temp_path temp/fastcgi;
  uwsgi_temp_path temp/uwsgi; scgi_temp_path temp/scgi;
  %(upstream)s
  server {
    listen 127.0.0.1:%(port)d;
    %(locations)s
  }
}
"""


def missing() -> str:
    """Return why it cannot run, or nothing."""
    return "" if shutil.which("nginx") else "nginx is missing: apt-get install nginx-light"


def version() -> str:
    """Return its version."""
    said = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=True).stderr
    return said.strip().rpartition("/")[2]


def server(name: str, folder: Path, locations: str, upstream: str = "") -> Server:
    """Start nginx over a folder of its own with the body of a ``server`` block."""
    (folder / "temp").mkdir(parents=True, exist_ok=True)
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(
        _CONFIG
        % {
            # Where root starts it, its workers would lose the right to read a private folder.
            "user": "user root;" if os.geteuid() == 0 else "",
            "workers": WORKERS,
            "types": "/etc/nginx/mime.types",
            "upstream": upstream,
            "port": port,
            "locations": locations,
        }
    )
    words = ["nginx", "-p", folder, "-c", config]
    return Server(name, port, [start(words, folder)])


def files(folder: Path, root: Path) -> Server:
    """Serve the files below ``root``."""
    return server("nginx, files", folder, f"root {root};")


def before(folder: Path, root: Path, port: int) -> Server:
    """Serve the files below ``root`` that there are, and ask the server on ``port`` for others."""
    upstream = f"upstream ours {{ server 127.0.0.1:{port}; keepalive 64; }}"
    locations = f"""
    root {root};
    location /tiles/ {{ error_page 404 = @ours; log_not_found off; }}
    location / {{ try_files /no-file @ours; }}
    location @ours {{
      proxy_pass http://ours; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $host;
    }}"""
    return server("nginx before ours", folder, locations, upstream)


def fastcgi(name: str, folder: Path, socket: Path, parameters: Iterable[tuple[str, str]]) -> Server:
    """Stand before FastCGI processes that listen on ``socket``.

    Connections are not kept: each process has one at a time, and would wait on an idle one.
    """
    params = "\n".join(f"fastcgi_param {key} {value};" for key, value in parameters)
    locations = f"""
    location / {{
      fastcgi_pass unix:{socket};
      include /etc/nginx/fastcgi_params;
      {params}
    }}"""
    return server(name, folder, locations)
