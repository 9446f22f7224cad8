"""The site file for nginx in front of the workers: one lab's people meet in one worker, and no worker is needed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

SITE = """\
# In front of {n} {workers} of facilitation. Written by: {command}
# Include it in the http block. Each phone takes two connections here: worker_connections (and the limit of open files)
# at least three times the people you expect. On a machine without IPv6, leave the lines with [::] out.

map $http_upgrade $facilitation_connection {{
    default upgrade;
    ""      "";
}}

# A lab's address leads to the same worker while that one answers: what one transaction and one delivery can share, they share.
# Any other worker serves the lab as well; it is a matter of speed.
map $request_uri $facilitation_lab {{
    "~^{pattern}/labs/(?<facilitation_by_path>[0-9A-Za-z]+)" $facilitation_by_path;
    "~[?&]lab=(?<facilitation_by_query>[0-9A-Za-z]+)" $facilitation_by_query;
    default $remote_addr;
}}

upstream facilitation {{
    hash $facilitation_lab consistent;
{servers}
    keepalive 64;
}}
{redirect}
server {{
{listen}
    server_name {name};
{tls}{balancer}
    client_max_body_size 12m;
    large_client_header_buffers 4 8k;  # more than 8 kB in one header is refused here
{bare}
    location = {base}/metrics {{ return 404; }}  # ask each worker on its own port

    location {base}/ {{
        proxy_pass http://facilitation;{whole}
        proxy_http_version 1.1;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $remote_addr;  # not appended: what a visitor claims is worth nothing
        proxy_set_header X-Forwarded-Proto {scheme};
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
REDIRECT = """
server {{
    listen 80;
    listen [::]:80;
    server_name {name};

    location /.well-known/acme-challenge/ {{ root /var/www/acme; }}  # where a certificate is renewed
    location / {{ return 301 {origin}$request_uri; }}
}}
"""
TLS = """\
    ssl_certificate     /etc/ssl/facilitation/fullchain.pem;  # yours
    ssl_certificate_key /etc/ssl/facilitation/privkey.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:facilitation:10m;  # a room that comes back shakes hands more quickly
"""
BALANCER = """\
    # TLS ends at the balancer; whom it names in X-Forwarded-For is who asks, and nobody else is believed.
    set_real_ip_from {address};
    real_ip_header X-Forwarded-For;
"""
BARE = """
    # Has this host a server block already? Then put the locations below into it, and leave the rest of this block out.
    location = {base} {{ return 301 {url}/; }}
"""
WHOLE = "  # without a path behind it: the workers get the whole address"


def site(public_url: str, workers: Sequence[str], balancer: str = "") -> str:
    """The file for `public_url` (the address people use) and the addresses of the workers, `host:port`.

    `balancer`: address or network of a balancer before nginx at which TLS ends; then nginx itself listens on port 80.
    """
    public = urlsplit(public_url)
    secure, base = public.scheme == "https", public.path
    tls = secure and not balancer
    port = 80 if balancer else public.port or (443 if secure else 80)
    name = f"[{public.hostname}]" if ":" in (public.hostname or "") else public.hostname or "_"
    # "http2 on" is for nginx 1.25.1 and newer only; older and newer ones take it behind the port, newer ones with a warning.
    behind = " ssl http2" if tls else ""
    return SITE.format(
        n=len(workers),
        workers="worker" if len(workers) == 1 else "workers",
        command=_command(len(workers), balancer),
        pattern=re.escape(base).replace("\\-", "-"),
        servers="\n".join(SERVER.format(address=address) for address in workers),
        redirect=REDIRECT.format(name=name, origin=f"https://{public.netloc}") if tls and port == 443 else "",
        listen=f"    listen {port}{behind};\n    listen [::]:{port}{behind};",
        name=name,
        tls=TLS if tls else "",
        balancer=BALANCER.format(address=balancer) if balancer else "",
        bare=BARE.format(base=base, url=public_url) if base else "",
        base=base,
        whole=WHOLE if base else "",
        scheme="https" if balancer and secure else "$scheme",
    )


def _command(workers: int, balancer: str) -> str:
    return f"python3 -m facilitation serve --workers {workers}{f' --balancer {balancer}' if balancer else ''} --print-site"
