"""The site file for nginx in front of several workers: one lab's people meet in one worker, and no worker is needed."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

SITE = """\
# In front of {n} workers of facilitation. Written by: python3 -m facilitation serve --workers {n} --print-site
# Include it in the http block. Each phone takes two connections here: worker_connections (and the limit of open files)
# at least three times the people you expect.

map $http_upgrade $facilitation_connection {{
    default upgrade;
    ""      "";
}}

# A lab's address leads to the same worker while that one answers: what one transaction and one delivery can share, they share.
# Any other worker serves the lab as well; it is a matter of speed.
map $request_uri $facilitation_lab {{
    "~^/labs/(?<facilitation_by_path>[0-9A-Za-z]+)"   $facilitation_by_path;
    "~[?&]lab=(?<facilitation_by_query>[0-9A-Za-z]+)" $facilitation_by_query;
    default                                           $remote_addr;
}}

upstream facilitation {{
    hash $facilitation_lab consistent;
{servers}
    keepalive 64;
}}

server {{
    listen {listen};
    server_name {name};
{tls}
    client_max_body_size 12m;

    location = /metrics {{ return 404; }}  # ask each worker on its own port

    location / {{
        proxy_pass http://facilitation;
        proxy_http_version 1.1;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $remote_addr;  # not appended: what a visitor claims is worth nothing
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Forwarded-Host "";
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $facilitation_connection;
        proxy_connect_timeout 2s;
        proxy_read_timeout 90s;  # a socket is pinged every 20 s
        proxy_next_upstream error timeout;
    }}
}}
"""
SERVER = "    server {address} max_fails=1 fail_timeout=2s;"
TLS = """\
    ssl_certificate     /etc/ssl/facilitation/fullchain.pem;  # yours
    ssl_certificate_key /etc/ssl/facilitation/privkey.pem;
"""


def site(public_url: str, workers: Sequence[str]) -> str:
    """The file for `public_url` (the address people use) and the addresses of the workers, `host:port`."""
    public = urlsplit(public_url)
    secure = public.scheme == "https"
    port = public.port or (443 if secure else 80)
    return SITE.format(
        n=len(workers),
        servers="\n".join(SERVER.format(address=address) for address in workers),
        listen=f"{port} ssl" if secure else port,
        name=public.hostname or "_",
        tls=TLS if secure else "",
    )
